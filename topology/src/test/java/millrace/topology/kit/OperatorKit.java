package millrace.topology.kit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import millrace.topology.flow.Element;
import millrace.topology.kit.TaskLife.Out;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Runs the operators of a task over the same input in every way that a cluster may: committed once or after each record,
 * restarted after each, aborted and done again. Inputs tell their progress again after a restart, as sources and
 * exchanges do, though not at once.
 */
public final class OperatorKit {
    /** What happens to the task between two records. */
    public enum Manner {
        ONE_COMMIT, COMMIT_AFTER_EACH, RESTORE_AFTER_EACH, COMMIT_RESTORE_AND_ABORT_AT_RANDOM
    }

    private OperatorKit() {}

    /** A row or watermark as operators pass it on. */
    public static Record<Object, Object> given(Element element) {
        return new Record<>(null, element, 0);
    }

    /** What came out and was committed, in order. */
    public static List<Out> run(TaskLife life, List<? extends Record<?, ?>> input, Manner manner, Random random) {
        List<Out> committed = new ArrayList<>();
        List<Out> pending = new ArrayList<>();
        int next = 0;
        int firstPending = 0;
        boolean untold = false;
        while (next < input.size() || untold) {
            if (untold && (next == input.size() || random.nextInt(3) == 0)) {
                untold = false;
                for (Record<?, ?> told : toldBefore(input, next)) {
                    pending.addAll(life.process(told, 0, next));
                }
                pending.addAll(life.passTime(1));
                continue;
            }
            pending.addAll(life.process(input.get(next), 0, next));
            next++;
            boolean commit = switch (manner) {
                case ONE_COMMIT -> false;
                case COMMIT_AFTER_EACH, RESTORE_AFTER_EACH -> true;
                case COMMIT_RESTORE_AND_ABORT_AT_RANDOM -> random.nextInt(4) == 0;
            };
            if (commit) {
                life.commit();
                committed.addAll(pending);
                pending.clear();
                firstPending = next;
            }
            switch (manner) {
                case ONE_COMMIT, COMMIT_AFTER_EACH -> {}
                case RESTORE_AFTER_EACH -> {
                    life.restore();
                    untold = true;
                }
                case COMMIT_RESTORE_AND_ABORT_AT_RANDOM -> {
                    int fate = random.nextInt(12);
                    if (fate < 3) {
                        switch (fate) {
                            case 0 -> life.abort();
                            case 1 -> life.abortAfterFlush();
                            default -> life.restore();
                        }
                        pending.clear();
                        next = firstPending;
                        untold = true;
                    }
                }
            }
        }
        life.commit();
        committed.addAll(pending);
        return committed;
    }

    /** The last watermark of each input that was given before. */
    private static Collection<Record<?, ?>> toldBefore(List<? extends Record<?, ?>> input, int next) {
        Map<Integer, Record<?, ?>> told = new LinkedHashMap<>();
        for (Record<?, ?> record : input.subList(0, next)) {
            if (record.value() instanceof Element.Watermark w) {
                told.put(w.input(), record);
            }
        }
        return told.values();
    }

    /** The inputs in some order that keeps each one's own. */
    public static <T> List<T> interleave(List<List<T>> inputs, Random random) {
        List<T> mixed = new ArrayList<>();
        int[] at = new int[inputs.size()];
        int left = inputs.stream().mapToInt(List::size).sum();
        // Favourites change now and then, so that one input runs far ahead of the others.
        int favourite = 0;
        while (left > 0) {
            if (random.nextInt(10) == 0) {
                favourite = random.nextInt(inputs.size());
            }
            int from = random.nextInt(4) == 0 ? random.nextInt(inputs.size()) : favourite;
            if (at[from] < inputs.get(from).size()) {
                mixed.add(inputs.get(from).get(at[from]++));
                left--;
            } else {
                favourite = random.nextInt(inputs.size());
            }
        }
        return mixed;
    }

    /**
     * What is left of what came out, whatever the way to it.
     *
     * @param rows by node and text, with how many there are after those that were taken back
     * @param records by node: those that are no rows, with how many there are
     * @param last the last watermark of each input, by node and input
     */
    public record Folded(Map<String, Map<String, Integer>> rows, Map<String, Map<String, Integer>> records,
            Map<String, Element.Watermark> last) {

        /** @throws AssertionError if something is taken back that was not given, or time goes back */
        public static Folded of(Collection<Out> out) {
            Map<String, Map<String, Integer>> rows = new TreeMap<>();
            Map<String, Map<String, Integer>> records = new TreeMap<>();
            Map<String, Element.Watermark> last = new TreeMap<>();
            for (Out one : out) {
                switch (one.record().value()) {
                    case Element.Row row -> {
                        int left = rows.computeIfAbsent(one.node(), n -> new TreeMap<>()).merge(text(row),
                                row.retracts() ? -1 : 1, Integer::sum);
                        if (left < 0) {
                            throw new AssertionError(row.change() + " of what was not given: " + text(row));
                        }
                    }
                    case Element.Watermark w -> {
                        Element.Watermark before = last.put(one.node() + " " + w.input(), w);
                        if (before != null && (before.watermark() > w.watermark() || before.horizon() > w.horizon())) {
                            throw new AssertionError(w + " after " + before);
                        }
                    }
                    case byte[] bytes -> records.computeIfAbsent(one.node(), n -> new TreeMap<>())
                            .merge(java.util.HexFormat.of().formatHex(bytes), 1, Integer::sum);
                    default -> throw new AssertionError(one.toString());
                }
            }
            rows.values().forEach(texts -> texts.values().removeIf(n -> n == 0));
            return new Folded(rows, records, last);
        }

        /** Several tasks' together; each has watermarks of its own. */
        public static Folded ofTasks(List<List<Out>> tasks) {
            Map<String, Map<String, Integer>> rows = new HashMap<>();
            Map<String, Map<String, Integer>> records = new HashMap<>();
            Map<String, Element.Watermark> last = new TreeMap<>();
            for (int t = 0; t < tasks.size(); t++) {
                int task = t;
                Folded one = of(tasks.get(t));
                add(rows, one.rows);
                add(records, one.records);
                one.last.forEach((of, w) -> last.put(of + " of task " + task, w));
            }
            return new Folded(rows, records, last);
        }

        private static void add(Map<String, Map<String, Integer>> to, Map<String, Map<String, Integer>> more) {
            more.forEach((node, texts) -> texts.forEach((text, n) -> to.computeIfAbsent(node, x -> new TreeMap<>())
                    .merge(text, n, Integer::sum)));
        }

        private static String text(Element.Row row) {
            return java.util.Arrays.deepToString(row.values()) + " at " + row.eventTime();
        }
    }
}

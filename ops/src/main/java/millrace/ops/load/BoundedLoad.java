package millrace.ops.load;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import millrace.ops.load.LastLoaded.Tail;
import millrace.ops.problem.OpsProblem;
import millrace.ops.query.FileRows;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.time.EndMarker;

/**
 * Loads a file into a contract's topic. Doing it again goes on where the topic ends, so that every row is there once
 * however often the loading was broken off.
 */
public final class BoundedLoad {
    private final Contract contract;
    private final Path file;
    private final LongConsumer progress;

    /** @param progress is told the number of rows dealt with so far */
    public BoundedLoad(Contract contract, Path file, LongConsumer progress) {
        this.contract = contract;
        this.file = file;
        this.progress = progress;
    }

    /**
     * What a load did.
     *
     * @param rows in the file
     * @param written now; the others were there already
     * @param ended whether every partition has its end marker
     */
    public record Outcome(long rows, long written, boolean ended) {}

    /** Writes the rows that are missing, then the end marker to every partition. */
    public Outcome loadAndEnd(Destination to) {
        Outcome outcome = load(to);
        for (Map.Entry<Integer, Tail> e : to.tails().entrySet()) {
            if (!(e.getValue() instanceof Tail.Ended)) {
                to.send(EndMarker.record(contract.topic(), e.getKey()));
            }
        }
        to.flush();
        return new Outcome(outcome.rows(), outcome.written(), true);
    }

    /** Writes the rows that are missing; the topic stays open for more. */
    public Outcome load(Destination to) {
        long[] last = new long[to.partitions()];
        Set<Integer> ended = new HashSet<>();
        Map<Long, Tail> expected = new TreeMap<>();
        to.tails().forEach((p, tail) -> {
            last[p] = switch (tail) {
                case Tail.Empty e -> -1;
                case Tail.Reached r -> r.number();
                case Tail.Ended e -> e.number();
            };
            if (tail instanceof Tail.Ended) {
                ended.add(p);
            }
            if (last[p] >= 0) {
                expected.put(last[p], tail);
            }
        });
        refuseAnotherFile(to, expected);
        long count = 0;
        long written = 0;
        try (FileRows rows = FileRows.open(file, contract, 0)) {
            Optional<Object[]> next;
            while ((next = rows.next()).isPresent()) {
                Object[] row = next.get();
                long number = count++;
                byte[] key = to.key(row);
                int partition = RecordKeys.partition(key, number, to.partitions());
                if (number > last[partition]) {
                    if (ended.contains(partition)) {
                        throw refused("The topic has been ended after row " + last[partition]
                                + " of partition " + partition + ", but the file has more rows.",
                                "Nothing may follow an end marker. Load into a new topic, or start over with `millrace dev reset`.");
                    }
                    to.write(number, key, encode(to, row, number));
                    written++;
                }
                progress.accept(count);
            }
        }
        to.flush();
        return new Outcome(count, written, false);
    }

    private byte[] encode(Destination to, Object[] row, long number) {
        try {
            return to.encode(row);
        } catch (IllegalArgumentException e) {
            throw refused("Row " + number + ": " + e.getMessage() + ".",
                    "Mend the file or the contract; the rows before it are in the topic.");
        }
    }

    /** The rows that the topic ends with must be the same in the file; nothing is written otherwise. */
    private void refuseAnotherFile(Destination to, Map<Long, Tail> expected) {
        if (expected.isEmpty()) {
            return;
        }
        long first = expected.keySet().iterator().next();
        int found = 0;
        try (FileRows rows = FileRows.open(file, contract, first)) {
            Optional<Object[]> next;
            while (found < expected.size() && (next = rows.next()).isPresent()) {
                Tail tail = expected.get(rows.number());
                if (tail == null) {
                    continue;
                }
                found++;
                byte[] value = switch (tail) {
                    case Tail.Empty e -> null;
                    case Tail.Reached r -> r.value();
                    case Tail.Ended e -> e.value();
                };
                if (!sameRow(value, to.encode(next.get()))) {
                    found = -1;
                    break;
                }
            }
        }
        if (found < expected.size()) {
            throw refused("The topic " + contract.topic() + " holds rows of another file than " + file.getFileName()
                    + ".",
                    "Load the file that was loaded before or one that begins with it, or start over with `millrace dev reset`.");
        }
    }

    /** Equal but for the schema id, which another registry may have given anew. */
    private static boolean sameRow(byte[] a, byte[] b) {
        return a != null && a.length == b.length && Arrays.equals(a, 5, a.length, b, 5, b.length);
    }

    private ProblemException refused(String message, String remedy) {
        return new ProblemException(
                Problem.of(OpsProblem.LOAD_REFUSED, contract.topic(), message).withRemedy(remedy));
    }
}

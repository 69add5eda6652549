package millrace.topology.change;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.schemas.row.FieldType;
import millrace.topology.change.ModelChange.Break;
import millrace.topology.change.ModelChange.Verdict;
import millrace.topology.change.ModelShape.Column;
import millrace.topology.change.ModelShape.Read;
import millrace.topology.change.ModelShape.Step;
import millrace.topology.function.TypeText;

/**
 * Decides what another text of a pipeline means for each of its models. Pure.
 *
 * <p>
 * What a step remembers was written by its layout: by the same it can be read on, by another it means nothing. What is read
 * on is exact only if what feeds the step is the same too. And what a model reads of another has changed only if the rows of
 * that one are others, or the columns that are read.
 */
public final class PipelineChange {
    private final Map<String, ModelShape> before;
    private final Map<String, ModelShape> now;
    private final Map<String, Found> found = new HashMap<>();

    /**
     * @param columns that are others than before; absent: all may be
     */
    private record Found(ModelChange change, Optional<Set<String>> columns) {
        boolean isSeenBy(Collection<String> readers) {
            return switch (change.verdict()) {
                case UNCHANGED, TABLE -> false;
                default -> columns.isEmpty() || readers.stream().anyMatch(columns.get()::contains);
            };
        }
    }

    private PipelineChange(Map<String, ModelShape> before, Map<String, ModelShape> now) {
        this.before = before;
        this.now = now;
    }

    /**
     * Of each model that there was or is, by name.
     *
     * @param before what runs
     * @param now what is to run
     */
    public static SortedMap<String, ModelChange> between(Map<String, ModelShape> before, Map<String, ModelShape> now) {
        PipelineChange change = new PipelineChange(before, now);
        SortedMap<String, ModelChange> changes = new TreeMap<>();
        before.keySet().stream().filter(m -> !now.containsKey(m)).forEach(m -> changes.put(m, new ModelChange(m,
                Verdict.REMOVED, List.of("nothing computes it any longer"), List.of(
                        new Break(Optional.empty(), "its topic gets no more rows")))));
        now.keySet().forEach(m -> changes.put(m, change.find(m).change()));
        return changes;
    }

    private Found find(String model) {
        Found known = found.get(model);
        if (known == null) {
            known = decide(model, before.get(model), now.get(model));
            found.put(model, known);
        }
        return known;
    }

    private Found decide(String model, ModelShape was, ModelShape is) {
        if (was == null) {
            return new Found(new ModelChange(model, Verdict.NEW, List.of("what ran did not have it"), List.of()),
                    Optional.empty());
        }
        List<String> because = new ArrayList<>();
        Set<String> columns = new HashSet<>();
        Verdict own = own(was, is, because, columns);
        boolean all = own == Verdict.STATE_KEPT || own == Verdict.NEEDS_REPLAY || !was.rows().equals(is.rows());
        Verdict read = Verdict.UNCHANGED;
        for (Map.Entry<String, Read> e : is.reads().entrySet()) {
            Verdict byThis = byRead(was, is, e.getKey(), e.getValue(), because);
            read = later(read, byThis);
            all |= byThis != Verdict.UNCHANGED;
        }
        return new Found(new ModelChange(model, later(own, read), because, breaks(was, is)),
                all ? Optional.empty() : Optional.of(columns));
    }

    private static Verdict later(Verdict a, Verdict b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** @param columns takes those that are others, if the rows are the same */
    private static Verdict own(ModelShape was, ModelShape is, List<String> because, Set<String> columns) {
        List<String> forgotten = forgotten(was, is);
        if (!forgotten.isEmpty()) {
            because.addAll(forgotten);
            return Verdict.NEEDS_REPLAY;
        }
        Map<String, Step> steps = was.byPlace();
        List<String> fed = is.steps().stream().filter(s -> !steps.get(s.place()).fed().equals(s.fed())).map(Step::says)
                .toList();
        if (!fed.isEmpty()) {
            // The step that stands first gets other rows; those behind it follow.
            because.add("what goes into \"" + fed.get(fed.size() - 1) + "\" is computed in another way");
            return Verdict.STATE_KEPT;
        }
        if (!was.rows().equals(is.rows())) {
            because.add("it gives other rows");
        }
        Map<String, Column> old = byName(was);
        for (Column column : is.columns()) {
            Column same = old.remove(column.name());
            if (same == null) {
                because.add("column " + column.name() + " is new");
                columns.add(column.name());
            } else if (!same.type().equals(column.type())) {
                because.add("column " + column.name() + " was " + same.type() + " and is " + column.type());
                columns.add(column.name());
            } else if (!same.origin().equals(column.origin())) {
                because.add("column " + column.name() + " is computed in another way");
                columns.add(column.name());
            }
        }
        old.keySet().forEach(c -> because.add("column " + c + " is gone"));
        columns.addAll(old.keySet());
        List<String> told = told(was, is);
        because.addAll(told);
        if (!told.isEmpty()) {
            return Verdict.NEEDS_REPLAY; // they could not replace those that are there
        }
        if (!because.isEmpty()) {
            return Verdict.STATELESS;
        }
        if (!was.table().equals(is.table())) {
            because.add("its table is kept in another way");
            return Verdict.TABLE;
        }
        return Verdict.UNCHANGED;
    }

    private static String words(List<String> key) {
        return key.isEmpty() ? "none" : String.join(", ", key);
    }

    private static Map<String, Column> byName(ModelShape shape) {
        Map<String, Column> byName = new LinkedHashMap<>();
        shape.columns().forEach(c -> byName.put(c.name(), c));
        return byName;
    }

    /** Why the steps could not go on with what is remembered; of several the one nearest to the result. */
    private static List<String> forgotten(ModelShape was, ModelShape is) {
        Map<String, Step> old = was.byPlace();
        for (Step step : is.steps()) {
            Step same = old.remove(step.place());
            if (same == null) {
                return List.of("\"" + step.says() + "\" " + (was.steps().stream()
                        .anyMatch(s -> s.layout().equals(step.layout()))
                                ? "stands at another place, where nothing is remembered yet"
                                : "is new and remembers nothing yet"));
            } else if (!same.layout().equals(step.layout())) {
                return List.of(same.says().equals(step.says())
                        ? "\"" + step.says() + "\" remembers other columns"
                        : "it was \"" + same.says() + "\" and is \"" + step.says() + "\"");
            }
        }
        return old.values().stream().limit(1).map(s -> "\"" + s.says() + "\" is gone").toList();
    }

    private Verdict byRead(ModelShape was, ModelShape is, String source, Read read, List<String> because) {
        Verdict affected = is.remembers() ? Verdict.STATE_KEPT : Verdict.STATELESS;
        Read same = was.reads().get(source);
        if (same == null) {
            // Where it runs, what is read may never have been computed, or long ago.
            because.add("it reads " + source + " for the first time");
            return Verdict.NEEDS_REPLAY;
        }
        if (read.isOfModel()) {
            Found of = find(source);
            if (!of.isSeenBy(read.columns().keySet())) {
                return Verdict.UNCHANGED;
            }
            because.add("it reads " + source + ": " + of.change().verdict().words());
            return switch (of.change().verdict()) {
                case NEEDS_REPLAY, NEW -> Verdict.NEEDS_REPLAY;
                default -> affected;
            };
        }
        if (!same.takes().equals(read.takes())) {
            because.add("contract " + source + " takes other records, or tells their time in another way");
            return affected;
        }
        List<String> columns = read.columns().entrySet().stream()
                .filter(c -> same.columns().containsKey(c.getKey()))
                .filter(c -> !same.columns().get(c.getKey()).equals(c.getValue())).map(Map.Entry::getKey).toList();
        if (columns.isEmpty()) {
            return Verdict.UNCHANGED;
        }
        because.add("contract " + source + " says something else of " + String.join(", ", columns));
        return affected;
    }

    private static List<Break> breaks(ModelShape was, ModelShape is) {
        List<Break> breaks = new ArrayList<>();
        Map<String, Column> now = byName(is);
        for (Column column : was.columns()) {
            Column same = now.get(column.name());
            if (same == null) {
                breaks.add(new Break(Optional.of(column.name()), "column " + column.name() + " is gone"));
            } else if (!isAsWide(column.type(), same.type())) {
                breaks.add(new Break(Optional.of(column.name()), "column " + column.name() + " was " + column.type()
                        + " and is " + same.type()));
            }
        }
        told(was, is).forEach(words -> breaks.add(new Break(Optional.empty(), words)));
        return breaks;
    }

    /** How rows are told apart in another way. */
    private static List<String> told(ModelShape was, ModelShape is) {
        List<String> told = new ArrayList<>();
        if (!was.key().equals(is.key())) {
            told.add("its key was " + words(was.key()) + " and is " + words(is.key()));
        }
        if (!was.keeps().equals(is.keeps())) {
            told.add("it gave " + was.keeps() + " and gives " + is.keeps());
        }
        return told;
    }

    /** Whether who knows the one can read the other as well, as Avro and Iceberg both allow. */
    private static boolean isAsWide(String was, String is) {
        if (was.equals(is) || (was + " not null").equals(is)) {
            return true;
        }
        Optional<FieldType> from = TypeText.parse(was.replace(" not null", ""));
        Optional<FieldType> to = TypeText.parse(is.replace(" not null", ""));
        if (from.isEmpty() || to.isEmpty() || was.endsWith(" not null") && !is.endsWith(" not null")) {
            return false;
        }
        return switch (from.get()) {
            case FieldType.Int32 t -> to.get() instanceof FieldType.Int64;
            case FieldType.Float32 t -> to.get() instanceof FieldType.Float64;
            default -> false;
        };
    }
}

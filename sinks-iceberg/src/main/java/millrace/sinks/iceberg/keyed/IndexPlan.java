package millrace.sinks.iceberg.keyed;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongFunction;

/** What has to be read of a table before an index reflects it. Pure. */
sealed interface IndexPlan {
    /** Nothing, except that it may know partitions that are no longer asked for. */
    record UseAsItIs(SortedSet<Integer> forgotten) implements IndexPlan {}

    /**
     * Only what has been added since.
     *
     * @param behind partitions that have moved on
     * @param afterSequence number of the snapshot that the index reflects
     */
    record ReadNewer(SortedSet<Integer> forgotten, SortedSet<Integer> behind, long afterSequence)
            implements
                IndexPlan {}

    /** All rows of some partitions; the index keeps what it has of others. */
    record Read(SortedSet<Integer> forgotten, SortedSet<Integer> partitions) implements IndexPlan {}

    /** All rows of all partitions that are asked for, into an empty index. */
    record ReadAll() implements IndexPlan {}

    /**
     * @param found what the index reflects; empty if it is empty or unfinished
     * @param wanted what it is to reflect
     * @param sequence number of a snapshot, if the table still has it
     */
    static IndexPlan of(Optional<Reflected> found, Reflected wanted, LongFunction<OptionalLong> sequence) {
        if (found.isEmpty() || !found.get().speaksOfTheSameAs(wanted)) {
            return new ReadAll();
        }
        Map<Integer, Long> has = found.get().next();
        SortedSet<Integer> forgotten = new TreeSet<>(has.keySet());
        forgotten.removeAll(wanted.next().keySet());
        SortedSet<Integer> behind = new TreeSet<>();
        SortedSet<Integer> unknown = new TreeSet<>();
        wanted.next().forEach((partition, next) -> {
            Long known = has.get(partition);
            if (known == null || known > next) {
                unknown.add(partition);
            } else if (known < next) {
                behind.add(partition);
            }
        });
        if (unknown.isEmpty() && behind.isEmpty()) {
            return new UseAsItIs(forgotten);
        }
        OptionalLong since = found.get().snapshotId() == 0
                ? OptionalLong.of(0)
                : sequence.apply(found.get().snapshotId());
        if (unknown.isEmpty() && since.isPresent()) {
            return new ReadNewer(forgotten, behind, since.getAsLong());
        }
        unknown.addAll(behind);
        return new Read(forgotten, unknown);
    }
}

package millrace.topology.run;

import java.util.Comparator;
import java.util.List;

/**
 * What the tasks of a pipeline keep in this process at one moment.
 *
 * @param stores by task and name; without small ones that are on the heap alone
 * @param memory bytes that the stores of all pipelines of this process take beside the heap
 */
public record LocalState(List<Store> stores, long memory) {
    public static final LocalState NONE = new LocalState(List.of(), 0);

    public LocalState {
        stores = stores.stream().sorted(Comparator.comparing(Store::task).thenComparing(Store::name)).toList();
    }

    /** Whether a task works, or only follows for the case that the process of the one that works goes. */
    public enum Duty {
        ACTIVE, STANDBY
    }

    /**
     * A store of one task.
     *
     * @param task such as {@code 0_3}
     * @param entries as RocksDB estimates them
     * @param bytes on disk, or in a write buffer before they are
     * @param missing records of its changelog that it does not have yet
     * @param restored records of its changelog that it has been given since it was opened
     */
    public record Store(String name, String task, Duty duty, long entries, long bytes, long missing, long restored) {}

    public long entries() {
        return stores.stream().mapToLong(Store::entries).sum();
    }

    public long bytes() {
        return stores.stream().mapToLong(Store::bytes).sum();
    }

    /** How many records stores of this duty have yet to be given. */
    public long missing(Duty duty) {
        return stores.stream().filter(s -> s.duty() == duty).mapToLong(Store::missing).sum();
    }
}

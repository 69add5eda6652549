package millrace.sinks.iceberg.manifest;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Partitions cut into ranges of about equally many files, each of which becomes a manifest. */
final class PartitionRanges<P> {
    private final TreeMap<P, Integer> ranges;

    private PartitionRanges(TreeMap<P, Integer> ranges) {
        this.ranges = ranges;
    }

    /**
     * @param files how many each partition has, in the order that the ranges have
     * @param many how many ranges; fewer if there are fewer partitions
     */
    static <P> PartitionRanges<P> of(SortedMap<P, Long> files, int many) {
        Comparator<? super P> order = files.comparator();
        TreeMap<P, Integer> ranges = new TreeMap<>(order);
        long all = files.values().stream().mapToLong(Long::longValue).sum();
        long before = 0;
        int last = -1;
        for (Map.Entry<P, Long> partition : files.entrySet()) {
            // Where its middle lies; a large partition does not make its neighbours' ranges smaller.
            int range = (int) Math.min(many - 1, (before + partition.getValue() / 2) * many / Math.max(1, all));
            if (range > last) {
                ranges.put(partition.getKey(), range);
                last = range;
            }
            before += partition.getValue();
        }
        return new PartitionRanges<>(ranges);
    }

    /** The range that a partition is in; one that was not there at first joins the range before it. */
    int of(P partition) {
        Map.Entry<P, Integer> range = ranges.floorEntry(partition);
        return range == null ? 0 : range.getValue();
    }
}

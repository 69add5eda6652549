package millrace.sinks.iceberg.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where in a file the records of each partition are. Of each block of rows it says what the least offset of a partition is
 * from there to the end of the file, so that whoever reads the file from its beginning knows what can still come. Pure.
 */
final class RowBlocks {
    /** Rows of a block. */
    static final int ROWS = 4096;

    private final Map<Integer, long[]> least;
    private final int blocks;

    private RowBlocks(Map<Integer, long[]> least, int blocks) {
        this.least = least;
        this.blocks = blocks;
    }

    int blocks() {
        return blocks;
    }

    /** The least offset of a partition in a block and all behind it; the largest number there is if it has none. */
    long leastFrom(int block, int partition) {
        long[] offsets = least.get(partition);
        return offsets == null || block >= blocks ? Long.MAX_VALUE : offsets[block];
    }

    /** Takes the rows of a file in their order. */
    static final class Builder {
        private final SortedMap<Integer, List<Long>> offsets = new TreeMap<>();
        private long rows;

        /** A row of a partition. */
        void add(int partition, long offset) {
            int block = (int) (rows / ROWS);
            List<Long> of = offsets.computeIfAbsent(partition, p -> new ArrayList<>());
            while (of.size() <= block) {
                of.add(Long.MAX_VALUE);
            }
            if (offset < of.get(block)) {
                of.set(block, offset);
            }
            rows++;
        }

        /** A row that does not count. */
        void skip() {
            rows++;
        }

        RowBlocks build() {
            int blocks = (int) ((rows + ROWS - 1) / ROWS);
            Map<Integer, long[]> least = new TreeMap<>();
            offsets.forEach((partition, of) -> {
                long[] suffix = new long[blocks];
                Arrays.fill(suffix, Long.MAX_VALUE);
                for (int i = 0; i < of.size(); i++) {
                    suffix[i] = of.get(i);
                }
                for (int i = blocks - 2; i >= 0; i--) {
                    suffix[i] = Math.min(suffix[i], suffix[i + 1]);
                }
                least.put(partition, suffix);
            });
            return new RowBlocks(least, blocks);
        }
    }
}

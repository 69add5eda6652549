package millrace.sinks.iceberg.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import millrace.sinks.iceberg.event.OffsetRange;
import org.apache.iceberg.StructLike;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Gives the records of some partitions, each in the order of its offsets. Every file is read once, from its beginning to
 * its end, however many partitions it has rows of: what has been read of other partitions waits in memory. A record is
 * given once no row that has not been read can come before it. Not for use by several threads.
 */
public final class HistoryReader implements AutoCloseable {
    private final KeptRows rows;
    private final List<FileReading> files;
    private final Map<Integer, Part> parts = new HashMap<>();

    /** What is to be given of a partition. */
    private static final class Part {
        final int partition;
        final OffsetRange range;
        /** Those that have rows of it, in the order in which they are needed; those that have been read leave. */
        final List<FileReading> files;
        final PriorityQueue<ConsumerRecord<byte[], byte[]>> waiting = new PriorityQueue<>(
                Comparator.comparingLong(ConsumerRecord::offset));

        Part(int partition, OffsetRange range, List<FileReading> all) {
            this.partition = partition;
            this.range = range;
            files = new ArrayList<>(all.stream().filter(f -> f.least(partition) < range.to())
                    .sorted(Comparator.comparingLong(f -> f.least(partition))).toList());
        }

        /** The file that has the least offset that has not been read; null if nothing is left to be read. */
        FileReading first() {
            FileReading first = null;
            files.removeIf(f -> f.hasBegun() && f.least(partition) >= range.to());
            for (FileReading file : files) {
                if (first == null || file.least(partition) < first.least(partition)) {
                    first = file;
                }
                if (!file.hasBegun()) {
                    break; // Behind it are only those that begin later, or are known to go on later.
                }
            }
            return first;
        }
    }

    HistoryReader(KeptRows rows, List<FileReading> files, Map<Integer, OffsetRange> ranges) {
        this.rows = rows;
        this.files = files;
        ranges.forEach((partition, range) -> parts.put(partition, new Part(partition, range, files)));
    }

    /**
     * The next records of a partition.
     *
     * @param most at least 1
     * @return empty if there are no more in the range
     */
    public List<ConsumerRecord<byte[], byte[]>> next(int partition, int most) {
        Part part = parts.get(partition);
        List<ConsumerRecord<byte[], byte[]>> next = new ArrayList<>();
        while (true) {
            FileReading first = part.first();
            long complete = first == null ? Long.MAX_VALUE : first.least(partition);
            while (next.size() < most && !part.waiting.isEmpty() && part.waiting.peek().offset() < complete) {
                next.add(part.waiting.poll());
            }
            if (!next.isEmpty() || first == null) {
                return next;
            }
            first.read(this::take);
        }
    }

    private void take(StructLike row) {
        Part part = parts.get(rows.partition(row));
        if (part != null) {
            long offset = rows.offset(row);
            if (offset >= part.range.from() && offset < part.range.to()) {
                part.waiting.add(rows.record(row));
            }
        }
    }

    @Override
    public void close() {
        files.forEach(FileReading::close);
    }
}

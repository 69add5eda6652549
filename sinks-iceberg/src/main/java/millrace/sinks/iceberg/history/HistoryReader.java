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
 * given once no row that has not been read can come before it. Where too much waits, the partition that has most of it is
 * given up. Not for use by several threads.
 */
public final class HistoryReader implements AutoCloseable {
    private static final long MOST_BYTES = 64L << 20;
    /** Beside key and value, about. */
    private static final int RECORD_BYTES = 150;
    /** After which a caller gets what there is: it has others to see to. */
    private static final long LONGEST_NANOS = 1_000_000_000L;

    private final KeptRows rows;
    private final List<FileReading> files;
    private final Map<Integer, Part> parts = new HashMap<>();
    private long bytes;

    /** What is to be given of a partition. */
    private static final class Part {
        final int partition;
        final OffsetRange range;
        /** Those that may have rows of it, by the least offset that they may have; those that have been read leave. */
        final PriorityQueue<Place> files = new PriorityQueue<>(Comparator.comparingLong(Place::least));
        final PriorityQueue<ConsumerRecord<byte[], byte[]>> waiting = new PriorityQueue<>(
                Comparator.comparingLong(ConsumerRecord::offset));
        long bytes;

        Part(int partition, OffsetRange range, List<FileReading> all) {
            this.partition = partition;
            this.range = range;
            all.forEach(this::add);
        }

        private void add(FileReading file) {
            if (file.least(partition) < range.to()) {
                files.add(new Place(file, file.least(partition)));
            }
        }

        /** The file that may have the least offset that has not been read; null if nothing is left to be read. */
        FileReading first() {
            // What is known of a file only grows, so that whichever is first in truth is found by looking at the first.
            while (!files.isEmpty() && files.peek().least() < files.peek().file().least(partition)) {
                add(files.poll().file());
            }
            return files.isEmpty() ? null : files.peek().file();
        }
    }

    /** @param least offset that the file may have, as it was known when this was made */
    private record Place(FileReading file, long least) {}

    HistoryReader(KeptRows rows, List<FileReading> files, Map<Integer, OffsetRange> ranges) {
        this.rows = rows;
        this.files = files;
        ranges.forEach((partition, range) -> parts.put(partition, new Part(partition, range, files)));
    }

    /** Whether a partition is one of its own and was not given up. */
    public boolean gives(int partition) {
        return parts.containsKey(partition);
    }

    /** How many records have been read of a partition and not been given. */
    public int waiting(int partition) {
        return parts.get(partition).waiting.size();
    }

    /** Whether all records of a partition have been given. */
    public boolean isDone(int partition) {
        Part part = parts.get(partition);
        return part.waiting.isEmpty() && part.first() == null;
    }

    /**
     * The next records of a partition. It reads on if none waits, but not for much longer than a second.
     *
     * @param most at least 1
     * @return empty if there are no more in the range, or none were found in time
     */
    public List<ConsumerRecord<byte[], byte[]>> next(int partition, int most) {
        Part part = parts.get(partition);
        List<ConsumerRecord<byte[], byte[]>> next = new ArrayList<>();
        long deadline = System.nanoTime() + LONGEST_NANOS;
        while (true) {
            FileReading first = part.first();
            long complete = first == null ? Long.MAX_VALUE : first.least(partition);
            while (next.size() < most && !part.waiting.isEmpty() && part.waiting.peek().offset() < complete) {
                ConsumerRecord<byte[], byte[]> record = part.waiting.poll();
                count(part, -bytes(record));
                next.add(record);
            }
            if (!next.isEmpty() || first == null || System.nanoTime() - deadline > 0) {
                return next;
            } else if (first.isKnown()) {
                first.read(this::take);
                giveUp(partition);
            } else {
                first.look();
            }
        }
    }

    private void take(StructLike row) {
        Part part = parts.get(rows.partition(row));
        if (part != null) {
            long offset = rows.offset(row);
            if (offset >= part.range.from() && offset < part.range.to()) {
                ConsumerRecord<byte[], byte[]> record = rows.record(row);
                part.waiting.add(record);
                count(part, bytes(record));
            }
        }
    }

    private void count(Part part, long more) {
        part.bytes += more;
        bytes += more;
    }

    private static long bytes(ConsumerRecord<byte[], byte[]> record) {
        return RECORD_BYTES + (record.key() == null ? 0 : record.key().length)
                + (record.value() == null ? 0 : record.value().length);
    }

    /** Lets go of others for as long as too much waits; they are read again for themselves. */
    private void giveUp(int asked) {
        while (bytes > MOST_BYTES) {
            Part largest = parts.values().stream().filter(p -> p.partition != asked && p.bytes > 0)
                    .max(Comparator.comparingLong(p -> p.bytes)).orElse(null);
            if (largest == null) {
                return; // A file whose rows stand in another order has to be read whole.
            }
            bytes -= largest.bytes;
            parts.remove(largest.partition);
        }
    }

    @Override
    public void close() {
        files.forEach(FileReading::close);
    }
}

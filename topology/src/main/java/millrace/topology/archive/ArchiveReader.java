package millrace.topology.archive;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Gives the kept records of some partitions. What it meets of other partitions while it looks for the records of one waits
 * in memory; where too much would wait, it drops the records of the partition that has most, and gives none of it any more.
 * Not for use by several threads.
 */
public interface ArchiveReader extends AutoCloseable {
    /** Whether a partition is one of its own and was not dropped. */
    boolean gives(int partition);

    /** How many records of a partition can be given without reading on. */
    int waiting(int partition);

    /**
     * The next records of a partition in the order of their offsets, with the bytes, the time and the headers that they had.
     * It reads on if none waits, but not for much longer than a second.
     *
     * @param most how many of them, at least 1
     * @return empty if there are no more in the range, or if it has not found them yet
     */
    List<ConsumerRecord<byte[], byte[]>> next(int partition, int most);

    /** Whether all records of a partition have been given. */
    boolean isDone(int partition);

    @Override
    void close();
}

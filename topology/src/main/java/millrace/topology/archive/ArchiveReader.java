package millrace.topology.archive;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Gives the kept records of some partitions. Not for use by several threads. */
public interface ArchiveReader extends AutoCloseable {
    /**
     * The next records of a partition in the order of their offsets, with the bytes, the time and the headers that they had.
     *
     * @param most how many of them, at least 1
     * @return empty if there are no more in the range
     */
    List<ConsumerRecord<byte[], byte[]>> next(int partition, int most);

    @Override
    void close();
}

package millrace.sinks.iceberg.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The source topic: partitions of records, and of offsets that no reader sees (transaction markers, aborted records). */
final class SimTopic {
    static final String ID = "topic-id";

    private final List<List<Integer>> partitions = new ArrayList<>();
    private static final int INVISIBLE = -1;

    SimTopic(int count) {
        for (int i = 0; i < count; i++) {
            grow();
        }
    }

    void grow() {
        partitions.add(new ArrayList<>());
    }

    int partitions() {
        return partitions.size();
    }

    void produce(int partition, int schema) {
        partitions.get(partition).add(schema);
    }

    void marker(int partition) {
        partitions.get(partition).add(INVISIBLE);
    }

    long end(int partition) {
        return partitions.get(partition).size();
    }

    /** The record at an offset, if a reader sees one there. */
    Optional<ConsumerRecord<byte[], byte[]>> read(int partition, long offset) {
        int schema = partitions.get(partition).get((int) offset);
        return schema == INVISIBLE
                ? Optional.empty()
                : Optional.of(new ConsumerRecord<>("t", partition, offset, null, new byte[] {(byte) schema}));
    }
}

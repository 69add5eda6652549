package millrace.sinks.iceberg.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The source topic: partitions of records, and of offsets that no reader sees (transaction markers, aborted records). */
final class SimTopic {
    static final String ID = "topic-id";

    private final List<List<Optional<Payload>>> partitions = new ArrayList<>();

    private record Payload(byte[] key, byte[] value) {}

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
        produce(partition, null, new byte[] {(byte) schema});
    }

    void produce(int partition, byte[] key, byte[] value) {
        partitions.get(partition).add(Optional.of(new Payload(key, value)));
    }

    void marker(int partition) {
        partitions.get(partition).add(Optional.empty());
    }

    long end(int partition) {
        return partitions.get(partition).size();
    }

    /** The record at an offset, if a reader sees one there. */
    Optional<ConsumerRecord<byte[], byte[]>> read(int partition, long offset) {
        return partitions.get(partition).get((int) offset)
                .map(p -> new ConsumerRecord<>("t", partition, offset, p.key(), p.value()));
    }
}

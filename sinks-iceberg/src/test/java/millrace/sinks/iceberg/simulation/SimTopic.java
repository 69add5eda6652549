package millrace.sinks.iceberg.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
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

    /** The assignment of a group: disjoint in itself, but the old owner of a partition may not know yet. */
    List<Set<Integer>> sharedAmong(int members, RandomGenerator random) {
        List<Set<Integer>> parts = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            parts.add(new HashSet<>());
        }
        int shift = random.nextInt(members);
        for (int p = 0; p < partitions(); p++) {
            parts.get((p + shift) % members).add(p);
        }
        return parts;
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

package millrace.topology.route;

import java.util.Arrays;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;

/**
 * The key of a record that leaves the topology, and what decides on its partition: the bytes of the key as Kafka's own
 * producers do it, or the partition the row came from where rows have no key, so that their order is kept.
 */
public final class RoutedKey {
    private static final RoutedKey EVERYWHERE = new RoutedKey(null, 0);

    private final byte[] bytes;
    private final int partition;

    private RoutedKey(byte[] bytes, int partition) {
        this.bytes = bytes;
        this.partition = partition;
    }

    /** By the key's bytes. */
    public static RoutedKey hashed(byte[] bytes) {
        return new RoutedKey(bytes, -1);
    }

    /** To this partition, modulo the number of partitions there are; the key may be null. */
    public static RoutedKey pinned(byte[] bytes, int partition) {
        return new RoutedKey(bytes, partition);
    }

    /** To every partition; the key is null. */
    public static RoutedKey everywhere() {
        return EVERYWHERE;
    }

    /** Whether records with these keys are versions of one another. */
    public boolean isSameAs(RoutedKey other) {
        return Arrays.equals(bytes, other.bytes);
    }

    boolean isEverywhere() {
        return this == EVERYWHERE;
    }

    int partition(int partitions) {
        return partition < 0 ? Utils.toPositive(Utils.murmur2(bytes)) % partitions : partition % partitions;
    }

    /** Writes the bytes alone. */
    public static Serializer<RoutedKey> serializer() {
        return (topic, key) -> key.bytes;
    }
}

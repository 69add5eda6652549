package millrace.replay.facts;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.KafkaException;

/** How many bytes partitions take on the brokers' disks, of one replica. */
public final class PartitionBytes {
    private PartitionBytes() {}

    /**
     * Of a partition of which nobody says it, there is no entry: a broker that does not answer to this, or forbids it, does
     * not keep a replay from being planned.
     *
     * @throws KafkaException if no broker answers
     */
    public static Map<TopicPartition, Long> of(Admin admin, Collection<String> topics) {
        Map<TopicPartition, Long> bytes = new HashMap<>();
        try {
            List<Integer> brokers = admin.describeCluster().nodes().get().stream().map(Node::id).toList();
            admin.describeLogDirs(brokers).allDescriptions().get().values().forEach(folders -> folders.values()
                    .forEach(folder -> folder.replicaInfos().forEach((partition, replica) -> {
                        if (topics.contains(partition.topic())) {
                            bytes.merge(partition, replica.size(), Math::max);
                        }
                    })));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException
                    || e.getCause() instanceof UnsupportedVersionException) {
                return Map.of();
            }
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        }
        return bytes;
    }
}

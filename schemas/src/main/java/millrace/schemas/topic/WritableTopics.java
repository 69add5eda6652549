package millrace.schemas.topic;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates topics that can be written to at once. A broker tells of a new topic before it leads its partitions. If an
 * idempotent producer sends two batches in that gap, the first can be refused and the second taken, for a broker lets a
 * producer that it has not heard of begin with any sequence number. The first is out of order from then on: the producer
 * repeats it until its delivery times out, and nothing gets into the partition.
 */
public final class WritableTopics {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** Half a minute: far longer than a live broker takes to hear of a topic. */
    private static final int LOOKS = 600;

    private WritableTopics() {}

    /**
     * Returns when the leader of every partition of the new topics answers. A topic that is there already is left as it
     * is.
     *
     * @param topics each with its number of partitions
     * @throws ExecutionException if the cluster refuses, a leader does not answer within the client's time, or no broker
     *             knows a topic after half a minute; some topics may be there then
     */
    public static void create(Admin admin, Collection<NewTopic> topics)
            throws ExecutionException, InterruptedException {
        Map<String, KafkaFuture<Void>> asked = admin.createTopics(topics).values();
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        for (NewTopic topic : topics) {
            // How many an older topic has is not told.
            int count = isNew(asked.get(topic.name())) ? topic.numPartitions() : 1;
            for (int p = 0; p < count; p++) {
                partitions.put(new TopicPartition(topic.name(), p), OffsetSpec.latest());
            }
        }
        awaitLeaders(admin, partitions);
    }

    /** The client asks a leader again and again, but gives up at once if a broker does not know the topic yet. */
    private static void awaitLeaders(Admin admin, Map<TopicPartition, OffsetSpec> partitions)
            throws ExecutionException, InterruptedException {
        for (int look = 1;; look++) {
            try {
                admin.listOffsets(partitions).all().get();
                return;
            } catch (ExecutionException e) {
                if (look == LOOKS || !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
            Thread.sleep(LOOK_EVERY.toMillis());
        }
    }

    private static boolean isNew(KafkaFuture<Void> asked) throws ExecutionException, InterruptedException {
        try {
            asked.get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw e;
        }
    }
}

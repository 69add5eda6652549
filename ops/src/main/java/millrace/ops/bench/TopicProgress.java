package millrace.ops.bench;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** How much of a topic without transactions an application has committed, and how much is behind that. */
record TopicProgress(long committed, long behind) {

    static TopicProgress of(Admin admin, String application, String topic) throws InterruptedException {
        try {
            Map<TopicPartition, Long> committed = committed(admin, application, topic);
            long ends = admin.listOffsets(committed.keySet().stream()
                    .collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest()))).all().get().values().stream()
                    .mapToLong(o -> o.offset()).sum();
            long done = committed.values().stream().mapToLong(Long::longValue).sum();
            return new TopicProgress(done, Math.max(0, ends - done));
        } catch (ExecutionException e) {
            throw new IllegalStateException("the cluster does not say how far " + application + " is", e.getCause());
        }
    }

    /** Which records come next, by partition of the topic; empty while nothing is committed. */
    static Map<TopicPartition, Long> committed(Admin admin, String application, String topic)
            throws InterruptedException, ExecutionException {
        return admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(e -> e.getKey().topic().equals(topic) && e.getValue() != null)
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
    }
}

package millrace.sinks.iceberg.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** How the processes of a pipeline share out its tables for a role: by the partitions of the control topic. */
final class ControlGroup {
    private ControlGroup() {}

    /**
     * A consumer that has subscribed; its group's offsets are never committed.
     *
     * @param role names the group
     * @param usual settings, unless the pipeline has others
     */
    static KafkaConsumer<byte[], byte[]> join(SinkConfig config, String role, Map<String, Object> usual,
            ConsumerRebalanceListener rebalances) {
        Map<String, Object> settings = new HashMap<>(usual);
        settings.putAll(config.kafka());
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "millrace." + role + "." + config.name());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(config.controlTopic()), rebalances);
        return consumer;
    }
}

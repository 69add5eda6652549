package millrace.topology.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A consumer of its own, without a group, that reads a small topic to its end each time it is asked. */
final class KafkaTail implements Topics.Tail {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Longer than Kafka Streams lets a transaction be open. */
    private static final Duration SETTLING = Duration.ofSeconds(30);

    private final RunSettings settings;
    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    /** Read and not given yet, since the reading behind it has failed. */
    private List<Topics.Entry> read = new ArrayList<>();
    private KafkaConsumer<byte[], byte[]> log;

    KafkaTail(RunSettings settings, String topic) {
        this.settings = settings;
        this.topic = topic;
        consumer = consumer("read_committed");
    }

    private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> config = new HashMap<>(settings.kafka());
        config.put("bootstrap.servers", settings.bootstrapServers());
        config.put("isolation.level", isolation);
        config.put("enable.auto.commit", false);
        config.put("auto.offset.reset", "earliest");
        config.put("allow.auto.create.topics", false);
        config.put("default.api.timeout.ms", "8000");
        config.remove("group.id");
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public List<Topics.Entry> poll() {
        try {
            assign();
            return read(consumer.endOffsets(consumer.assignment()));
        } catch (RetriableException e) {
            throw new Topics.ClusterUnavailableException(e);
        }
    }

    @Override
    public List<Topics.Entry> settled() {
        try {
            assign();
            if (log == null) {
                log = consumer("read_uncommitted");
            }
            return read(log.endOffsets(consumer.assignment()));
        } catch (RetriableException e) {
            throw new Topics.ClusterUnavailableException(e);
        }
    }

    private void assign() {
        if (consumer.assignment().isEmpty()) {
            List<PartitionInfo> partitions = consumer.partitionsFor(topic, PATIENCE);
            if (partitions == null || partitions.isEmpty()) {
                return;
            }
            List<TopicPartition> all = partitions.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
        }
    }

    private List<Topics.Entry> read(Map<TopicPartition, Long> ends) {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("a transaction in " + topic + " stays open");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                read.add(new Topics.Entry(record.key(), record.value()));
            }
        }
        List<Topics.Entry> entries = read;
        read = new ArrayList<>();
        return entries;
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
        if (log != null) {
            log.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
        }
    }
}

package millrace.ops.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What the committed rows of a model's topic say together. */
final class TopicSum {
    private static final Duration POLL = Duration.ofMillis(200);

    private TopicSum() {}

    /** The sum of a column of whole numbers over all rows that there are when it is asked for. */
    static long of(String bootstrapServers, String topic, FieldType.Struct row, String column) {
        AvroRowDecoder decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, row), row);
        int slot = row.indexOf(column);
        long sum = 0;
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrapServers, "isolation.level",
                "read_committed"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    sum += ((Number) decoder.decodeFramed(record.value())[slot]).longValue();
                }
            }
            return sum;
        } catch (Malformed e) {
            throw new IllegalStateException("the engine has written no row to " + topic + ": " + e.getMessage(), e);
        }
    }
}

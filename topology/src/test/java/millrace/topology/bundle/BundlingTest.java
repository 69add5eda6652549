package millrace.topology.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class BundlingTest {
    private static final TopicPartition LEFT = new TopicPartition("clicks", 0);
    private static final TopicPartition RIGHT = new TopicPartition("clicks", 3);

    private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>(new Properties());

    @Test
    void whatAPollBringsOfAPartitionIsOneRecordThatStandsAtTheFirstOffset() {
        var next = Map.of(LEFT, new OffsetAndMetadata(13), RIGHT, new OffsetAndMetadata(8));
        ConsumerRecords<byte[], byte[]> bundled = new Bundling().onConsume(new ConsumerRecords<>(
                Map.of(LEFT, List.of(record(LEFT, 10, "a"), record(LEFT, 12, "b")), RIGHT,
                        List.of(record(RIGHT, 7, "c"))),
                next));

        assertThat(bundled.count()).isEqualTo(2);
        assertThat(bundled.records(LEFT)).singleElement().satisfies(r -> {
            assertThat(r.offset()).as("what is committed as long as it waits").isEqualTo(10);
            assertThat(r.timestamp()).isEqualTo(1_010);
            assertThat(r.leaderEpoch()).contains(5);
        });
        assertThat(bundled.nextOffsets()).as("what is committed when nothing waits").isEqualTo(next);
        assertThat(delivered(bundled.records(LEFT).get(0))).containsExactly("10 a", "12 b");
        assertThat(delivered(bundled.records(RIGHT).get(0))).containsExactly("7 c");
    }

    @Test
    void nothingPolledStaysNothing() {
        assertThat(new Bundling().onConsume(ConsumerRecords.empty())).isEmpty();
    }

    @Test
    void aRecordThatComesAloneIsDeliveredAsItIs() {
        context.setRecordMetadata("clicks", 3, 21);
        var headers = new RecordHeaders().add("h", new byte[] {1});
        var alone = Delivery.of(new Record<>(bytes("k"), null, 99, headers), context).get(0);
        assertThat(alone.partition()).isEqualTo(3);
        assertThat(alone.offset()).isEqualTo(21);
        assertThat(alone.timestamp()).isEqualTo(99);
        assertThat(alone.key()).asString().isEqualTo("k");
        assertThat(alone.value()).isNull();
        assertThat(alone.headers()).isEqualTo(headers);
    }

    /** As Kafka Streams does: deserialized, made a record of its own kind, handed to the first operator. */
    private List<String> delivered(ConsumerRecord<byte[], byte[]> raw) {
        Object value = new BundleDeserializer().deserialize(raw.topic(), raw.headers(), raw.value());
        return Delivery.of(new Record<>(raw.key(), value, raw.timestamp(), raw.headers()), context).stream()
                .map(r -> r.offset() + " " + new String(r.value(), StandardCharsets.UTF_8)).toList();
    }

    private static ConsumerRecord<byte[], byte[]> record(TopicPartition in, long offset, String value) {
        return new ConsumerRecord<>(in.topic(), in.partition(), offset, 1_000 + offset, TimestampType.CREATE_TIME, -1,
                value.length(), null, bytes(value), new RecordHeaders(), Optional.of(5));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

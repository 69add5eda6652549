package millrace.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a model's topic comes to: the last row of each key, and all rows without one. */
public final class FoldedTopic {
    private FoldedTopic() {}

    /** The rows of everything that is committed, in no order. */
    public static List<Object[]> rows(String servers, String topic, FieldType.Struct type) throws Malformed {
        var decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, type), type);
        Map<String, Object[]> byKey = new TreeMap<>();
        List<Object[]> rows = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", servers, "isolation.level",
                "read_committed"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (var r : consumer.poll(Duration.ofMillis(200))) {
                    if (r.key() == null) {
                        rows.add(decoder.decodeFramed(r.value()));
                    } else if (r.value() == null) {
                        byKey.remove(Arrays.toString(r.key()));
                    } else {
                        byKey.put(Arrays.toString(r.key()), decoder.decodeFramed(r.value()));
                    }
                }
            }
        }
        rows.addAll(byKey.values());
        return rows;
    }
}

package millrace.ops.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import millrace.schemas.topic.WritableTopics;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritableTopicsTest {
    private static final int PARTITIONS = 8;
    /** Without the wait one producer in eight gets stuck. */
    private static final int TOPICS = 40;
    private static final int BATCHES = 4;

    @TempDir
    Path folder;

    @Test
    void aNewProducerWritesToANewTopicWhatItSendsAtOnce() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            for (int t = 0; t < TOPICS; t++) {
                NewTopic topic = new NewTopic("t" + t, PARTITIONS, (short) 1);
                WritableTopics.create(admin, List.of(topic));
                assertThat(offsets(broker.bootstrapServers(), topic.name())).as(topic.name())
                        .allSatisfy(written -> assertThat(written).containsExactly(0L, 1L, 2L, 3L));
            }
        }
    }

    @Test
    void aTopicThatIsThereIsLeftAsItIs() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            WritableTopics.create(admin, List.of(new NewTopic("orders", 2, (short) 1)));
            WritableTopics.create(admin,
                    List.of(new NewTopic("orders", 3, (short) 1), new NewTopic("clicks", 1, (short) 1)));
            assertThat(admin.describeTopics(List.of("orders", "clicks")).allTopicNames().get()).satisfies(found -> {
                assertThat(found.get("orders").partitions()).hasSize(2);
                assertThat(found.get("clicks").partitions()).hasSize(1);
            });
        }
    }

    /** Of what is sent in batches that are all under way at once, by partition, in the order of the sends. */
    private static List<List<Long>> offsets(String servers, String topic) throws Exception {
        List<List<Long>> offsets = new ArrayList<>();
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "delivery.timeout.ms", 20_000, "request.timeout.ms", 10_000,
                        "batch.size", 1_000, "linger.ms", 0),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sends = new ArrayList<>();
            for (int b = 0; b < BATCHES; b++) {
                for (int p = 0; p < PARTITIONS; p++) {
                    sends.add(producer.send(new ProducerRecord<>(topic, p, null, new byte[900])));
                }
            }
            for (int p = 0; p < PARTITIONS; p++) {
                List<Long> ofPartition = new ArrayList<>();
                for (int b = 0; b < BATCHES; b++) {
                    ofPartition.add(sends.get(b * PARTITIONS + p).get().offset());
                }
                offsets.add(ofPartition);
            }
        }
        return offsets;
    }
}

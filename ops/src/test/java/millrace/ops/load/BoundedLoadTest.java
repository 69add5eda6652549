package millrace.ops.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.time.EndMarker;
import millrace.schemas.topic.WritableTopics;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedLoadTest {
    private static final Contract ORDERS = ContractFile.read("orders.odcs.yaml", """
        apiVersion: v3.2.0
        kind: DataContract
        id: shop.orders
        name: orders
        version: 1.0.0
        status: active
        schema:
          - name: orders
            physicalName: shop.orders
            physicalType: topic
            properties:
              - {name: number, logicalType: integer, physicalType: long, required: true}
              - {name: customer, logicalType: string, required: true}
              - {name: ordered_at, logicalType: timestamp, required: true}
        customProperties:
          - {property: key, value: number}
          - {property: eventTime, value: ordered_at}
        """);
    private static final int PARTITIONS = 3;

    @TempDir
    Path folder;

    @Test
    void aLoadThatWasBrokenOffGoesOnWhereTheTopicEnds() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"))) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (Admin admin = Admin.create(kafka)) {
                WritableTopics.create(admin, List.of(new NewTopic(ORDERS.topic(), PARTITIONS, (short) 1)));
            }
            assertThat(load(kafka, file(120, "a"), false)).isEqualTo(new BoundedLoad.Outcome(120, 120, false));
            assertThat(load(kafka, file(300, "a"), false)).isEqualTo(new BoundedLoad.Outcome(300, 180, false));
            assertThatThrownBy(() -> load(kafka, file(300, "b"), true)).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("rows of another file");
            assertThat(load(kafka, file(300, "a"), true)).isEqualTo(new BoundedLoad.Outcome(300, 0, true));
            assertThat(load(kafka, file(300, "a"), true)).isEqualTo(new BoundedLoad.Outcome(300, 0, true));
            assertThatThrownBy(() -> load(kafka, file(310, "a"), true)).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("has been ended");

            List<ConsumerRecord<byte[], byte[]>> records = records(kafka);
            assertThat(records.stream().filter(r -> !isEnd(r)).map(BoundedLoadTest::number))
                    .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 300).boxed().toList());
            assertThat(records.stream().filter(BoundedLoadTest::isEnd).map(ConsumerRecord::partition))
                    .containsExactlyInAnyOrder(0, 1, 2);
        }
    }

    @Test
    void aTopicThatIsMissingIsAskedFor() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"))) {
            assertThatThrownBy(
                    () -> load(Map.of("bootstrap.servers", broker.bootstrapServers()), file(1, "a"), false))
                    .isInstanceOf(ProblemException.class).hasMessageContaining("TOPIC_UNKNOWN");
        }
    }

    private static BoundedLoad.Outcome load(Map<String, Object> kafka, Path file, boolean end) {
        try (Destination to = Destination.open(ORDERS, kafka, new OneSchema())) {
            BoundedLoad load = new BoundedLoad(ORDERS, file, n -> {});
            return end ? load.loadAndEnd(to) : load.load(to);
        }
    }

    private Path file(int rows, String customer) throws IOException {
        List<String> lines = new ArrayList<>(List.of("customer,ordered_at"));
        IntStream.range(0, rows)
                .forEach(i -> lines.add(customer + i + ",1970-01-01 00:" + i / 60 % 60 / 10 + i / 60 % 10 + ":"
                        + i % 60 / 10 + i % 10));
        return Files.write(folder.resolve("orders-" + customer + rows + ".csv"), lines);
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(Map<String, Object> kafka) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> new TopicPartition(ORDERS.topic(), p)).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
            }
        }
        return all;
    }

    private static boolean isEnd(ConsumerRecord<byte[], byte[]> record) {
        return EndMarker.isEnd(record.value(), record.headers());
    }

    private static long number(ConsumerRecord<byte[], byte[]> record) {
        return Long.parseLong(
                new String(record.headers().lastHeader(LastLoaded.HEADER).value(), StandardCharsets.US_ASCII));
    }

    /** A registry that gives every schema the same id. */
    private static final class OneSchema implements SchemaRegistry {
        private Schema schema;

        @Override
        public Schema byId(int id) {
            return schema;
        }

        @Override
        public int register(String subject, Schema registered) {
            schema = registered;
            return 1;
        }

        @Override
        public Optional<Registered> latest(String subject) {
            return Optional.ofNullable(schema).map(s -> new Registered(1, 1, s));
        }

        @Override
        public List<String> incompatibilities(String subject, Schema other) {
            return List.of();
        }
    }
}

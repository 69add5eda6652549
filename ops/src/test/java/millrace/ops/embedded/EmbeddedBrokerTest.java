package millrace.ops.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import millrace.schemas.problem.ProblemException;
import millrace.schemas.topic.WritableTopics;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    @TempDir
    Path folder;

    @Test
    void keepsRecordsAndPortOverARestart() throws Exception {
        int port;
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder)) {
            port = broker.port();
            createTopic(broker.bootstrapServers());
            send(broker.bootstrapServers(), 0, 100);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder)) {
            assertThat(broker.port()).isEqualTo(port);
            send(broker.bootstrapServers(), 100, 200);
            assertThat(readAll(broker.bootstrapServers())).containsExactlyElementsOf(values(200));
        }
    }

    @Test
    void keepsAcknowledgedRecordsWhenItsProcessIsKilled() throws Exception {
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Acknowledge.class.getName(), folder.toString())
                .redirectErrorStream(true).start();
        List<String> said = new ArrayList<>();
        try (var out = child.inputReader()) {
            for (String line = out.readLine(); line != null && !said.contains("acknowledged"); line = out.readLine()) {
                said.add(line);
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertThat(said).contains("acknowledged");
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder)) {
            assertThat(readAll(broker.bootstrapServers())).containsExactlyElementsOf(values(500));
        }
    }

    @Test
    void refusesAPortThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedBroker.start(folder, taken.getLocalPort()))
                    .isInstanceOf(ProblemException.class).hasMessageContaining("PORT_IN_USE")
                    .hasMessageContaining("Port " + taken.getLocalPort());
        }
        assertThat(new File(folder.toFile(), "log")).doesNotExist();
    }

    /** The process that is killed: says so when its records are acknowledged, then waits to die. */
    static final class Acknowledge {
        public static void main(String[] args) throws Exception {
            EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]));
            createTopic(broker.bootstrapServers());
            send(broker.bootstrapServers(), 0, 500);
            System.out.println("acknowledged");
            System.out.println("waiting");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    private static void createTopic(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            WritableTopics.create(admin, List.of(new NewTopic("t", 1, (short) 1)));
        }
    }

    private static void send(String bootstrap, int from, int to) {
        try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "acks", "all"),
                new StringSerializer(), new StringSerializer())) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>("t", "v" + i));
            }
            producer.flush();
        }
    }

    private static List<String> values(int n) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            values.add("v" + i);
        }
        return values;
    }

    private static List<String> readAll(String bootstrap) {
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap), new StringDeserializer(),
                new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<String> values = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(r -> values.add(r.value()));
            }
            return values;
        }
    }
}

package millrace.blocked;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

import millrace.ops.embedded.EmbeddedBroker;
import millrace.ops.registry.EmbeddedRegistry;
import millrace.ops.registry.KafkaRegistryJournal;
import millrace.process.Patience;
import org.apache.kafka.clients.admin.Admin;

/** What the scenes share: brokers, and a registry behind a gate. */
final class Cluster implements AutoCloseable {
    private final Path kafka;
    private EmbeddedBroker broker;
    private boolean brokerRuns;
    private final EmbeddedRegistry registry;
    private final Gate registryGate;

    Cluster(Path folder) {
        kafka = folder.resolve("kafka");
        startBroker();
        registry = EmbeddedRegistry
                .start(new KafkaRegistryJournal(Map.of("bootstrap.servers", broker.bootstrapServers()),
                        "_schemas", Optional.of((short) 1)), "127.0.0.1", 0);
        registryGate = new Gate(registry.url());
    }

    /** On the same folder and port as before. */
    void startBroker() {
        broker = EmbeddedBroker.start(kafka);
        brokerRuns = true;
    }

    void stopBroker() {
        broker.close();
        brokerRuns = false;
    }

    /** Takes back whatever a script has done to it. */
    void allIsWell() {
        FillingFileIO.FULL.set(false);
        registryGate.open();
        if (!brokerRuns) {
            startBroker();
        }
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Where producers find the registry. */
    String registryUrl() {
        return registry.url();
    }

    /** What stands between a platform and the registry. */
    Gate registryGate() {
        return registryGate;
    }

    /** Sets how schemas of a subject may change, as an administrator does. */
    void setCompatibility(String subject, String level) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var response = http.send(HttpRequest.newBuilder(URI.create(registry.url() + "/config/" + subject))
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString("{\"compatibility\":\"" + level + "\"}")).build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(response.body());
            }
        }
    }

    /** Deletes a topic, and returns when it is gone. */
    void delete(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.deleteTopics(List.of(topic)).all().get();
            Patience.until(topic + " is gone", Scene.PATIENCE, () -> !topics(admin).contains(topic), () -> "");
        }
    }

    private static java.util.Set<String> topics(Admin admin) {
        try {
            return admin.listTopics().names().get();
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        registryGate.close();
        registry.close();
        broker.close();
    }
}

package millrace.ops.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import millrace.topology.run.RunSettings;

/**
 * How a process reaches what it works with. Holds secrets: never printed.
 *
 * @param kafka settings of every Kafka client, without {@code bootstrap.servers}
 * @param streams settings of Kafka Streams
 * @param stateMemory bytes for the stores of stream tasks, beside the heap
 * @param catalog Iceberg's catalog properties
 */
public record Connections(String bootstrapServers, Map<String, String> kafka, Map<String, String> streams,
        long stateMemory, String registryUrl, Map<String, String> registry, Map<String, String> catalog,
        TopicCreation topics) {

    private static final Duration STREAM_COMMIT = Duration.ofMillis(500);

    public Connections {
        kafka = Map.copyOf(kafka);
        streams = Map.copyOf(streams);
        registry = Map.copyOf(registry);
        catalog = Map.copyOf(catalog);
    }

    /** Whether topics that are missing are created, and with how many replicas. */
    public sealed interface TopicCreation {
        record Create(short replication) implements TopicCreation {}

        /** They are asked for: {@code millrace topics apply} creates them. */
        record Require() implements TopicCreation {}
    }

    /** The same for what makes topics of its own, such as a replay, whoever makes those of the pipeline. */
    public Connections creating(short replication) {
        return new Connections(bootstrapServers, kafka, streams, stateMemory, registryUrl, registry, catalog,
                new TopicCreation.Create(replication));
    }

    /** How a pipeline runs here: one thread, all records, topics created where that is to be. */
    public RunSettings runSettings(Path stateFolder) {
        boolean create = topics instanceof TopicCreation.Create;
        short replication = topics instanceof TopicCreation.Create c ? c.replication() : (short) -1;
        return new RunSettings(bootstrapServers, stateFolder, 1, STREAM_COMMIT, create, replication, kafka, streams,
                Optional.empty(), Map.of(), stateMemory);
    }

    /** Settings of a Kafka client, with the address. */
    public Map<String, Object> kafkaClient() {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("bootstrap.servers", bootstrapServers);
        return settings;
    }

    @Override
    public String toString() {
        return "Connections[" + bootstrapServers + ", " + registryUrl + "]";
    }
}

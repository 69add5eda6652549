package millrace.ops.project;

import java.nio.file.Path;
import java.util.Optional;
import millrace.topology.run.RunSettings;

/**
 * Where and how a project runs.
 *
 * @param data the data folder, absolute
 * @param kafka settings of every Kafka client; the cluster's address is in {@link #cluster()}
 * @param stateMemory bytes for the stores of stream tasks, beside the heap
 * @param catalog Iceberg's catalog properties; empty means a JDBC catalog on SQLite in the data folder
 * @param webhook where alerts are posted
 */
public record Profile(String name, Path data, Cluster cluster, ClientSettings kafka, ClientSettings streams,
        long stateMemory, ClientSettings registry, ClientSettings catalog, TopicSettings topics, Ports ports,
        Logs logs, Optional<Secret> webhook) {

    /** Which brokers and which registry. */
    public sealed interface Cluster {
        /** Broker and registry in this process, on the data folder. */
        record Embedded() implements Cluster {}

        record External(String bootstrapServers, String registryUrl) implements Cluster {}
    }

    /** 0 takes a free port. Http counts in every mode, the others only for an embedded cluster. */
    public record Ports(int kafka, int registry, int http) {
        public static final Ports USUAL = new Ports(9092, 8081, 8080);
        public static final Ports FREE = new Ports(0, 0, 0);
    }

    /** How topics that Millrace creates are made safe, and whom ACLs are shown for. */
    public record TopicSettings(int replicationFactor, int minInsyncReplicas, String principal) {}

    public record Logs(LogFormat format, String level) {}

    public enum LogFormat {
        TEXT, JSON
    }

    public boolean isEmbedded() {
        return cluster instanceof Cluster.Embedded;
    }

    /** An embedded profile with nothing but defaults. */
    public static Profile embedded(Path data, Ports ports) {
        return new Profile("dev", data.toAbsolutePath().normalize(), new Cluster.Embedded(), ClientSettings.NONE,
                ClientSettings.NONE, RunSettings.STATE_MEMORY, ClientSettings.NONE, ClientSettings.NONE,
                new TopicSettings(1, 1, "User:millrace"), ports, new Logs(LogFormat.TEXT, "info"), Optional.empty());
    }

    public Profile withData(Path folder) {
        return new Profile(name, folder.toAbsolutePath().normalize(), cluster, kafka, streams,
                stateMemory, registry, catalog, topics, ports, logs, webhook);
    }

    public Profile withPorts(Ports other) {
        return new Profile(name, data, cluster, kafka, streams, stateMemory, registry, catalog, topics, other, logs,
                webhook);
    }
}

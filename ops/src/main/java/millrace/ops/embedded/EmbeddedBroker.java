package millrace.ops.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;

import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real one-node Kafka cluster (KRaft broker and controller) in this process, on a data folder. What was written and
 * acknowledged is there again after {@link #close} and a new start on the same folder, and also after the process was
 * killed. Everything has replication factor 1 and topics are never created by use.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Starts on the port this folder's broker had before if that is free, else on any free port. */
    public static EmbeddedBroker start(Path folder) {
        return start(folder, Ports.ANY);
    }

    /** Starts on a port ({@link Ports#ANY}: as {@link #start(Path)}). */
    public static EmbeddedBroker start(Path folder, int port) {
        return start(folder, port, Map.of());
    }

    /**
     * Starts, and returns when clients can use the broker.
     *
     * @param folder created and formatted if it is new
     * @param settings Kafka's broker settings by their own names, over ours
     * @throws ProblemException if the port is taken or the broker does not start; nothing runs then
     */
    public static EmbeddedBroker start(Path folder, int port, Map<String, String> settings) {
        Ports ports = Ports.rememberedIn(folder);
        int clients = ports.choose("kafka", port);
        int controller = ports.choose("kafka-controller", Ports.ANY);
        Path log = folder.resolve("log");
        Map<String, Object> config = new HashMap<>(settings(log, clients, controller));
        config.putAll(settings);
        try {
            format(log);
            var server = new KafkaRaftServer(new KafkaConfig(config), Time.SYSTEM);
            server.startup();
            return new EmbeddedBroker(server, clients);
        } catch (RuntimeException e) {
            throw new ProblemException(Problem.of(OpsProblem.BROKER_START_FAILED, folder.toString(),
                    "The embedded Kafka broker did not start: " + e.getMessage())
                    .withRemedy(OpsProblem.BROKER_START_FAILED.remedy()));
        }
    }

    /** {@code host:port} for clients' {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path log) {
        if (Files.exists(log.resolve("meta.properties"))) {
            return;
        }
        try {
            Files.createDirectories(log);
            new Formatter().setNodeId(1).setClusterId(Uuid.randomUuid().toString())
                    .setDirectories(List.of(log.toString())).setMetadataLogDirectory(log.toString())
                    .setControllerListenerName("CONTROLLER").setReleaseVersion(MetadataVersion.latestProduction())
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static Map<String, String> settings(Path log, int port, int controller) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", log.toString());
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        // A static voter is not written into the folder, so the port may be another one at the next start.
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);

        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            settings.put(topic + ".replication.factor", "1");
        }
        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("auto.create.topics.enable", "false");

        // Event times may be anything: a record must not be refused because it is ahead of this machine's clock.
        settings.put("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));

        // After a kill the old session must run out before the broker may register again; 9 s by default. Shorter ones
        // run out by themselves on a busy machine.
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("broker.session.timeout.ms", "4000");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.streams.initial.rebalance.delay.ms", "0");
        settings.put("group.streams.min.heartbeat.interval.ms", "500");
        settings.put("group.streams.heartbeat.interval.ms", "500");
        settings.put("group.streams.min.session.timeout.ms", "6000");
        settings.put("group.streams.session.timeout.ms", "6000");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20)); // 128 MiB of heap by default
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        return settings;
    }
}

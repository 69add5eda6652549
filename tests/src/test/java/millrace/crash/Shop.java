package millrace.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import millrace.ops.cli.Main;
import millrace.process.ChildJvm;
import millrace.process.Patience;
import org.apache.avro.Schema;

/**
 * The pipeline {@code shop} as a small company would run it: a cluster, and each role in a process of its own. Every
 * process can be killed alone.
 */
final class Shop implements AutoCloseable {
    static final String TOPIC = ShopProject.TOPIC;
    private static final Duration START = Duration.ofMinutes(2);

    private final Path folder;
    private final ShopProject project;
    private final int kafkaPort = freePort();
    private final int registryPort = freePort();
    private final List<ChildJvm> processes = new ArrayList<>();
    private final ChildJvm cluster;

    Shop(Path folder) {
        this.folder = folder;
        project = ShopProject.copyTo(folder.resolve("project")).withProfiles(profiles());
        makeFolder(folder.resolve("cluster"));
        cluster = child("cluster", ClusterProcess.class, folder.resolve("cluster").toString(),
                Integer.toString(kafkaPort), Integer.toString(registryPort));
        awaitCluster();
        ChildJvm topics = child("topics", Main.class, "topics", "apply", "--project", project.folder().toString(),
                "--profile",
                "test");
        Patience.until("the topics are created", START, () -> !topics.isAlive(), topics::output);
    }

    /** The process with broker and registry. */
    ChildJvm cluster() {
        return cluster;
    }

    /** Waits until a cluster that was just started again serves. */
    void awaitCluster() {
        Path ready = folder.resolve("cluster/ready");
        Patience.until("the cluster serves", START, () -> Files.exists(ready), cluster::output);
    }

    /** Starts {@code millrace run} with these roles in a process of its own. */
    ChildJvm role(String name, String roles) {
        return child(name, Main.class, "run", "--project", project.folder().toString(), "--profile", "test", "--roles",
                roles,
                "--data", folder.resolve("data-" + name).toString());
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    Schema schema() {
        return project.schema();
    }

    int registerSchema() {
        return project.register("http://127.0.0.1:" + registryPort);
    }

    Path warehouse() {
        return folder.resolve("warehouse");
    }

    Path catalog() {
        return folder.resolve("catalog.db");
    }

    /** What every process has printed, for a failure's message. */
    String output() {
        StringBuilder text = new StringBuilder();
        for (ChildJvm process : processes) {
            String output = process.output();
            text.append("\n=== ").append(process).append('\n')
                    .append(output.substring(Math.max(0, output.length() - 3000)));
        }
        return text.toString();
    }

    @Override
    public void close() {
        processes.reversed().forEach(ChildJvm::close);
    }

    private ChildJvm child(String name, Class<?> main, String... arguments) {
        ChildJvm child = ChildJvm.start(folder.resolve(name + ".log"), List.of(), main, arguments);
        processes.add(child);
        return child;
    }

    private String profiles() {
        return """
            test:
              kafka: {bootstrap.servers: "%s"}
              registry: {url: "http://127.0.0.1:%d"}
              iceberg:
                catalog: {type: jdbc, uri: "jdbc:sqlite:%s", warehouse: "file:%s"}
              topics: {replication.factor: 1, min.insync.replicas: 1}
              ports: {http: 0}
            """.formatted(bootstrapServers(), registryPort, catalog(), warehouse());
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package millrace.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import millrace.ops.cli.Main;

/**
 * Millrace as it is installed: a cluster in a process of its own, a catalog in a file, and as many processes of the program as a
 * test starts. Every process can be killed alone; closing ends them all.
 */
public final class Installation implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);

    private final Path folder;
    private final int kafkaPort = freePort();
    private final int registryPort = freePort();
    private final List<ChildJvm> processes = new ArrayList<>();
    private final ChildJvm cluster;

    /** Starts the cluster. */
    public Installation(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder.resolve("cluster"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cluster = child("cluster", ClusterProcess.class, folder.resolve("cluster").toString(),
                Integer.toString(kafkaPort), Integer.toString(registryPort));
        awaitCluster();
    }

    /** The process with broker and registry. */
    public ChildJvm cluster() {
        return cluster;
    }

    /** Waits until a cluster that was just started again serves. */
    public void awaitCluster() {
        Path ready = folder.resolve("cluster/ready");
        Patience.until("the cluster serves", START, () -> Files.exists(ready), cluster::output);
    }

    /** Starts a command of the program in a process of its own. */
    public ChildJvm program(String name, String... arguments) {
        return child(name, Main.class, arguments);
    }

    /** Runs a command of the program to its end, which is to be a good one; returns what it printed. */
    public String run(String name, String... arguments) {
        try (ChildJvm command = ChildJvm.start(folder.resolve(name + ".log"), List.of(), Main.class, arguments)) {
            int code = command.end(Duration.ofMinutes(5));
            if (code != 0) {
                throw new AssertionError(String.join(" ", arguments) + " ended with " + code + "\n" + command.output()
                        + output());
            }
            return command.output();
        }
    }

    private ChildJvm child(String name, Class<?> main, String... arguments) {
        ChildJvm child = ChildJvm.start(folder.resolve(name + ".log"), List.of(), main, arguments);
        processes.add(child);
        return child;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    public String registryUrl() {
        return "http://127.0.0.1:" + registryPort;
    }

    public Path warehouse() {
        return folder.resolve("warehouse");
    }

    public Path catalog() {
        return folder.resolve("catalog.db");
    }

    /** A profile {@code test} that names all of it. */
    public String profiles() {
        return profiles(catalog(), warehouse());
    }

    /** One with a catalog of its own. */
    public String profiles(Path catalog, Path warehouse) {
        return """
            test:
              kafka: {bootstrap.servers: "%s"}
              registry: {url: "%s"}
              iceberg:
                catalog: {type: jdbc, uri: "jdbc:sqlite:%s", warehouse: "file:%s"}
              topics: {replication.factor: 1, min.insync.replicas: 1}
              ports: {http: 0}
            """.formatted(bootstrapServers(), registryUrl(), catalog, warehouse);
    }

    /** What every process has printed, for a failure's message. */
    public String output() {
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

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

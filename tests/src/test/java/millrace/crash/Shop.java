package millrace.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import millrace.ops.cli.Main;
import millrace.process.ChildJvm;
import millrace.process.Patience;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;

/**
 * The pipeline {@code shop} as a small company would run it: a cluster, and each role in a process of its own. Every
 * process can be killed alone.
 */
final class Shop implements AutoCloseable {
    static final String TOPIC = "shop.orders.v1";
    private static final Duration START = Duration.ofMinutes(2);

    private final Path folder;
    private final Path project;
    private final int kafkaPort = freePort();
    private final int registryPort = freePort();
    private final List<ChildJvm> processes = new ArrayList<>();
    private final ChildJvm cluster;

    Shop(Path folder) {
        this.folder = folder;
        project = folder.resolve("project");
        copyProject();
        cluster = child("cluster", ClusterProcess.class, folder.resolve("cluster").toString(),
                Integer.toString(kafkaPort), Integer.toString(registryPort));
        awaitCluster();
        ChildJvm topics = child("topics", Main.class, "topics", "apply", "--project", project.toString(), "--profile",
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
        return child(name, Main.class, "run", "--project", project.toString(), "--profile", "test", "--roles", roles,
                "--data", folder.resolve("data-" + name).toString());
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** The contract's schema as a producer has it. */
    Schema schema() {
        return AvroTypes.toSchema(contract());
    }

    int registerSchema() {
        try (var registry = new ConfluentRegistry("http://127.0.0.1:" + registryPort, Map.of())) {
            return registry.register(TOPIC + "-value", schema());
        }
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

    private millrace.schemas.contract.Contract contract() {
        try {
            return ContractFile.read("orders.odcs.yaml",
                    Files.readString(project.resolve("contracts/orders.odcs.yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChildJvm child(String name, Class<?> main, String... arguments) {
        ChildJvm child = ChildJvm.start(folder.resolve(name + ".log"), List.of(), main, arguments);
        processes.add(child);
        return child;
    }

    private void copyProject() {
        Path source = Path.of(System.getProperty("basedir", "."), "src/test/resources/pipelines/shop");
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = project.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
            Files.createDirectories(folder.resolve("cluster"));
            Files.writeString(project.resolve("profiles.yaml"), """
                test:
                  kafka: {bootstrap.servers: "%s"}
                  registry: {url: "http://127.0.0.1:%d"}
                  iceberg:
                    catalog: {type: jdbc, uri: "jdbc:sqlite:%s", warehouse: "file:%s"}
                  topics: {replication.factor: 1, min.insync.replicas: 1}
                  ports: {http: 0}
                """.formatted(bootstrapServers(), registryPort, catalog(), warehouse()));
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

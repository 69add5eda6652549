package millrace.ops.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.ops.registry.EmbeddedRegistry;
import millrace.ops.registry.KafkaRegistryJournal;
import org.apache.kafka.clients.admin.Admin;

/** A broker and a registry in a process of their own: what they cost is not measured. */
public final class BenchCluster implements AutoCloseable {
    private final BenchProcess process;
    private final String bootstrapServers;
    private final String registryUrl;

    private BenchCluster(BenchProcess process, Map<String, String> figures) {
        this.process = process;
        bootstrapServers = figures.get("servers");
        registryUrl = figures.get("registry");
    }

    /**
     * Starts one on free ports, with its data and its log in a folder that is there.
     *
     * @throws IOException if no process can be started
     */
    public static BenchCluster start(Path folder) throws IOException {
        BenchProcess process = BenchProcess.start(Main.class, folder.resolve("cluster.log"), List.of("-Xmx1g"),
                folder.toString());
        try {
            return new BenchCluster(process, process.awaitFigure("registry"));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** What the process runs. Argument: the folder. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws InterruptedException {
            Lifeline.hold();
            EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]).resolve("kafka"), 0);
            EmbeddedRegistry registry = EmbeddedRegistry.start(
                    new KafkaRegistryJournal(Map.of("bootstrap.servers", broker.bootstrapServers()), "_schemas",
                            Optional.of((short) 1)),
                    "127.0.0.1", 0);
            BenchProcess.say("servers", broker.bootstrapServers());
            BenchProcess.say("registry", registry.url());
            Thread.currentThread().join();
        }
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    public String registryUrl() {
        return registryUrl;
    }

    /** Deletes the topics whose names begin with a word: what one pass has written, the next need not carry. */
    public void deleteTopics(String beginning) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Collection<String> topics = admin.listTopics().names().get().stream()
                    .filter(t -> t.startsWith(beginning)).toList();
            admin.deleteTopics(topics).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topics of " + beginning + " are still there", e.getCause());
        }
    }

    @Override
    public void close() {
        process.close();
    }
}

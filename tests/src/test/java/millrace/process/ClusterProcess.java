package millrace.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

import millrace.ops.embedded.EmbeddedBroker;
import millrace.ops.registry.EmbeddedRegistry;
import millrace.ops.registry.KafkaRegistryJournal;

/** Main class of the process that is the cluster: a broker and a registry on a folder, on ports that a restart keeps. */
final class ClusterProcess {
    private ClusterProcess() {}

    /** Arguments: folder, port of the broker, port of the registry. Writes {@code ready} into the folder when it serves. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Path ready = folder.resolve("ready");
        Files.deleteIfExists(ready);
        EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), Integer.parseInt(arguments[1]));
        var journal = new KafkaRegistryJournal(Map.of("bootstrap.servers", broker.bootstrapServers()), "_schemas",
                Optional.of((short) 1));
        EmbeddedRegistry registry = EmbeddedRegistry.start(journal, "127.0.0.1", Integer.parseInt(arguments[2]));
        Path written = Files.writeString(folder.resolve("ready.tmp"), registry.url());
        Files.move(written, ready, StandardCopyOption.ATOMIC_MOVE);
        Thread.currentThread().join();
    }
}

package millrace.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

import millrace.process.Folders;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;

/** A copy of the pipeline {@code shop} that a test may change. */
public record ShopProject(Path folder, String topic) {
    public static final String TOPIC = "shop.orders.v1";

    /** Copies it to a folder that is not there yet. */
    public static ShopProject copyTo(Path folder) {
        Path source = Path.of(System.getProperty("basedir", "."), "src/test/resources/pipelines/shop");
        Folders.copy(source, folder);
        return new ShopProject(folder, TOPIC);
    }

    /** Under another name and on another topic. */
    public ShopProject named(String pipeline, String otherTopic) {
        edit("millrace.yaml", text -> text.replaceFirst("(?m)^name: .*$", "name: " + pipeline));
        edit("contracts/orders.odcs.yaml", text -> text.replace(topic, otherTopic));
        return new ShopProject(folder, otherTopic);
    }

    /** Changes a file, which is empty if it is not there. */
    public ShopProject edit(String file, UnaryOperator<String> change) {
        Path path = folder.resolve(file);
        try {
            Files.writeString(path, change.apply(Files.exists(path) ? Files.readString(path) : ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public ShopProject withProfiles(String yaml) {
        return edit("profiles.yaml", text -> yaml);
    }

    /** The contract's schema as a producer has it. */
    public Schema schema() {
        try {
            return AvroTypes.toSchema(ContractFile.read("orders.odcs.yaml",
                    Files.readString(folder.resolve("contracts/orders.odcs.yaml"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Registers it as a producer does, and returns its id. */
    public int register(String registryUrl) {
        try (var registry = new ConfluentRegistry(registryUrl, Map.of())) {
            return registry.register(topic + "-value", schema());
        }
    }
}

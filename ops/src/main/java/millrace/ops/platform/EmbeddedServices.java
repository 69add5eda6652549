package millrace.ops.platform;

import java.util.Map;
import java.util.Optional;

import millrace.ops.embedded.EmbeddedBroker;
import millrace.ops.embedded.Ports;
import millrace.ops.project.DataFolder;
import millrace.ops.project.Profile;
import millrace.ops.registry.EmbeddedRegistry;
import millrace.ops.registry.KafkaRegistryJournal;

/** Broker and registry of a platform that brings its own, on its data folder. */
final class EmbeddedServices implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String SCHEMAS_TOPIC = "_schemas";

    private final EmbeddedBroker broker;
    private final EmbeddedRegistry registry;

    private EmbeddedServices(EmbeddedBroker broker, EmbeddedRegistry registry) {
        this.broker = broker;
        this.registry = registry;
    }

    /** Starts both; if one does not start, none runs. */
    static EmbeddedServices start(DataFolder folder, Profile.Ports wished) {
        Ports ports = Ports.rememberedIn(folder.path());
        EmbeddedBroker broker = EmbeddedBroker.start(folder.kafka(),
                ports.choose("kafka", wished.kafka(), Profile.Ports.USUAL.kafka()));
        try {
            var journal = new KafkaRegistryJournal(Map.of("bootstrap.servers", broker.bootstrapServers()),
                    SCHEMAS_TOPIC, Optional.of((short) 1));
            return new EmbeddedServices(broker, EmbeddedRegistry.start(journal, HOST,
                    ports.choose("registry", wished.registry(), Profile.Ports.USUAL.registry())));
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    String registryUrl() {
        return registry.url();
    }

    @Override
    public void close() {
        try {
            registry.close();
        } finally {
            broker.close();
        }
    }
}

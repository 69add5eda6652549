package millrace.ops.bench.nexmark;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import millrace.ops.bench.BenchTopic;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.SchemaRegistry;
import org.apache.kafka.common.KafkaException;

/** Produces the project's events: number {@code n} to partition {@code n} modulo their number. */
public final class NexmarkLoad implements AutoCloseable {
    /** How many rows the side input has, with the keys from 0 on. */
    public static final int SIDE_ROWS = 10_000;
    private static final Duration BEFORE = Duration.ofHours(1);

    private final NexmarkGenerator generator;
    private final NexmarkProject project;
    private final String bootstrapServers;
    private final SchemaRegistry registry;
    private final BenchTopic events;

    public NexmarkLoad(NexmarkGenerator generator, NexmarkProject project, String bootstrapServers,
            SchemaRegistry registry) {
        this.generator = generator;
        this.project = project;
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
        events = new BenchTopic(project.events(), bootstrapServers, registry);
    }

    /**
     * Creates topics that its records go to.
     *
     * @throws ExecutionException if the cluster refuses
     */
    public void createTopics(List<Contract> contracts) throws ExecutionException, InterruptedException {
        for (Contract contract : contracts) {
            BenchTopic.create(contract, bootstrapServers);
        }
    }

    /**
     * Produces the events from one number up to another, which is left out; all are acknowledged then.
     *
     * @throws KafkaException if one cannot be written
     */
    public void produce(long from, long to) {
        for (long n = from; n < to; n++) {
            NexmarkEvent event = generator.event(n);
            events.send(n, event.dateTime(), event.row());
        }
        events.flush();
    }

    /**
     * Fills the side input, valid from an hour before the first event on, and ends it.
     *
     * @throws KafkaException if a row cannot be written
     */
    public void produceSideInput() {
        long at = generator.start().minus(BEFORE).toEpochMilli();
        try (BenchTopic side = new BenchTopic(project.sideInput(), bootstrapServers, registry)) {
            for (long key = 0; key < SIDE_ROWS; key++) {
                side.send(key, at, new Object[] {key, "value-" + key, at * 1_000});
            }
            side.end();
        }
    }

    /**
     * Says that no events come any more.
     *
     * @throws KafkaException if that cannot be written
     */
    public void end() {
        events.end();
    }

    @Override
    public void close() {
        events.close();
    }
}

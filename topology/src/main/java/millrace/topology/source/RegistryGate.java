package millrace.topology.source;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.registry.UnknownSchemaException;
import org.apache.avro.Schema;

/**
 * The registry as tasks ask it: one question per id and process, and while the registry is away the asking thread waits
 * here, for ever if need be, and {@link #unavailable} says so. Its partitions stand still meanwhile, which loses nothing,
 * while going on would put good records into quarantine.
 */
public final class RegistryGate {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** How long an unknown id stays unknown without asking again, so that garbage costs no round trip per record. */
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(30);
    private static final int MOST_UNKNOWN = 10_000;

    private final SchemaRegistry registry;
    private final InstantSource clock;
    private final Map<Integer, Schema> known = new ConcurrentHashMap<>();
    private final Map<Integer, Long> unknown = new ConcurrentHashMap<>();
    private final AtomicReference<String> unavailable = new AtomicReference<>();
    private volatile boolean closed;

    public RegistryGate(SchemaRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /**
     * The schema behind an id, or empty if the registry says there is none.
     *
     * @throws GateClosedException if the pipeline stops while the registry is away
     */
    public Optional<Schema> schema(int id) {
        Schema schema = known.get(id);
        if (schema != null) {
            return Optional.of(schema);
        }
        Long since = unknown.get(id);
        if (since != null && clock.millis() - since < UNKNOWN_FOR.toMillis()) {
            return Optional.empty();
        }
        return ask(id);
    }

    /** What the registry's absence looks like, while a task waits for it. */
    public Optional<String> unavailable() {
        return Optional.ofNullable(unavailable.get());
    }

    /** Lets waiting threads go; they throw. */
    public void close() {
        closed = true;
    }

    private Optional<Schema> ask(int id) {
        for (long pause = FIRST_PAUSE.toMillis();; pause = Math.min(pause * 2, LONGEST_PAUSE.toMillis())) {
            try {
                Schema schema = registry.byId(id);
                unavailable.set(null);
                known.put(id, schema);
                return Optional.of(schema);
            } catch (UnknownSchemaException e) {
                unavailable.set(null);
                if (unknown.size() >= MOST_UNKNOWN) {
                    unknown.clear();
                }
                unknown.put(id, clock.millis());
                return Optional.empty();
            } catch (RegistryUnavailableException e) {
                unavailable.set(e.getMessage());
                pause(pause);
            }
        }
    }

    private void pause(long millis) {
        long left = millis;
        while (left > 0 && !closed) {
            try {
                Thread.sleep(Math.min(left, 50));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                closed = true;
            }
            left -= 50;
        }
        if (closed) {
            throw new GateClosedException();
        }
    }

    /** The pipeline stops; the record at hand was not processed. */
    public static final class GateClosedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        GateClosedException() {
            super("stopping while the schema registry is away");
        }
    }
}

package millrace.ops.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import millrace.schemas.contract.Contract;
import millrace.schemas.registry.SchemaRegistry;

import org.apache.kafka.common.KafkaException;

/**
 * Produces events at a rate. An event happens when it is due, not when it could be sent: if the producer has to wait,
 * what waited shows in every delay that is measured from its time.
 */
final class SteadyLoad implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(5);
    private static final int USER_ID = 2;

    private final Events events;
    private final BenchTopic topic;
    private volatile long sent;

    SteadyLoad(Events events, Contract contract, String bootstrapServers, SchemaRegistry registry) {
        this.events = events;
        topic = new BenchTopic(contract, bootstrapServers, registry);
    }

    /**
     * Produces for a while, or until somebody says stop; all of it is acknowledged then.
     *
     * @param from when the first event happens
     * @throws KafkaException if one cannot be written
     */
    void run(Instant from, int perSecond, Duration duration, BooleanSupplier stop) {
        long start = System.nanoTime();
        long startMillis = from.toEpochMilli();
        long all = duration.toMillis() * perSecond / 1_000;
        for (long n = 0; n < all && !stop.getAsBoolean() && !topic.hasFailed();) {
            long due = Math.min(all, (System.nanoTime() - start) / 1_000 * perSecond / 1_000_000 + 1);
            for (; n < due; n++) {
                send(n, startMillis + n * 1_000 / perSecond);
            }
            sent = n;
            LockSupport.parkNanos(TICK.toNanos());
        }
        topic.flush();
    }

    private void send(long n, long millis) {
        Object[] row = events.row(n, millis * 1_000);
        topic.send(((String) row[USER_ID]).getBytes(StandardCharsets.UTF_8), millis, row);
    }

    /** How many events have been handed to the producer. */
    long sent() {
        return sent;
    }

    /** Of the values of all events, once {@link #run} has returned. */
    long bytes() {
        return topic.bytes();
    }

    @Override
    public void close() {
        topic.close();
    }
}

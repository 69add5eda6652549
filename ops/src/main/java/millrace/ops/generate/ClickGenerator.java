package millrace.ops.generate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import millrace.ops.generate.Clicks.Click;
import millrace.ops.generate.Clicks.Fault;
import millrace.ops.load.Destination;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.ProblemException;

/**
 * Writes a clickstream to its topic at a rate. It goes on with the number after the last in the topic; its moments are
 * laid so that the first record it writes happens now.
 */
public final class ClickGenerator {
    private static final Duration TICK = Duration.ofMillis(20);
    private static final List<String> COLUMNS = List.of("event_id", "session_id", "user_id", "event_type", "client_ts",
            "amount");

    private final Clicks clicks;
    private final double rate;
    private final Destination to;
    private final InstantSource clock;
    private final Companion companion;
    private final RowShape shape;

    /** What else happens while clicks are written. */
    public interface Companion {
        /** Is told of each record before it is written, and when it happens; microseconds. */
        void clickAt(long number, long micros);
    }

    /** @throws ProblemException if the contract has other columns than a clickstream's */
    public ClickGenerator(Clicks clicks, double rate, Contract contract, Destination to, InstantSource clock) {
        this(clicks, rate, contract, to, clock, (number, micros) -> {});
    }

    /** @throws ProblemException as above */
    public ClickGenerator(Clicks clicks, double rate, Contract contract, Destination to, InstantSource clock,
            Companion companion) {
        this.clicks = clicks;
        this.rate = rate;
        this.to = to;
        this.clock = clock;
        this.companion = companion;
        this.shape = RowShape.of("A clickstream has", COLUMNS, contract);
    }

    /**
     * Writes until the limit is reached or somebody says stop; what was written is safe in the topic then.
     *
     * @param limit number of records
     * @param progress is told how many were written so far
     * @return how many were written
     */
    public long run(long limit, BooleanSupplier stop, LongConsumer progress) throws InterruptedException {
        long first = to.highest() + 1;
        Instant start = clock.instant();
        long written = 0;
        while (written < limit && !stop.getAsBoolean()) {
            long due = Math.min(limit, (long) (Duration.between(start, clock.instant()).toNanos() / 1e9 * rate) + 1);
            while (written < due) {
                write(clicks.record(first + written), first, start);
                written++;
            }
            progress.accept(written);
            Thread.sleep(TICK);
        }
        to.flush();
        return written;
    }

    private long moment(long number, long first, Instant start) {
        return start.getEpochSecond() * 1_000_000 + start.getNano() / 1_000 + (long) ((number - first) * 1e6 / rate);
    }

    private void write(Click click, long first, Instant start) {
        if (click.original() < first && click.original() != click.number()) {
            return; // it would repeat a record of an earlier run, whose moment is not known any more
        }
        companion.clickAt(click.number(), moment(click.number(), first, start));
        long micros = moment(click.original(), first, start) - click.behind().toNanos() / 1_000;
        if (click.fault() == Fault.FAR_AHEAD) {
            micros += Duration.ofDays(3_650).toSeconds() * 1_000_000;
        }
        Object[] row = shape.row(click.eventId(), click.session(), click.user(), click.type(), micros,
                click.amount());
        byte[] bytes = to.bytes(row);
        switch (click.fault()) {
            case NONE, FAR_AHEAD, NEGATIVE_AMOUNT -> {
                // as encoded: what is wrong stands in the values
            }
            case NOT_AVRO -> bytes = "{\"oops\": \"this is JSON\"}".getBytes(StandardCharsets.UTF_8);
            case UNKNOWN_SCHEMA -> ByteBuffer.wrap(bytes).putInt(1, Integer.MAX_VALUE);
        }
        to.write(click.number(), to.keyOf(row), bytes);
    }
}

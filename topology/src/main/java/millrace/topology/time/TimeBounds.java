package millrace.topology.time;

import java.time.Duration;
import millrace.schemas.contract.Contract;

/** What a contract promises about time, in microseconds. */
public record TimeBounds(long disorder, long allowedLateness, long maxAhead) {
    /** The first moment of the year 1. What is before is no time of an event, and windows there have no bounds. */
    public static final long EARLIEST = -62_135_596_800_000_000L;

    /**
     * A topic without an event time promises no order beyond that of its own clock: records count by their Kafka
     * timestamps, which nothing can be ahead of.
     */
    public static TimeBounds of(Contract contract) {
        return contract.eventTime().map(e -> new TimeBounds(micros(e.disorder()), micros(e.allowedLateness()),
                micros(e.maxAhead()))).orElse(new TimeBounds(0, 0, 0));
    }

    /** Whether an event time is further past its record's Kafka timestamp (milliseconds) than it may be. */
    public boolean isWild(long eventTime, long kafkaTimestamp) {
        long latest = kafkaTimestamp * 1000 + maxAhead;
        return kafkaTimestamp < 0 || eventTime > latest;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}

package millrace.ops.generate;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.UUID;

/**
 * The clickstream of a seed. Record number {@code n} is a function of the seed and {@code n} alone, so a stream can be
 * taken up anywhere, and made again.
 *
 * @param disorder how far behind an ordinary event may be
 * @param duplicates share of records that repeat an earlier one
 * @param late share that comes ten minutes to two days behind
 * @param poison share that breaks the contract or cannot be read
 * @param skew 0: all sessions are alike; towards 1: ever fewer sessions have most of the events
 */
public record Clicks(long seed, Duration disorder, double duplicates, double late, double poison, double skew) {
    private static final int SESSIONS_AT_ONCE = 1_000;
    private static final int RECORDS_PER_GENERATION = 50_000;
    private static final int USERS = 5_000;
    private static final int FARTHEST_REPEAT = 200;
    private static final String[] TYPES = {"impression", "impression", "impression", "impression", "play", "play",
            "pause", "seek", "click", "click"};

    public Clicks {
        for (double share : new double[] {duplicates, late, poison}) {
            if (share < 0 || share > 1) {
                throw new IllegalArgumentException("a share of " + share);
            }
        }
        if (skew < 0 || skew >= 1) {
            throw new IllegalArgumentException("a skew of " + skew);
        }
    }

    /** What is wrong with a record. */
    public enum Fault {
        NONE, NOT_AVRO, UNKNOWN_SCHEMA, FAR_AHEAD, NEGATIVE_AMOUNT
    }

    /**
     * One event.
     *
     * @param original the number of the record that this one repeats, or its own
     * @param behind how long before the moment of {@code original} the visitor's clock says it happened
     * @param user absent for a visitor who has not signed in
     * @param amount absent where nothing was paid
     */
    public record Click(long number, long original, UUID eventId, String session, String user, String type,
            BigDecimal amount, Duration behind, Fault fault) {}

    public Click record(long number) {
        long repeated = repeats(number);
        return event(number, repeated);
    }

    /** The number of the record that this one repeats; its own if it repeats none. Repeats are not repeated. */
    private long repeats(long number) {
        if (!hits(number, 1, duplicates)) {
            return number;
        }
        long earlier = number - 1 - Math.floorMod(random(number, 2), FARTHEST_REPEAT);
        return earlier < 0 || hits(earlier, 1, duplicates) ? number : earlier;
    }

    private Click event(long number, long n) {
        long generation = n / RECORDS_PER_GENERATION;
        long session = generation * SESSIONS_AT_ONCE
                + (long) (SESSIONS_AT_ONCE * Math.pow(unit(n, 3), 1 / (1 - skew)));
        long user = Math.floorMod(mix(seed ^ mix(session)), USERS);
        String type = TYPES[Math.floorMod(random(n, 4), TYPES.length)];
        boolean pays = type.equals("click") && unit(n, 5) < 0.3;
        Fault fault = hits(n, 6, poison)
                ? Fault.values()[1 + Math.floorMod(random(n, 7), Fault.values().length - 1)]
                : Fault.NONE;
        BigDecimal amount = pays || fault == Fault.NEGATIVE_AMOUNT
                ? BigDecimal.valueOf(99 + Math.floorMod(random(n, 8), 9_900), 2)
                : null;
        return new Click(number, n, new UUID(random(n, 9) & ~0xF000L | 0x4000L, random(n, 10) >>> 2 | 1L << 63),
                "s-" + session, user % 4 == 0 ? null : "u-" + user, type,
                fault == Fault.NEGATIVE_AMOUNT ? amount.negate() : amount, behind(n), fault);
    }

    private Duration behind(long n) {
        if (hits(n, 11, late)) {
            return Duration.ofMinutes(10).plusSeconds(Math.floorMod(random(n, 12), Duration.ofDays(2).toSeconds()));
        }
        long micros = disorder.toNanos() / 1_000;
        return micros == 0 ? Duration.ZERO : Duration.ofNanos(1_000 * Math.floorMod(random(n, 13), micros));
    }

    private boolean hits(long n, int purpose, double share) {
        return unit(n, purpose) < share;
    }

    private double unit(long n, int purpose) {
        return (random(n, purpose) >>> 11) * 0x1.0p-53;
    }

    private long random(long n, int purpose) {
        return mix(mix(seed + n * 0x9E3779B97F4A7C15L) + purpose * 0xD1B54A32D192ED03L);
    }

    /** Every bit of the result depends on every bit of the input. */
    private static long mix(long z) {
        long x = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }
}

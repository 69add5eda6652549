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

    static String sessionId(long session) {
        return "s-" + session;
    }

    /** The last session that is announced by the time of a record: all of its own generation, and ever more of the next. */
    static long sessionsBy(long number) {
        return (number / RECORDS_PER_GENERATION + 1) * SESSIONS_AT_ONCE
                + number % RECORDS_PER_GENERATION * SESSIONS_AT_ONCE / RECORDS_PER_GENERATION;
    }

    /** The number of the record that this one repeats; its own if it repeats none. Repeats are not repeated. */
    private long repeats(long number) {
        if (!hits(number, 1, duplicates)) {
            return number;
        }
        long earlier = number - 1 - Math.floorMod(Chance.random(seed, number, 2), FARTHEST_REPEAT);
        return earlier < 0 || hits(earlier, 1, duplicates) ? number : earlier;
    }

    private Click event(long number, long n) {
        long generation = n / RECORDS_PER_GENERATION;
        long session = generation * SESSIONS_AT_ONCE
                + (long) (SESSIONS_AT_ONCE * Math.pow(Chance.unit(seed, n, 3), 1 / (1 - skew)));
        long user = Math.floorMod(Chance.mix(seed ^ Chance.mix(session)), USERS);
        String type = TYPES[Math.floorMod(Chance.random(seed, n, 4), TYPES.length)];
        boolean pays = type.equals("click") && Chance.unit(seed, n, 5) < 0.3;
        Fault fault = hits(n, 6, poison)
                ? Fault.values()[1 + Math.floorMod(Chance.random(seed, n, 7), Fault.values().length - 1)]
                : Fault.NONE;
        BigDecimal amount = pays || fault == Fault.NEGATIVE_AMOUNT
                ? BigDecimal.valueOf(99 + Math.floorMod(Chance.random(seed, n, 8), 9_900), 2)
                : null;
        return new Click(number, n, Chance.uuid(seed, n, 9, 10),
                sessionId(session), user % 4 == 0 ? null : "u-" + user, type,
                fault == Fault.NEGATIVE_AMOUNT ? amount.negate() : amount, behind(n), fault);
    }

    private Duration behind(long n) {
        if (hits(n, 11, late)) {
            return Duration.ofMinutes(10)
                    .plusSeconds(Math.floorMod(Chance.random(seed, n, 12), Duration.ofDays(2).toSeconds()));
        }
        long micros = disorder.toNanos() / 1_000;
        return micros == 0
                ? Duration.ZERO
                : Duration.ofNanos(1_000 * Math.floorMod(Chance.random(seed, n, 13), micros));
    }

    private boolean hits(long n, int purpose, double share) {
        return Chance.unit(seed, n, purpose) < share;
    }
}

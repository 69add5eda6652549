package millrace.crash;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * The {@code i}-th record of the load: what it contains and where it must end up are functions of the seed and
 * {@code i} alone, so the expected content of every table can be computed without asking the engine.
 */
public record Order(long index, Fate fate, String customer, BigDecimal amount, long orderedAtMicros) {
    /** Where a record must end up, beside bronze. */
    public enum Fate {
        /** In silver. */
        KEPT,
        /** Nowhere else: the model's WHERE drops it. */
        FILTERED,
        /** In quarantine: not Avro. */
        GARBAGE,
        /** In quarantine: its amount breaks the contract. */
        NEGATIVE,
        /** In quarantine: its event time lies decades ahead. */
        FROM_2099
    }

    public static Order of(long seed, long index, long nowMicros) {
        Random random = new Random(seed * 1_000_003 + index);
        int draw = random.nextInt(100);
        Fate fate = draw < 10
                ? Fate.FILTERED
                : draw < 12 ? Fate.GARBAGE : draw < 14 ? Fate.NEGATIVE : draw < 15 ? Fate.FROM_2099 : Fate.KEPT;
        BigDecimal amount = BigDecimal.valueOf(1 + random.nextInt(100_000), 2);
        return new Order(index, fate, fate == Fate.FILTERED ? "internal" : "customer-" + random.nextInt(500),
                fate == Fate.NEGATIVE ? amount.negate() : amount,
                fate == Fate.FROM_2099 ? 4_070_908_800_000_000L : nowMicros - random.nextInt(2_000_000));
    }

    public String id() {
        return "o-" + index;
    }

    public boolean quarantined() {
        return fate == Fate.GARBAGE || fate == Fate.NEGATIVE || fate == Fate.FROM_2099;
    }

    /** What a record of fate {@link Fate#GARBAGE} carries as its value. */
    public byte[] garbage() {
        return ("not avro " + index).getBytes(StandardCharsets.UTF_8);
    }
}

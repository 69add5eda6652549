package millrace.ops.generate;

import java.util.UUID;

/** What chance says of event number {@code n}: a function of the seed, the number and what is asked for. */
public final class Chance {
    private Chance() {}

    /** Any number; each purpose has its own. */
    public static long random(long seed, long n, int purpose) {
        return mix(mix(seed + n * 0x9E3779B97F4A7C15L) + purpose * 0xD1B54A32D192ED03L);
    }

    /** From 0 up to 1, which is not reached. */
    public static double unit(long seed, long n, int purpose) {
        return (random(seed, n, purpose) >>> 11) * 0x1.0p-53;
    }

    /** Of version 4. */
    public static UUID uuid(long seed, long n, int purpose, int other) {
        return new UUID(random(seed, n, purpose) & ~0xF000L | 0x4000L, random(seed, n, other) >>> 2 | 1L << 63);
    }

    /** Every bit of the result depends on every bit of the input. */
    public static long mix(long z) {
        long x = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }
}

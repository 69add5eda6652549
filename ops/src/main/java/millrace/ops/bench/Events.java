package millrace.ops.bench;

import java.util.HexFormat;
import java.util.UUID;

/**
 * The clickstream of a seed, as benchmarks of streaming engines have it: about 160 bytes each. Event number {@code n} is
 * a function of the seed and {@code n}, but for the time that it happens at.
 */
final class Events {
    private static final String[] TYPES = {"VIEW", "PLAY", "PAUSE", "SEARCH", "CLICK", "PURCHASE"};
    private static final String[] REGIONS = {"eu-west-1", "eu-west-2", "eu-south-1", "eu-north-1", "us-east-1",
            "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-east-1", "sa-east-1", "af-south-1"};
    private static final String[] PLAYERS = {"web", "ios", "android", "tv"};
    private static final int USERS = 1_000_000;
    private static final int CONTENTS = 200_000;

    private final long seed;

    Events(long seed) {
        this.seed = seed;
    }

    /** The columns of the contract {@code events}, in its order. */
    Object[] row(long n, long micros) {
        long user = skewed(USERS, n, 1);
        String type = TYPES[below(TYPES.length, n, 2)];
        return new Object[] {new UUID(random(n, 3) & ~0xF000L | 0x4000L, random(n, 4) >>> 2 | 1L << 63).toString(),
                "s-" + hex(random(user, 5) + micros / 1_800_000_000L), "u-" + user, "d-" + hex(random(user, 6)), type,
                skewed(CONTENTS, n, 7), REGIONS[below(REGIONS.length, n, 8)], micros,
                type.equals("PURCHASE") ? below(20_000, n, 9) / 100.0 : 0.0,
                below(5, n, 10) > 0 ? properties(n) : null};
    }

    private String properties(long n) {
        return "{\"player\":\"" + PLAYERS[below(PLAYERS.length, n, 11)] + "\",\"bitrate\":"
                + (400 + below(8_000, n, 12))
                + ",\"abr\":true,\"app\":\"5." + below(30, n, 13) + "\"}";
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    /** Few of many are drawn often. */
    private long skewed(int many, long n, int purpose) {
        double u = (random(n, purpose) >>> 11) * 0x1.0p-53;
        return (long) (many * u * u * u);
    }

    private int below(int bound, long n, int purpose) {
        return (int) Math.floorMod(random(n, purpose), (long) bound);
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

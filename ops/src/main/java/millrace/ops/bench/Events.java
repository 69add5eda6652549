package millrace.ops.bench;

import java.util.HexFormat;
import millrace.ops.generate.Chance;

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
    private static final int PASSERS_BY = 100_000;
    /** Of events that are repeated, how far behind they are at most. */
    private static final int REPEATED_WITHIN = 20_000;

    private final long seed;
    private final Population population;

    /** Who makes events. */
    enum Population {
        /** Always the same million users. */
        SETTLED,
        /** Users who come, stay for a while and never come again; one of twenty events has the id of an earlier one. */
        PASSING
    }

    /** Those of a settled population. */
    Events(long seed) {
        this(seed, Population.SETTLED);
    }

    Events(long seed, Population population) {
        this.seed = seed;
        this.population = population;
    }

    /** The columns of the contract {@code events}, in its order. */
    Object[] row(long n, long micros) {
        long user = switch (population) {
            case SETTLED -> skewed(USERS, n, 1);
            case PASSING -> n / 20 + skewed(PASSERS_BY, n, 1);
        };
        long first = population == Population.PASSING && n % 20 == 7
                ? Math.max(0, n - below(REPEATED_WITHIN, n, 14))
                : n;
        String type = TYPES[below(TYPES.length, n, 2)];
        return new Object[] {Chance.uuid(seed, first, 3, 4).toString(),
                "s-" + hex(Chance.random(seed, user, 5) + micros / 1_800_000_000L), "u-" + user,
                "d-" + hex(Chance.random(seed, user, 6)), type,
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
        double u = Chance.unit(seed, n, purpose);
        return (long) (many * u * u * u);
    }

    private int below(int bound, long n, int purpose) {
        return (int) Math.floorMod(Chance.random(seed, n, purpose), (long) bound);
    }
}

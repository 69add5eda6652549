package millrace.replay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.ProblemException;
import millrace.topology.check.CheckProblem;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.sql.SqlCompiler;

/**
 * Models at random, over contracts and over each other. Every one gives {@code id}, {@code who} and {@code amount}, and
 * most a time {@code at}, so that any can stand on any other; what the compiler refuses is not taken. The rows of one
 * {@code who} have ids of their own, as a {@code unique_key} promises it.
 */
final class RandomModels {
    private static final Set<String> REFUSALS = Set.of("SQL_NOT_SUPPORTED_YET", "SQL_UNKNOWN_COLUMN");

    private static final String VERSIONS = "SELECT who, amount % 3 AS amount";
    private static final String COPIES_DIFFER = "ROWS BETWEEN 3 PRECEDING AND CURRENT ROW";

    private final long seed;
    private final Random random;
    private final List<Contract> contracts;
    private final List<Model> models = new ArrayList<>();
    private final List<String> relations = new ArrayList<>();

    private RandomModels(long seed, List<Contract> contracts) {
        this.seed = seed;
        random = new Random(seed);
        this.contracts = contracts;
        contracts.forEach(c -> relations.add(c.name()));
    }

    /** The same models for the same seed and contracts. */
    static List<Model> of(long seed, List<Contract> contracts, int count) {
        RandomModels of = new RandomModels(seed, contracts);
        for (int tries = 0; of.models.size() < count; tries++) {
            if (tries > 200 * count) {
                throw new IllegalStateException("no models come of seed " + seed);
            }
            of.tryOne();
        }
        return of.models;
    }

    /**
     * A model that may be.
     *
     * @param key the columns that tell its rows apart, should it take rows back
     * @param retention of its config; null for none
     */
    private record Candidate(String sql, String key, Duration retention) {
        /** Of two copies of a record each has a result of its own, so nothing tells these rows apart. */
        private boolean tellsCopiesApart() {
            return sql.contains(COPIES_DIFFER);
        }
    }

    private void tryOne() {
        Candidate c = candidate();
        String name = "m" + models.size();
        UnaryOperator<Model.Config> wish = wish();
        // A key is as its author promises, so it is given only where it is needed.
        if (c.sql.startsWith(VERSIONS)) {
            wish = config -> config.withMaterialized(Model.Materialized.SCD2);
        }
        List<Model.Config> plain = List.of(config("", c.retention));
        List<Model.Config> keyed = c.tellsCopiesApart() ? List.of() : List.of(config(c.key, c.retention));
        List<Model.Config> unwished = c.sql.startsWith(VERSIONS) && !isKeyedByWho(c.sql) ? List.of() : keyed;
        Stream.of(plain.stream().map(wish), keyed.stream().map(wish), plain.stream(), unwished.stream())
                .flatMap(configs -> configs)
                .flatMap(
                        config -> accept(new Model("gold", name, name + ".sql", c.sql, "", List.of(), config)).stream())
                .findFirst().ifPresent(m -> {
                    models.add(m);
                    if (!c.tellsCopiesApart()) {
                        relations.add("gold." + name);
                    }
                });
    }

    /** Whether what a query reads has one row of each {@code who}: a changelog, or a model that has it as its key. */
    private boolean isKeyedByWho(String sql) {
        String read = sql.substring(sql.indexOf(" FROM ") + " FROM ".length()).split(" ")[0];
        return contracts.stream().anyMatch(c -> c.name().equals(read) && c.kind() == Contract.Kind.CHANGELOG)
                || models.stream().anyMatch(m -> m.qualifiedName().equals(read)
                        && m.config().uniqueKey().equals(List.of("who"))
                        && m.config().materialized().filter(Model.Materialized.SCD2::equals).isEmpty());
    }

    /** What a model may ask for that changes nothing of its table in the end. */
    private UnaryOperator<Model.Config> wish() {
        Duration every = Duration.ofMillis(20 + random.nextInt(500));
        int pieces = 2 + random.nextInt(5);
        return switch (random.nextInt(3)) {
            case 0 -> config -> config.withEarly(every);
            case 1 -> config -> config.withSalt(pieces);
            default -> UnaryOperator.identity();
        };
    }

    private static Model.Config config(String key, Duration retention) {
        Model.Config keyed = Model.Config.DEFAULT
                .withUniqueKey(key.isEmpty() ? List.of() : List.of(key.split(",")));
        return retention == null ? keyed : keyed.withRetention(retention);
    }

    private Optional<Model> accept(Model model) {
        try {
            SqlCompiler.compile(contracts, withThoseItReads(model), FunctionLibrary.builtIn());
            return Optional.of(model);
        } catch (ProblemException e) {
            // Not every relation has a time, and not every query makes sense of every relation.
            boolean expected = e.problems().stream().allMatch(p -> p.code() instanceof CheckProblem
                    || REFUSALS.contains(p.code().toString()));
            if (!expected) {
                throw new AssertionError("seed " + seed + ": " + model.sql(), e);
            }
            return Optional.empty();
        }
    }

    private List<Model> withThoseItReads(Model model) {
        Set<String> read = new HashSet<>();
        Deque<Model> open = new ArrayDeque<>(List.of(model));
        while (!open.isEmpty()) {
            String sql = open.poll().sql();
            models.stream().filter(m -> sql.matches("(?s).*\\b" + m.qualifiedName().replace(".", "\\.") + "\\b.*"))
                    .filter(m -> read.add(m.qualifiedName())).forEach(open::add);
        }
        List<Model> all = new ArrayList<>(models.stream().filter(m -> read.contains(m.qualifiedName())).toList());
        all.add(model);
        return all;
    }

    private String any() {
        // Contracts often, and models that are not deep more often than others.
        return random.nextInt(3) == 0
                ? relations.get(random.nextInt(contracts.size()))
                : relations.get(Math.min(random.nextInt(relations.size()), random.nextInt(relations.size())));
    }

    private String one(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private String seconds(int from, int to) {
        return "INTERVAL '" + (from + random.nextInt(to - from + 1)) + "' SECOND";
    }

    private Candidate candidate() {
        String a = any();
        String b = any();
        Duration retention = switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> Duration.ofSeconds(2 + random.nextInt(8));
            default -> Model.Config.FOREVER;
        };
        return switch (random.nextInt(16)) {
            case 0 -> new Candidate("SELECT id, who, amount * 2 + 1 AS amount, at FROM " + a + " WHERE "
                    + one("amount > 100", "id % 3 <> 0", "who <> 'hot'", "amount IS NOT NULL"), "id,who,at", retention);
            case 1, 2, 3 -> new Candidate("SELECT " + windowId() + " AS id, who, " + aggregate("amount")
                    + " AS amount, window_time AS at FROM TABLE(" + window(a) + ")" + one("", " WHERE amount > 50")
                    + " GROUP BY who, window_start, window_end, window_time" + one("", " HAVING COUNT(*) > 2"),
                    "who,at", retention);
            case 4 -> new Candidate("SELECT " + windowId() + " AS id, who, " + aggregate("amount")
                    + " AS amount, window_time AS at FROM TABLE(SESSION(TABLE " + a
                    + " PARTITION BY who, DESCRIPTOR(at), " + seconds(1, 4) + ")) GROUP BY who, window_start, "
                    + "window_end, window_time", "who,at", retention);
            case 5 -> new Candidate("SELECT " + aggregate("id") + " AS id, who, " + aggregate("amount")
                    + " AS amount, MAX(at) AS at FROM " + a + " GROUP BY who", "who", Model.Config.FOREVER);
            case 6, 7 -> join(a, b, retention);
            case 8 -> new Candidate("SELECT id, who, amount, at FROM " + a + " l WHERE " + one("", "NOT ")
                    + "EXISTS (SELECT 1 FROM " + b + " r WHERE r.who = l.who AND r.amount % 40 = l.amount % 40"
                    + near() + ")", "id,who,at", retention);
            case 9 -> new Candidate("SELECT l.id, l.who, r.amount, l.at FROM " + a + one(" l JOIN ",
                    " l LEFT JOIN ") + b + " FOR SYSTEM_TIME AS OF l.at AS r ON r.who = l.who", "id,who,at", retention);
            case 10 -> new Candidate("SELECT l.id, l.who, r.amount, l.at FROM " + a + one(" l ASOF JOIN ",
                    " l LEFT ASOF JOIN ") + b + " r MATCH_CONDITION l.at > r.at ON l.who = r.who",
                    "id,who,at", retention);
            case 11 -> ranked(a, retention);
            case 12 -> random.nextBoolean()
                    ? new Candidate("SELECT DISTINCT amount % 9 AS id, who, amount % 4 AS amount FROM " + a,
                            "id,who,amount", Model.Config.FOREVER)
                    : new Candidate("SELECT id * 3 % 1000000007 + n AS id, who, x AS amount, at FROM " + a
                            + " CROSS JOIN UNNEST(ARRAY[amount, id, 7]) WITH ORDINALITY AS u(x, n)", "id,who,at",
                            retention);
            case 14 -> new Candidate(VERSIONS + " FROM " + a + one("", " WHERE amount > 100"), "who",
                    Model.Config.FOREVER);
            case 13 ->
                new Candidate("SELECT id, who, amount, at FROM " + a + " WHERE amount < 600 UNION ALL SELECT id, "
                        + "who, amount + 1, at FROM " + b, "id,who,amount,at", Model.Config.FOREVER);
            default -> new Candidate("SELECT id, who, " + one("SUM(amount)", "COUNT(*)", "MAX(amount)")
                    + " OVER (PARTITION BY who ORDER BY at " + one(COPIES_DIFFER,
                            "RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW")
                    + ") AS amount, at FROM " + a, "id,who,at", retention);
        };
    }

    /** Tells the windows of one key apart, so that rows made of them are. */
    private String windowId() {
        return aggregate("id") + " % 100000 * 100 + EXTRACT(SECOND FROM window_end)";
    }

    private String aggregate(String column) {
        return one("MIN(" + column + ")", "MAX(" + column + ")", "SUM(" + column + ")", "COUNT(DISTINCT " + column
                + ")", "COUNT(" + column + ")", "FIRST_VALUE(" + column + ")", "LAST_VALUE(" + column + ")");
    }

    private String window(String of) {
        return switch (random.nextInt(4)) {
            case 0 -> "HOP(TABLE " + of + ", DESCRIPTOR(at), INTERVAL '2' SECOND, INTERVAL '6' SECOND)";
            case 1 -> "CUMULATE(TABLE " + of + ", DESCRIPTOR(at), INTERVAL '3' SECOND, INTERVAL '9' SECOND)";
            default -> "TUMBLE(TABLE " + of + ", DESCRIPTOR(at), " + seconds(2, 7) + ")";
        };
    }

    private String near() {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> " AND r.at = l.at";
            case 2 -> " AND r.at BETWEEN l.at - " + seconds(0, 3) + " AND l.at + " + seconds(0, 3);
            default -> " AND r.at > l.at AND r.at < l.at + " + seconds(1, 5);
        };
    }

    private Candidate join(String a, String b, Duration retention) {
        String kind = one("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN");
        String at = kind.equals("RIGHT JOIN")
                ? "r.at"
                : kind.equals("FULL JOIN") ? "COALESCE(l.at, r.at) AS at" : "l.at";
        return new Candidate("SELECT (COALESCE(l.id, -1) * 7919 + COALESCE(r.id, -1) * 104729) % 1000000007 AS id, "
                + "COALESCE(l.who, r.who) AS who, COALESCE(r.amount, l.amount) AS amount, " + at + " FROM " + a + " l "
                + kind
                + " " + b + " r ON l.who = r.who AND l.amount % 20 = r.amount % 20" + near()
                + one("", " AND r.amount > l.amount"), "id,who,at", retention);
    }

    private Candidate ranked(String a, Duration retention) {
        return switch (random.nextInt(4)) {
            case 0 -> new Candidate(
                    "SELECT id, who, amount, at, rn FROM (SELECT id, who, amount, at, ROW_NUMBER() OVER "
                            + "(PARTITION BY who ORDER BY amount DESC) AS rn FROM " + a + ") WHERE rn <= 3",
                    "who,rn",
                    Model.Config.FOREVER);
            case 1 -> new Candidate("SELECT id, who, amount, window_time AS at, rn FROM (SELECT id, who, amount, "
                    + "window_start, window_end, window_time, ROW_NUMBER() OVER (PARTITION BY who, window_start, "
                    + "window_end ORDER BY amount) AS rn FROM TABLE(" + window(a) + ")) WHERE rn <= 2", "who,at,rn",
                    retention);
            case 2 -> new Candidate("SELECT id, who, amount, at FROM " + a
                    + " QUALIFY ROW_NUMBER() OVER (PARTITION BY who ORDER BY at) = 1", "who,at", retention);
            default -> new Candidate("SELECT id, who, amount, at FROM " + a
                    + " QUALIFY ROW_NUMBER() OVER (PARTITION BY who ORDER BY at DESC) = 1", "who", retention);
        };
    }
}

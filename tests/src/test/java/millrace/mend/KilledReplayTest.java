package millrace.mend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import millrace.ops.query.FileRows;
import millrace.process.ChildJvm;
import millrace.process.Retention;
import millrace.schemas.contract.Contract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replay is started, published and taken back by commands that are killed at random moments, and so are the processes that
 * land and commit. Repeated until it is done, each of it leaves the tables as if nothing had been killed. Half of what is
 * replayed is in bronze alone.
 */
class KilledReplayTest {
    private static final int ROUNDS = "long".equals(System.getProperty("millrace.suite")) ? 20 : 1;
    private static final long SEED = Long.getLong("millrace.seed", 20_261_201L);
    private static final int MOST_KILLS = 3;
    private static final List<String> MODELS = List.of("silver.flights", "gold.daily_delays");

    @TempDir
    Path folder;

    @Test
    void whatIsKilledIsDoneWhenItIsRepeated() throws Exception {
        Random random = new Random(SEED);
        try (Mill mill = new Mill(folder, "flights", "models/silver/flights.sql", text -> text)) {
            Path strict = mill.copyWith("strict", "flights", "models/silver/flights.sql",
                    text -> text.replace("delay >= 15", "delay >= 51"));
            Contract contract = mill.contract("flights");
            List<Object[]> rows = firstDays(contract);
            try (Feed feed = new Feed(mill.bootstrapServers(), mill.registryUrl(), contract, rows.iterator())) {
                feed.end();
            }
            mill.awaitEnd(mill.tables(), MODELS);
            mill.awaitEnd(mill.tables(), List.of("bronze.flights"));
            Retention.letGo(mill.bootstrapServers(), contract, 0.4);
            List<String> before = contents(mill.tables());
            for (int round = 0; round < ROUNDS; round++) {
                String story = "seed " + SEED + ", round " + round;
                Instant from = Instant.parse("2001-01-01T00:00:00Z").plus(Duration.ofHours(24L + random.nextInt(24)));
                Instant to = from.plus(Duration.ofHours(24L + random.nextInt(48)));
                String[] range = {"--select", String.join(" ", MODELS), "--from", from.toString(), "--to",
                        to.toString(), "--models", strict.toString()};
                String id = mill.planned(with(range, "replay", "plan"));
                repeat(mill, random, story, with(range, "replay", "start", "--execute"));
                repeat(mill, random, story, "replay", "publish", id, "--execute");
                assertThat(unlike(mill.tables(), from, to)).as(story).isEqualTo("0|0|0");
                repeat(mill, random, story, "replay", "rollback", id, "--execute");
                assertThat(contents(mill.tables())).as(story).isEqualTo(before);
                mill.run("replay", "cancel", id, "--execute");
            }
        }
    }

    private static String[] with(String[] rest, String... first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(rest));
        return all.toArray(String[]::new);
    }

    /** Kills the command, and now and then a process of the pipeline, until it has been killed often enough. */
    private static void repeat(Mill mill, Random random, String story, String... command) {
        for (int kill = random.nextInt(MOST_KILLS + 1); kill > 0; kill--) {
            ChildJvm child = mill.begin(command);
            LockSupport.parkNanos(Duration.ofMillis(500 + random.nextInt(7_500)).toNanos());
            switch (random.nextInt(4)) {
                case 0 -> Mill.restart(mill.commit());
                case 1 -> Mill.restart(mill.stage());
                default -> {}
            }
            child.kill();
        }
        ChildJvm last = mill.begin(command);
        int code = last.end(Duration.ofMinutes(4));
        // One that was killed may have finished it.
        assertThat(code == 0 || last.output().contains("REPLAY_ENDED") || last.output().contains("is rolled back"))
                .as(story + "\n" + String.join(" ", command) + "\n" + last.output() + mill.output()).isTrue();
    }

    private static List<String> contents(Tables tables) {
        List<String> contents = new ArrayList<>();
        MODELS.forEach(m -> contents.addAll(tables.rows("SELECT * FROM " + m + " ORDER BY ALL")));
        return contents;
    }

    /** How many rows are not what they should be: in silver, doubled there, and in gold. */
    private static String unlike(Tables tables, Instant from, Instant to) {
        String range = ">= TIMESTAMPTZ '" + from + "' AND %1$s < TIMESTAMPTZ '" + to + "'";
        String departs = ("departure " + range).formatted("departure");
        String begins = ("d.window_start " + range).formatted("d.window_start");
        return tables.number("SELECT count(*) FROM silver.flights WHERE is_late <> CASE WHEN " + departs
                + " THEN delay >= 51 ELSE delay >= 15 END")
                + "|" + tables.number("SELECT count(*) - count(DISTINCT flight_id) FROM silver.flights") + "|"
                + tables.number("SELECT count(*) FROM gold.daily_delays d FULL JOIN (SELECT origin, date_trunc('day', "
                        + "departure) AS day, count(*) AS n, count(*) FILTER (delay >= 51) AS strict, "
                        + "count(*) FILTER (delay >= 15) AS usual FROM silver.flights GROUP BY 1, 2) s "
                        + "ON d.origin = s.origin AND d.window_start = s.day WHERE d.flights IS DISTINCT FROM s.n "
                        + "OR d.late_flights IS DISTINCT FROM CASE WHEN " + begins
                        + " THEN s.strict ELSE s.usual END");
    }

    /** Flights of five days. */
    static List<Object[]> firstDays(Contract contract) {
        List<Object[]> rows = new ArrayList<>();
        try (FileRows file = FileRows.open(Mill.example("flights/files/flights-2001-01.parquet"), contract, 0)) {
            for (Optional<Object[]> row = file.next(); row.isPresent() && rows.size() < 80_000; row = file.next()) {
                rows.add(row.get());
            }
        }
        return rows;
    }
}

package millrace.mend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import millrace.process.ChildJvm;
import millrace.process.Patience;
import millrace.schemas.contract.Contract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes keep the schedules, and one of them takes flights in that were days on their way. They are killed at random
 * meanwhile, and so are those that stage and commit; whoever lives goes on, and in the end every flight is counted once.
 */
class KilledScheduleTest {
    private static final int ROUNDS = Integer.getInteger("millrace.rounds",
            "long".equals(System.getProperty("millrace.suite")) ? 10 : 1);
    private static final long SEED = Long.getLong("millrace.seed", 20_261_201L);
    private static final long FIRST = micros("2001-01-02T00:00:00Z");
    private static final long SECOND = micros("2001-01-03T00:00:00Z");
    private static final List<String> MODELS = List.of("silver.flights", "gold.daily_delays", "gold.busiest_routes");

    @TempDir
    Path folder;

    @Test
    void whatIsKilledGoesOnElsewhere() throws Exception {
        Random random = new Random(SEED);
        try (Mill mill = new Mill(folder, "flights", KilledScheduleTest::scheduled)) {
            Contract contract = mill.contract("flights");
            List<Object[]> rows = someLate(KilledReplayTest.firstDays(contract), contract, random);
            try (Feed feed = new Feed(mill.bootstrapServers(), mill.registryUrl(), contract, rows.iterator())) {
                feed.end();
            }
            mill.awaitEnd(mill.tables(), MODELS);
            assertThat(missing(mill.tables())).as("flights that are not counted").isGreaterThan(100);
            List<ChildJvm> keepers = List.of(mill.control("control-1"), mill.control("control-2"));
            for (int round = 0; round < ROUNDS; round++) {
                String story = "seed " + SEED + ", round " + round;
                String run = "nightly#round-" + round;
                mill.run("schedule", "run", "nightly", "--key", "round-" + round);
                for (int kill = random.nextInt(4); kill >= 0; kill--) {
                    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(20_000)).toNanos());
                    switch (random.nextInt(4)) {
                        case 0 -> Mill.restart(mill.commit());
                        case 1 -> Mill.restart(mill.stage());
                        default -> {}
                    }
                    Mill.restart(keepers.get(random.nextInt(2)));
                }
                Patience.until(run + " is done", Duration.ofMinutes(5), () -> mill.run("schedule", "runs", "nightly")
                        .lines().anyMatch(l -> l.startsWith(run + " ") && l.contains("done")), mill::output);
                assertThat(missing(mill.tables())).as(story).isZero();
                assertThat(mill.tables()
                        .number("SELECT count(*) FROM millrace.runs WHERE id LIKE 'flights/" + run + "/%'"))
                        .as("%s: going on is no other attempt", story).isOne();
                if (round < ROUNDS - 1) {
                    takenBack(mill);
                }
            }
            assertThat(unlike(mill.tables())).as("seed %d", SEED).isZero();
        }
    }

    /** So that the next round has something to do. */
    private static void takenBack(Mill mill) {
        for (String line : mill.run("replay", "list").lines().filter(l -> l.contains("published")).toList()) {
            mill.run("replay", "rollback", line.strip().split("\\s+")[0], "--execute");
        }
        assertThat(missing(mill.tables())).isGreaterThan(100);
    }

    /** Without the model that keeps airports for good, of which no day can be computed alone. */
    private static void scheduled(Path project) {
        try {
            Files.delete(project.resolve("models/gold/located_flights.sql"));
            Files.delete(project.resolve("models/gold/routes.test.yml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Mill.edit(project, "models/gold/gold.yml",
                text -> text.substring(0, text.indexOf("  - name: located_flights")));
        Mill.edit(project, "millrace.yaml", text -> text + "schedules:\n"
                + "  - {action: amend, name: nightly, cron: \"30 2 1 1 *\", last: 20000d, retries: 0}\n");
    }

    /** Every twentieth flight of the second of January comes last. */
    private static List<Object[]> someLate(List<Object[]> rows, Contract contract, Random random) {
        int departure = contract.rowType().indexOf("departure");
        List<Object[]> ordered = new ArrayList<>();
        List<Object[]> late = new ArrayList<>();
        for (Object[] row : rows) {
            long at = (Long) row[departure];
            (at >= FIRST && at < SECOND && random.nextInt(20) == 0 ? late : ordered).add(row);
        }
        ordered.addAll(late);
        return ordered;
    }

    /** Flights that are there, and are not counted in their day. */
    private static long missing(Tables tables) {
        return tables
                .number("SELECT (SELECT count(*) FROM silver.flights) - (SELECT sum(flights) FROM gold.daily_delays)");
    }

    /** Days of airports that are not what their flights say. */
    private static long unlike(Tables tables) {
        return tables.number("SELECT count(*) FROM gold.daily_delays d FULL JOIN (SELECT origin, "
                + "date_trunc('day', departure) AS day, count(*) AS n, count(*) FILTER (is_late) AS late "
                + "FROM silver.flights GROUP BY 1, 2) s ON d.origin = s.origin AND d.window_start = s.day "
                + "WHERE d.flights IS DISTINCT FROM s.n OR d.late_flights IS DISTINCT FROM s.late");
    }

    private static long micros(String time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time));
    }
}

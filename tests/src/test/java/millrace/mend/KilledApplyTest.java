package millrace.mend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import millrace.process.ChildJvm;
import millrace.process.Patience;
import millrace.schemas.contract.Contract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pipeline becomes another one while flights come in, and everybody is killed at random: the command, those that compute, stage
 * and commit. Repeated it goes on; no row is missing, doubled, or by the text before.
 */
class KilledApplyTest {
    private static final int ROUNDS = Integer.getInteger("millrace.rounds",
            "long".equals(System.getProperty("millrace.suite")) ? 20 : 1);
    private static final long SEED = Long.getLong("millrace.seed", 20_261_201L);
    private static final int MOST_KILLS = 4;
    private static final List<String> MODELS = List.of("silver.flights", "gold.daily_delays");

    @TempDir
    Path folder;

    @Test
    void whatIsKilledGoesOnWhenItIsRepeated() throws Exception {
        Random random = new Random(SEED);
        try (Mill mill = new Mill(folder, "flights", "models/silver/flights.sql", text -> text)) {
            Contract contract = mill.contract("flights");
            List<Object[]> rows = KilledReplayTest.firstDays(contract);
            int late = 15;
            try (Feed feed = new Feed(mill.bootstrapServers(), mill.registryUrl(), contract, rows.iterator())) {
                feed.upTo(rows.size() / 2, 20_000);
                feed.upTo(Long.MAX_VALUE, 200);
                mill.awaitRows("gold.daily_delays", 10);
                for (int round = 0; round < ROUNDS; round++) {
                    int was = late;
                    int is = was == 15 ? 51 : 15;
                    late = is;
                    mill.write("models/silver/flights.sql", text -> text.replace("delay >= " + was, "delay >= " + is));
                    String story = "seed " + SEED + ", round " + round;
                    repeat(mill, random, story, "apply", "--execute");
                    assertThat(mill.tables().number("SELECT count(*) FROM silver.flights WHERE is_late <> (delay >= "
                            + is + ")")).as(story).isZero();
                }
                feed.end();
            }
            mill.awaitEnd(mill.tables(), MODELS);
            mill.awaitEnd(mill.tables(), List.of("bronze.flights"));
            assertThat(unlike(mill.tables(), late)).as("seed %d", SEED).isEqualTo("0|0|0|0");
        }
    }

    private static void repeat(Mill mill, Random random, String story, String... command) {
        int kills = 1 + random.nextInt(MOST_KILLS);
        for (int kill = 0; kill < kills; kill++) {
            ChildJvm child = mill.begin(command);
            if (kill == 0) {
                // A process that starts before it is written down that the text is on its way may go on by it by itself.
                Patience.until("it has begun", Duration.ofMinutes(2), () -> child.output().contains("  ["),
                        child::output);
            }
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(20_000)).toNanos());
            switch (random.nextInt(5)) {
                case 0 -> Mill.restart(mill.commit());
                case 1 -> Mill.restart(mill.stage());
                case 2 -> Mill.restart(mill.stream());
                default -> {}
            }
            child.kill();
        }
        ChildJvm last = mill.begin(command);
        assertThat(last.end(Duration.ofMinutes(4))).as(story + "\n" + last.output() + mill.output()).isZero();
    }

    /** How many rows are not what they should be: in silver, doubled there, missing there, and in gold. */
    private static String unlike(Tables tables, int late) {
        return tables.number("SELECT count(*) FROM silver.flights WHERE is_late <> (delay >= " + late + ")") + "|"
                + tables.number("SELECT count(*) - count(DISTINCT flight_id) FROM silver.flights") + "|"
                + tables.number("SELECT count(*) FROM (SELECT flight_id FROM bronze.flights WHERE delay BETWEEN -60 "
                        + "AND 1440 AND distance > 0 AND origin <> destination AND flight_id NOT IN (SELECT flight_id FROM silver.flights))")
                + "|" + tables.number("SELECT count(*) FROM gold.daily_delays d FULL JOIN (SELECT origin, "
                        + "date_trunc('day', departure) AS day, count(*) AS n, count(*) FILTER (is_late) AS late "
                        + "FROM silver.flights GROUP BY 1, 2) s ON d.origin = s.origin AND d.window_start = s.day "
                        + "WHERE d.flights IS DISTINCT FROM s.n OR d.late_flights IS DISTINCT FROM s.late");
    }
}

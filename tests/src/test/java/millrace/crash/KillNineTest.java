package millrace.crash;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

import millrace.process.ChildJvm;
import millrace.process.Patience;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The broker, the stream role, two stage workers and two committers run as processes of their own. Under load, one or
 * two of them are killed at random moments, some only after the others had time to take over their work. In the end
 * every produced record is in bronze exactly once, and in silver or quarantine exactly once, key by key.
 */
class KillNineTest {
    private static final int ROUNDS = "long".equals(System.getProperty("millrace.suite")) ? 20 : 3;
    private static final long SEED = Long.getLong("millrace.seed", 20_261_120L);
    private static final int RATE = 2_000;

    @TempDir
    Path folder;

    @Test
    void everyRecordIsInItsTablesExactlyOnce() throws Exception {
        Random random = new Random(SEED);
        try (Shop shop = new Shop(folder)) {
            int schemaId = shop.registerSchema();
            ChildJvm stream = shop.role("stream", "stream");
            ChildJvm stage1 = shop.role("stage-1", "stage");
            ChildJvm stage2 = shop.role("stage-2", "stage");
            ChildJvm commit1 = shop.role("commit-1", "commit");
            ChildJvm commit2 = shop.role("commit-2", "commit");
            List<ChildJvm> victims = List.of(stream, stage1, stage2, commit1, commit2, shop.cluster());
            long produced;
            try (Landed landed = new Landed(shop.catalog(), shop.warehouse())) {
                try (Load load = awaitTopic(shop, schemaId)) {
                    Patience.until("the first rows in silver", Duration.ofMinutes(3),
                            () -> landed.count("silver", "orders") > 0, shop::output);
                    for (int round = 0; round < ROUNDS; round++) {
                        killSome(random, victims, shop);
                        long before = landed.count("silver", "orders");
                        Patience.until("rows after round " + round + " of seed " + SEED, Duration.ofMinutes(3),
                                () -> landed.count("silver", "orders") > before, shop::output);
                    }
                    produced = load.finish();
                }
                OrderTables.await(landed, shop.bootstrapServers(), SEED, produced,
                        "kill -9: seed=" + SEED + " rounds=" + ROUNDS, shop::output);
            }
        }
    }

    /** Kills one or two processes and starts them again, at once or after the others have noticed. */
    private static void killSome(Random random, List<ChildJvm> victims, Shop shop) {
        ChildJvm first = victims.get(random.nextInt(victims.size()));
        ChildJvm second = victims.get(random.nextInt(victims.size()));
        pause(random.nextInt(3_000));
        first.kill();
        pause(random.nextInt(200));
        if (second != first) {
            second.kill();
        }
        pause(random.nextBoolean() ? 0 : random.nextInt(15_000));
        first.restart();
        if (second != first) {
            second.restart();
        }
        if (first == shop.cluster() || second == shop.cluster()) {
            shop.awaitCluster();
        }
    }

    private static Load awaitTopic(Shop shop, int schemaId) {
        var topics = new TopicWatch(shop.bootstrapServers());
        try (topics) {
            Patience.until("topic " + Shop.TOPIC, Duration.ofMinutes(2), () -> topics.exists(Shop.TOPIC), shop::output);
        }
        return new Load(shop.bootstrapServers(), Shop.TOPIC, SEED, RATE, schemaId, shop.schema());
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    }
}

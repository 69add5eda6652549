package millrace.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;

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
                compare(shop, landed, produced);
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

    private static void compare(Shop shop, Landed landed, long produced) {
        List<TopicTruth.Placed> truth = TopicTruth.read(shop.bootstrapServers(), Shop.TOPIC);
        assertThat(truth.stream().map(TopicTruth.Placed::order).distinct().count()).as("orders on the topic")
                .isEqualTo(produced).isEqualTo(truth.size());
        List<String> bronze = sorted(truth, TopicTruth.Placed::origin);
        List<String> silver = sorted(where(truth, Order.Fate.KEPT), p -> "o-" + p.order());
        List<String> quarantine = sorted(truth.stream().filter(p -> order(p).quarantined()).toList(),
                TopicTruth.Placed::origin);
        Patience.until(bronze.size() + " rows in bronze, " + silver.size() + " in silver, " + quarantine.size()
                + " in quarantine", Duration.ofMinutes(4),
                () -> landed.count("bronze", "orders") >= bronze.size()
                        && landed.count("silver", "orders") >= silver.size()
                        && landed.count("quarantine", "orders") >= quarantine.size(),
                () -> landed.count("bronze", "orders") + ", " + landed.count("silver", "orders") + ", "
                        + landed.count("quarantine", "orders") + shop.output());
        String as = "seed " + SEED + ", " + ROUNDS + " rounds";
        assertThat(landed.byIceberg("bronze", "orders", "_topic_partition", "_offset")).as("bronze, " + as)
                .isEqualTo(bronze);
        assertThat(landed.byIceberg("silver", "orders", "id")).as("silver, " + as).isEqualTo(silver);
        assertThat(landed.byIceberg("quarantine", "orders", "partition", "offset")).as("quarantine, " + as)
                .isEqualTo(quarantine);
        assertThat(landed.byDuckDb("bronze", "orders", "_topic_partition", "_offset"))
                .as("bronze by another reader").isEqualTo(bronze);
        assertThat(landed.byDuckDb("silver", "orders", "id", "amount", "doubled"))
                .as("silver by two readers")
                .isEqualTo(landed.byIceberg("silver", "orders", "id", "amount", "doubled"));
        System.out.println("kill -9: seed=" + SEED + " rounds=" + ROUNDS + " produced=" + produced + " bronze="
                + bronze.size() + " silver=" + silver.size() + " quarantine=" + quarantine.size());
    }

    private static List<TopicTruth.Placed> where(List<TopicTruth.Placed> truth, Order.Fate fate) {
        return truth.stream().filter(p -> order(p).fate() == fate).toList();
    }

    private static Order order(TopicTruth.Placed placed) {
        return Order.of(SEED, placed.order(), 0);
    }

    private static List<String> sorted(List<TopicTruth.Placed> placed, Function<TopicTruth.Placed, String> key) {
        return placed.stream().map(key).sorted().collect(Collectors.toList());
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    }
}

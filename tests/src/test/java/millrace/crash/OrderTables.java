package millrace.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import millrace.process.Patience;

/** What the tables of the pipeline {@code shop} must hold, given what its topic holds. */
public final class OrderTables {
    private OrderTables() {}

    /**
     * Waits until the tables hold as many rows as they must, then compares them with the topic, key by key: every
     * record is in bronze exactly once, and in silver or quarantine exactly once or, if the model drops it, not at all.
     *
     * @param as what the comparison is about, for messages
     * @param found what to show if the rows do not come
     */
    public static void await(Landed landed, String bootstrapServers, long seed, long produced, String as,
            Supplier<String> found) {
        List<TopicTruth.Placed> truth = TopicTruth.read(bootstrapServers, ShopProject.TOPIC);
        assertThat(truth.stream().map(TopicTruth.Placed::order).distinct().count()).as("orders on the topic, " + as)
                .isEqualTo(produced).isEqualTo(truth.size());
        List<String> bronze = sorted(truth, p -> true, TopicTruth.Placed::origin);
        List<String> silver = sorted(truth, p -> order(seed, p).fate() == Order.Fate.KEPT, p -> "o-" + p.order());
        List<String> quarantine = sorted(truth, p -> order(seed, p).quarantined(), TopicTruth.Placed::origin);
        Patience.until(bronze.size() + " rows in bronze, " + silver.size() + " in silver, " + quarantine.size()
                + " in quarantine", Duration.ofMinutes(4),
                () -> landed.count("bronze", "orders") >= bronze.size()
                        && landed.count("silver", "orders") >= silver.size()
                        && landed.count("quarantine", "orders") >= quarantine.size(),
                () -> landed.count("bronze", "orders") + ", " + landed.count("silver", "orders") + ", "
                        + landed.count("quarantine", "orders") + "\n" + found.get());
        assertSame(landed.byIceberg("bronze", "orders", "_topic_partition", "_offset"), bronze, "bronze, " + as);
        assertSame(landed.byIceberg("silver", "orders", "id"), silver, "silver, " + as);
        assertSame(landed.byIceberg("quarantine", "orders", "partition", "offset"), quarantine, "quarantine, " + as);
        assertSame(landed.byDuckDb("bronze", "orders", "_topic_partition", "_offset"), bronze,
                "bronze by another reader, " + as);
        assertSame(landed.byDuckDb("silver", "orders", "id", "amount", "doubled"),
                landed.byIceberg("silver", "orders", "id", "amount", "doubled"), "silver by two readers, " + as);
        System.out.println(as + " produced=" + produced + " bronze=" + bronze.size() + " silver=" + silver.size()
                + " quarantine=" + quarantine.size());
    }

    /** Fails with what is missing, too much or doubled, not with all rows. */
    public static void assertSame(List<String> found, List<String> expected, String as) {
        Map<String, Integer> balance = new TreeMap<>();
        expected.forEach(row -> balance.merge(row, -1, Integer::sum));
        found.forEach(row -> balance.merge(row, 1, Integer::sum));
        balance.values().removeIf(n -> n == 0);
        assertThat(balance.entrySet().stream().limit(20))
                .as(as + ": " + balance.size() + " of " + expected.size() + " rows are missing (-1) or too many (1)")
                .isEmpty();
    }

    private static Order order(long seed, TopicTruth.Placed placed) {
        return Order.of(seed, placed.order(), 0);
    }

    private static List<String> sorted(List<TopicTruth.Placed> placed, Predicate<TopicTruth.Placed> which,
            Function<TopicTruth.Placed, String> key) {
        return placed.stream().filter(which).map(key).sorted().collect(Collectors.toList());
    }
}

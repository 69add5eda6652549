package millrace.topology.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.topology.assemble.Orders;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.PlanNode;
import org.junit.jupiter.api.Test;

/** What becomes of a pipeline whose source topic has got a partition. */
class WideningTest {
    private static final PlanNode.Scan ORDERS = Orders.scan("orders", PlanNode.Scan.Kind.CONTRACT, Orders.ROW, 0, 1);
    private static final PlanNode PASSES_ON = Orders.calc(ORDERS, Optional.empty(), Orders.column(ORDERS, 0));
    private static final PlanNode EXCHANGES = new PlanNode.Exchange(ORDERS, List.of(0));

    @Test
    void nothingIsDoneWhereNothingHasGrownOrNothingIsThereYet() {
        Pipeline pipeline = pipeline(2, Orders.model("silver.m", PASSES_ON));
        assertThat(decide(pipeline, found(2))).isEqualTo(new Widening.None());
        assertThat(decide(pipeline, Map.of("orders-topic", 2))).isEqualTo(new Widening.None());
    }

    @Test
    void whatOnlyPassesRowsOnGrowsWithItsSource() {
        assertThat(decide(pipeline(3, Orders.model("silver.m", PASSES_ON)), found(2)))
                .isEqualTo(new Widening.Grow(Map.of("orders-topic.quarantine", 3, "web.silver.m", 3,
                        "web-orders-topic.clock-changelog", 3)));
    }

    @Test
    void whatIsDividedByKeysCannotGrow() {
        assertThat(decide(pipeline(3, Orders.model("silver.m", PASSES_ON, "c0")), found(2)))
                .isInstanceOfSatisfying(Widening.Refuse.class, r -> {
                    assertThat(r.problem().code()).isEqualTo(RunProblem.SOURCE_TOPIC_GREW);
                    assertThat(r.problem().message())
                            .isEqualTo("The sources of silver.m have 3 partitions now, 2 before,"
                                    + " and its rows lie where their keys say.");
                });
        assertThat(decide(pipeline(3, Orders.model("silver.m", EXCHANGES)), found(2)))
                .isInstanceOfSatisfying(Widening.Refuse.class, r -> assertThat(r.problem().message())
                        .endsWith("and its state is divided by them."));
    }

    @Test
    void theClocksOfSourcesThatMeetAreAsManyAsTheWidestHasPartitions() {
        Pipeline pipeline = new Pipeline("web", List.of(Orders.contract("orders", 2), Orders.contract("returns", 4)),
                List.of(Orders.model("silver.m", new PlanNode.Union(List.of(ORDERS,
                        Orders.scan("returns", PlanNode.Scan.Kind.CONTRACT, Orders.ROW, 0, 1)), ORDERS.rowType()))));
        assertThat(Widening.changelogs(pipeline)).isEqualTo(Map.of("web-orders-topic.clock-changelog", 4,
                "web-returns-topic.clock-changelog", 4));
    }

    @Test
    void whatMeetsBehindExchangesHasTasksOfItsOwn() {
        PlanNode returns = Orders.scan("returns", PlanNode.Scan.Kind.CONTRACT, Orders.ROW, 0, 1);
        Pipeline pipeline = new Pipeline("web", List.of(Orders.contract("orders", 2), Orders.contract("returns", 4)),
                List.of(Orders.model("silver.m", new PlanNode.Union(
                        List.of(EXCHANGES, new PlanNode.Exchange(returns, List.of(0))), ORDERS.rowType()))));
        assertThat(Widening.changelogs(pipeline)).isEqualTo(Map.of("web-orders-topic.clock-changelog", 2,
                "web-returns-topic.clock-changelog", 4));
    }

    private static Pipeline pipeline(int partitions, Pipeline.PlannedModel model) {
        return new Pipeline("web", List.of(Orders.contract("orders", partitions)), List.of(model));
    }

    private static Map<String, Integer> found(int partitions) {
        Map<String, Integer> found = new HashMap<>();
        for (String topic : List.of("orders-topic.quarantine", "web.silver.m", "web-orders-topic.clock-changelog")) {
            found.put(topic, partitions);
        }
        found.put("orders-topic", 3);
        found.put("web.watermarks", 1);
        found.put("web.time-journal", 1);
        return found;
    }

    private static Widening decide(Pipeline pipeline, Map<String, Integer> found) {
        return Widening.decide(pipeline, TopicsPlan.wanted(pipeline), found);
    }
}

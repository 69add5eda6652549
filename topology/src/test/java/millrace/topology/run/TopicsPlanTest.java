package millrace.topology.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.problem.ProblemException;
import millrace.topology.assemble.AssemblyProblem;
import millrace.topology.assemble.Orders;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.PlanNode;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class TopicsPlanTest {
    private static final PlanNode.Scan NARROW = Orders.scan("narrow", PlanNode.Scan.Kind.CONTRACT, Orders.ROW, 0);
    private static final PlanNode.Scan WIDE = Orders.scan("wide", PlanNode.Scan.Kind.CONTRACT, Orders.ROW, 0);
    private static final Pipeline PIPELINE = new Pipeline("web",
            List.of(Orders.contract("narrow", 2), Orders.contract("wide", 6)),
            List.of(Orders.model("silver.both", new PlanNode.Union(List.of(NARROW, WIDE), NARROW.rowType()))));
    private static final List<Topics.WantedTopic> WANTED = TopicsPlan.wanted(PIPELINE);

    @Test
    void aModelIsAsWideAsItsWidestSourceAndAQuarantineAsItsTopic() {
        assertThat(WANTED).extracting(t -> t.name() + " " + t.partitions()).containsExactlyInAnyOrder(
                "narrow-topic 2", "narrow-topic.quarantine 2", "wide-topic 6", "wide-topic.quarantine 6",
                "web.silver.both 6", "web.watermarks 1", "web.time-journal 1");
    }

    @Test
    void whatTheEngineWritesIsNeverDeletedByTime() {
        assertThat(WANTED).filteredOn(t -> t.name().equals("web.silver.both")).singleElement()
                .satisfies(t -> assertThat(t.config()).containsEntry("retention.ms", "-1")
                        .containsEntry("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
        assertThat(WANTED).filteredOn(t -> t.name().equals("web.watermarks")).singleElement()
                .satisfies(t -> assertThat(t.config()).containsEntry("cleanup.policy", "compact"));
    }

    @Test
    void createsOrAsksForWhatIsMissingAndRefusesAnotherWidth() {
        assertThat(TopicsPlan.decide(WANTED, found(), true)).isEqualTo(new TopicsPlan.Decision.Ready());
        Map<String, Topics.Facts> lacking = found();
        lacking.remove("web.watermarks");
        assertThat(TopicsPlan.decide(WANTED, lacking, true)).isInstanceOfSatisfying(TopicsPlan.Decision.Create.class,
                c -> assertThat(c.topics()).extracting(Topics.WantedTopic::name).containsExactly("web.watermarks"));
        assertThat(TopicsPlan.decide(WANTED, lacking, false)).isInstanceOfSatisfying(TopicsPlan.Decision.Refuse.class,
                r -> assertThat(r.problem().code()).isEqualTo(RunProblem.PIPELINE_TOPIC_MISSING));
        Map<String, Topics.Facts> wider = found();
        wider.put("wide-topic", new Topics.Facts(Uuid.randomUuid(), 7, 1 << 20));
        assertThat(TopicsPlan.decide(WANTED, wider, true)).isInstanceOfSatisfying(TopicsPlan.Decision.Refuse.class,
                r -> assertThat(r.problem().message())
                        .isEqualTo("wide-topic has 7 partitions, expected 6 partitions."));
    }

    @Test
    void twoPartsMayNotUseOneTopic() {
        assertThatThrownBy(() -> new Pipeline("web",
                List.of(Orders.contract("orders", 1), Orders.contract("orders", 1)), List.of()))
                .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems()).singleElement()
                        .satisfies(p -> assertThat(p.code()).isEqualTo(AssemblyProblem.TOPIC_CLAIMED_TWICE)));
    }

    private static Map<String, Topics.Facts> found() {
        Map<String, Topics.Facts> found = new HashMap<>();
        WANTED.forEach(t -> found.put(t.name(), new Topics.Facts(Uuid.randomUuid(), t.partitions(), 1 << 20)));
        return found;
    }
}

package millrace.ops.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import millrace.ops.project.TopicsPlan.Existing;
import millrace.ops.project.TopicsPlan.Role;
import millrace.ops.project.TopicsPlan.Step;
import millrace.ops.project.TopicsPlan.Wanted;
import org.junit.jupiter.api.Test;

class TopicsPlanTest {
    private static final Wanted CLICKS = new Wanted("web.clicks.v1", Role.SOURCE, 12, 3, Map.of("retention.ms", "5"));
    private static final Wanted SILVER = new Wanted("web.silver.clicks", Role.ENGINE, 12, 3,
            Map.of("retention.ms", "-1"));

    @Test
    void whatIsMissingIsCreated() {
        assertThat(TopicsPlan.of(List.of(CLICKS, SILVER), Map.of()).steps()).containsExactly(new Step.Create(CLICKS),
                new Step.Create(SILVER));
    }

    @Test
    void theEnginesTopicsAreAlteredAndTheProducersAreLeftAlone() {
        var plan = TopicsPlan.of(List.of(CLICKS, SILVER), Map.of("web.clicks.v1",
                new Existing(12, 3, Map.of("retention.ms", "7")), "web.silver.clicks",
                new Existing(12, 3, Map.of("retention.ms", "604800000", "cleanup.policy", "delete"))));
        assertThat(plan.steps()).containsExactly(new Step.Keep(CLICKS),
                new Step.Alter(SILVER, Map.of("retention.ms", "604800000"), Map.of("retention.ms", "-1")));
        assertThat(plan.isDone()).isFalse();
    }

    @Test
    void otherPartitionsAreRefusedWithTheRemedyOfTheTopicsOwner() {
        var plan = TopicsPlan.of(List.of(CLICKS, SILVER), Map.of("web.clicks.v1", new Existing(8, 3, Map.of()),
                "web.silver.clicks", new Existing(4, 3, Map.of("retention.ms", "-1"))));
        assertThat(plan.refusals()).extracting(Step.Refuse::reason).containsExactly(
                "web.clicks.v1 has 8 partitions, but 12 are wanted.",
                "web.silver.clicks has 4 partitions, but 12 are wanted.");
        assertThat(plan.refusals().get(0).remedy()).contains("partitions: 8 in its contract");
        assertThat(plan.refusals().get(1).remedy()).contains("another name");
    }

    @Test
    void nothingToDoIsDone() {
        assertThat(TopicsPlan.of(List.of(SILVER), Map.of("web.silver.clicks",
                new Existing(12, 1, Map.of("retention.ms", "-1")))).isDone()).isTrue();
    }

    @Test
    void thePrincipalMayReadSourcesAndWriteOnlyWhatIsItsOwn() {
        assertThat(TopicsPlan.acls(List.of(CLICKS, SILVER), "web")).extracting(a -> a.resource() + " " + a.name() + " "
                + a.pattern() + " " + String.join(",", a.operations())).containsExactly(
                        "topic web.clicks.v1 literal Describe,DescribeConfigs,Read",
                        "topic web.silver.clicks literal Describe,DescribeConfigs,Read,Write",
                        "topic web prefixed Create,Delete,Describe,DescribeConfigs,Read,Write",
                        "group web prefixed Describe,Read,Delete", "transactional-id web prefixed Describe,Write",
                        "cluster kafka-cluster literal Describe,IdempotentWrite");
    }
}

package millrace.replay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.Written;
import millrace.replay.publish.ReplayPublication.Action;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.publish.RangePublisher.Request;
import millrace.sinks.iceberg.publish.RangeSource;
import org.junit.jupiter.api.Test;

/** What is asked of a table's committer when a replay is published, taken back, and published again. */
class ReplayPublicationTest {
    private static final Written MODEL = new Written("gold.hourly", Optional.of("window_start"));
    private static final Instant FROM = Instant.parse("1970-01-01T00:00:01Z");

    @Test
    void theRangeComesFromTheBranchAndGoesBackToTheTag() {
        ReplayPublication first = new ReplayPublication(plan(new Kind.Bounded(Optional.of(FROM), Optional.empty())), 0);
        Request publish = first.request(Action.PUBLISH, MODEL, "ada", Optional.of("mended"));
        assertThat(publish.source()).isEqualTo(new RangeSource("replay-7f3a01", RangeSource.Files.AS_THEY_ARE));
        assertThat(publish.range())
                .isEqualTo(new RowRange("window_start", OptionalLong.of(1_000_000), OptionalLong.empty()));
        assertThat(publish.settled()).hasValue(77);
        assertThat(publish.tag()).isEqualTo("before-replay-7f3a01");
        assertThat(publish.summary()).containsEntry("millrace.replay", "7f3a01")
                .containsEntry("millrace.replay-action", "publish").containsEntry("millrace.replay-by", "ada")
                .containsEntry("millrace.replay-revision", "abc").containsEntry("millrace.replay-reason", "mended");

        Request back = first.request(Action.ROLLBACK, MODEL, "ada", Optional.empty());
        assertThat(back.source()).isEqualTo(new RangeSource(publish.tag(), RangeSource.Files.AS_COPIES));
        assertThat(back.range()).isEqualTo(publish.range());
        assertThat(back.tag()).isEqualTo("before-rollback-7f3a01");
        assertThat(back.summary()).doesNotContainKey("millrace.replay-reason");
    }

    @Test
    void filesThatWereInTheTableOnceComeAgainAsCopies() {
        ReplayPublication second = new ReplayPublication(plan(new Kind.Bounded(Optional.empty(), Optional.empty())), 1);
        Request publish = second.request(Action.PUBLISH, MODEL, "ada", Optional.empty());
        assertThat(publish.source()).isEqualTo(new RangeSource("replay-7f3a01", RangeSource.Files.AS_COPIES));
        assertThat(publish.tag()).isEqualTo("before-replay-7f3a01-2");
        assertThat(second.tag(Action.ROLLBACK)).isEqualTo("before-rollback-7f3a01-2");
    }

    @Test
    void aSampleIsNotPublished() {
        assertThatThrownBy(() -> new ReplayPublication(plan(new Kind.Bounded(Optional.of(FROM), Optional.empty()), 0),
                0)).isInstanceOfSatisfying(ProblemException.class,
                        e -> assertThat(e.problems().get(0).code().name()).isEqualTo("REPLAY_IS_A_SAMPLE"));
    }

    @Test
    void aReplayOfEverythingHasNoRangeToPutItIn() {
        assertThatThrownBy(() -> new ReplayPublication(plan(new Kind.Whole(List.of())), 0))
                .isInstanceOfSatisfying(ProblemException.class,
                        e -> assertThat(e.problems().get(0).code().name()).isEqualTo("REPLAY_NOT_OF_A_RANGE"));
    }

    private static ReplayPlan plan(Kind kind, Integer... sample) {
        return new ReplayPlan("7f3a01", "web", "abc", kind, List.of(MODEL), List.of(), List.of(), OptionalLong.of(77),
                List.of(sample), List.of());
    }
}

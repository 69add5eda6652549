package millrace.sinks.iceberg.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import millrace.sinks.iceberg.commit.LayoutHistory.Step;
import millrace.sinks.iceberg.event.Rewrite.StagedMoves;
import org.junit.jupiter.api.Test;

/** From which layouts rows can be followed to the present one. */
class LayoutHistoryTest {
    @Test
    void rowsAreFollowedWhereEveryLayoutIsARewrite() {
        LayoutHistory history = history(3, 4, 6, 7);
        assertThat(history.leads(7, 7)).isTrue();
        assertThat(history.leads(5, 7)).isTrue();
        assertThat(history.leads(4, 7)).as("others have moved rows between 4 and 5").isFalse();
        assertThat(history.leads(2, 4)).isTrue();
        assertThat(history.leads(1, 4)).isFalse();
        assertThat(history.leads(8, 7)).as("a layout that is yet to come").isFalse();
        assertThat(LayoutHistory.NONE.leads(1, 1)).isTrue();
        assertThat(LayoutHistory.NONE.leads(1, 2)).isFalse();
        assertThat(history.since(4)).extracting(Step::layout).containsExactly(6L, 7L);
    }

    @Test
    void theOldestAreForgotten() {
        LayoutHistory history = LayoutHistory.NONE;
        for (long layout = 2; layout < LayoutHistory.KEPT + 10; layout++) {
            LayoutHistory next = history.and(step(layout));
            assertThat(next.without(history)).extracting(Step::layout).containsExactly(layout);
            history = next;
        }
        assertThat(history.rewrites()).hasSize(LayoutHistory.KEPT);
        assertThat(history.has("r9")).isFalse();
        assertThat(history.leads(9, LayoutHistory.KEPT + 9L)).isTrue();
        assertThat(history.leads(8, LayoutHistory.KEPT + 9L)).isFalse();
    }

    @Test
    void aTableKeepsItAsText() {
        LayoutHistory history = history(3).and(Step.of(4, "x", Optional.empty()));
        assertThat(history.toJson()).isEqualTo("[{\"layout\":3,\"rewrite\":\"r3\",\"moved\":\"m3\",\"bytes\":9},"
                + "{\"layout\":4,\"rewrite\":\"x\",\"moved\":\"\",\"bytes\":0}]");
        assertThat(LayoutHistory.fromJson(history.toJson())).isEqualTo(history);
        assertThat(LayoutHistory.fromJson(null)).isEqualTo(LayoutHistory.NONE);
    }

    private static LayoutHistory history(long... layouts) {
        LayoutHistory history = LayoutHistory.NONE;
        for (long layout : layouts) {
            history = history.and(step(layout));
        }
        return history;
    }

    private static Step step(long layout) {
        return Step.of(layout, "r" + layout, Optional.of(new StagedMoves("m" + layout, 9)));
    }
}

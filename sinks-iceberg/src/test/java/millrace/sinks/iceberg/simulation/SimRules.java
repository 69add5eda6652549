package millrace.sinks.iceberg.simulation;

import java.time.Duration;
import millrace.sinks.iceberg.commit.CommitRules;
import millrace.sinks.iceberg.stage.StageRules;

/** Rules that make much happen in little time. */
final class SimRules {
    static final StageRules STAGE = new StageRules(Duration.ofSeconds(1), 1_500, 3, Duration.ofSeconds(2),
            Duration.ofMillis(100), Duration.ofSeconds(1), StageRules.Unreadable.BLOCK);
    static final CommitRules COMMIT = new CommitRules(Duration.ofMillis(100), Duration.ofSeconds(3),
            Duration.ofHours(1), Duration.ofMillis(100), Duration.ofSeconds(1));

    private SimRules() {}
}

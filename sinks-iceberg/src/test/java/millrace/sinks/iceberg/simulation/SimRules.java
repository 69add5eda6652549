package millrace.sinks.iceberg.simulation;

import java.time.Duration;
import millrace.sinks.iceberg.commit.CommitRules;
import millrace.sinks.iceberg.stage.StageRules;

/** Rules that make much happen in little time. */
final class SimRules {
    static final StageRules STAGE = stage(1_500);
    /** Some records come to so much that wait in memory. */
    static final StageRules STAGE_KEYED = stage(500).patientBehind();
    static final CommitRules COMMIT = new CommitRules(Duration.ofMillis(100), Duration.ofSeconds(3),
            Duration.ofHours(1), Duration.ofMillis(100), Duration.ofSeconds(1));

    private SimRules() {}

    private static StageRules stage(long mostBytes) {
        return new StageRules(Duration.ofSeconds(1), Duration.ZERO, mostBytes, 3, Duration.ofSeconds(2),
                Duration.ofMillis(100),
                Duration.ofSeconds(1), StageRules.Unreadable.BLOCK);
    }
}

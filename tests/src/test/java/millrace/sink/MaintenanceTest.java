package millrace.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.process.Patience;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.run.Compaction;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.table.TableSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables stay in few files while rows come and change, whoever is restarted meanwhile, and lose none. */
class MaintenanceTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_129L);
    private static final int KEYS = 400;
    private static final int ROUNDS = 60;
    private static final int FEW_FILES = 20;

    @TempDir
    Path folder;

    @Test
    void filesStayFewAndRowsStayRight() throws Exception {
        TableSpec all = ChangingRows.bronze();
        TableSpec newest = ChangingRows.newest("gold", List.of("version desc"), Map.of());
        List<TableSpec> specs = List.of(all, newest);
        try (ChangingRows rows = ChangingRows.start(SEED, KEYS, folder)) {
            SinkRuntime landing = rows.sink(specs, Set.of(Role.STAGE, Role.COMMIT));
            SinkRuntime keeping = rows.sink(specs, Set.of(Role.MAINTAIN));
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    rows.change(40);
                    Thread.sleep(250);
                    if (round % 25 == 24) {
                        landing.close();
                        landing = rows.sink(specs, Set.of(Role.STAGE, Role.COMMIT));
                    }
                }
                SinkRuntime landed = landing;
                SinkRuntime kept = keeping;
                Patience.until("all rows in the tables, in few files", Duration.ofMinutes(2),
                        () -> rows.hasLanded(landed) && rows.files(all) < FEW_FILES && rows.files(newest) < FEW_FILES,
                        () -> landed.states() + " " + kept.maintenance() + ", files " + rows.files(all) + " and "
                                + rows.files(newest));
                assertThat(kept.maintenance().values()).hasSize(2)
                        .allSatisfy(state -> assertThat(state.rewrites().done()).isPositive())
                        .extracting(MaintenanceState::problem).containsOnly(Optional.empty());
                keeping.close();
                MaintenanceState compacted = Compaction.run(rows.config(), rows.catalogProperties(), newest,
                        Clock.systemUTC(), () -> false, soFar -> {});
                assertThat(compacted.problem()).isEmpty();
                assertThat(compacted.rewrites().unanswered()).isZero();
                assertThat(rows.files(newest)).isEqualTo(1);
                assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).as("seed %d", SEED)
                        .isEqualTo(rows.expected());
                assertThat(rows.rows(all, r -> r.getField("_topic_partition") + " " + r.getField("_offset")))
                        .doesNotHaveDuplicates().hasSize((int) rows.produced());
            } finally {
                keeping.close();
                landing.close();
            }
        }
    }
}

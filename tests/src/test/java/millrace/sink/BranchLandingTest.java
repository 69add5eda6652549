package millrace.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import millrace.process.Patience;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.branch.TableBranches.Start;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.run.SinkState;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows land on branches of a table as on the table itself, at the same time, upserted and rewritten, and neither sees the other. */
class BranchLandingTest {
    private static final long SEED = Long.getLong("millrace.seed", 61);
    private static final Set<Role> ALL = EnumSet.allOf(Role.class);

    @TempDir
    Path folder;

    private final TableSpec newest = ChangingRows.newest("gold", List.of("id"), Map.of());
    private final List<TableSpec> tables = List.of(newest, ChangingRows.bronze());

    @Test
    void aBranchThatBeginsEmptyIsFilledFromTheStartOfTheTopicWhileTheTableGoesOn() throws Exception {
        try (ChangingRows rows = ChangingRows.start(SEED, 300, folder); SinkRuntime main = rows.sink(tables, ALL)) {
            rows.change(2_000);
            rows.awaitLanded(main);
            tables.forEach(t -> TableBranches.create(rows.table(t), "again", Start.EMPTY));
            assertThat(rows.rows(on("again", newest), r -> ChangingRows.text(r::get))).isEmpty();
            try (SinkRuntime branch = rows.sink("again", on("again"), ALL)) {
                for (int i = 0; i < 8; i++) {
                    rows.change(300);
                    rows.awaitLanded(main);
                }
                rows.awaitLanded(branch);
                Patience.until("a rewrite of the branch", Duration.ofMinutes(1),
                        () -> rows.files(on("again", newest)) < 8, () -> rows.files(on("again", newest)) + " files");
            }
            for (TableSpec of : List.of(newest, on("again", newest))) {
                assertThat(rows.rows(of, r -> ChangingRows.text(r::get))).as("%s, seed %d", of.qualifiedName(), SEED)
                        .isEqualTo(rows.expected());
            }
            for (TableSpec of : List.of(ChangingRows.bronze(), on("again", ChangingRows.bronze()))) {
                assertThat(rows.rows(of, r -> r.getField("_topic_partition") + "-" + r.getField("_offset")))
                        .as("%s, seed %d", of.qualifiedName(), SEED).hasSize((int) rows.produced())
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void aBranchThatBeginsAsTheTableIsGoesOnFromThere() throws Exception {
        try (ChangingRows rows = ChangingRows.start(SEED, 300, folder)) {
            try (SinkRuntime main = rows.sink(tables, ALL)) {
                rows.change(1_500);
                rows.awaitLanded(main);
            }
            List<String> before = rows.expected();
            tables.forEach(t -> TableBranches.create(rows.table(t), "fix", Start.AS_IT_IS));
            try (SinkRuntime branch = rows.sink("fix", on("fix"), ALL)) {
                rows.change(1_500);
                rows.awaitLanded(branch);
                assertThat(rows.rows(on("fix", newest), r -> ChangingRows.text(r::get))).as("seed %d", SEED)
                        .isEqualTo(rows.expected());
                assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).as("the table, seed %d", SEED)
                        .isEqualTo(before);
                TableBranches.drop(rows.table(newest), "fix");
                rows.change(10);
                Patience.until("it is said that the branch is gone", Duration.ofMinutes(1),
                        () -> branch.states().get("gold.rows@fix") instanceof SinkState.Blocked b
                                && b.problem().code() == SinkProblem.BRANCH_MISSING,
                        () -> branch.states().toString());
            }
            try (SinkRuntime main = rows.sink(tables, ALL)) {
                rows.awaitLanded(main);
                assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).as("seed %d", SEED)
                        .isEqualTo(rows.expected());
            }
        }
    }

    private List<TableSpec> on(String branch) {
        return tables.stream().map(t -> on(branch, t)).toList();
    }

    private static TableSpec on(String branch, TableSpec table) {
        return table.onBranch(branch);
    }
}

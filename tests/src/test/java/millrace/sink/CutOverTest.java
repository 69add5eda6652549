package millrace.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import millrace.process.Patience;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.branch.TableBranches.Start;
import millrace.sinks.iceberg.commit.TableCutOver;
import millrace.sinks.iceberg.commit.TableCutOver.Outcome;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.run.SinkState;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A branch that is fed by another topic takes the place of a table, whose rows change and are rewritten all the time. */
class CutOverTest {
    private static final long SEED = Long.getLong("millrace.seed", 62);
    private static final String BRANCH = "mended";
    private static final Set<Role> ALL = EnumSet.allOf(Role.class);

    @TempDir
    Path folder;

    private final TableSpec newest = ChangingRows.newest("gold", List.of("id"), Map.of());
    private final TableSpec all = ChangingRows.bronze();
    private final List<TableSpec> tables = List.of(newest, all);

    @Test
    void aTableGoesOnWithTheRowsOfABranchAndTheTopicThatFeedsIt() throws Exception {
        try (ChangingRows rows = ChangingRows.start(SEED, 300, folder)) {
            List<String> before;
            try (SinkRuntime main = rows.sink(tables, ALL)) {
                rows.change(2_000);
                rows.awaitLanded(main);
                tables.forEach(t -> TableBranches.create(rows.table(t), BRANCH, Start.EMPTY));
                try (SinkRuntime branch = rows.sink("beside", tables.stream().map(CutOverTest::onBranch).toList(),
                        ALL)) {
                    for (int i = 0; i < 6; i++) {
                        rows.change(200);
                        rows.mend();
                        rows.awaitLanded(branch);
                    }
                    rows.awaitLanded(main);
                    before = rows.expected();
                }
                // While rows come for the old one: whoever is first, each is there or not there at all.
                rows.change(300);
                cutOver(rows, newest);
                rows.change(300);
                assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).as("seed %d", SEED)
                        .hasSameSizeAs(before).doesNotContainAnyElementsOf(before);
                Patience.until("workers of the old topic stand still", Duration.ofMinutes(1),
                        () -> main.states().get(newest.qualifiedName()) instanceof SinkState.Blocked b
                                && b.problem().code() == SinkProblem.TOPIC_RECREATED,
                        () -> main.states().toString());
                cutOver(rows, all);
            }
            assertThat(rows.rows(newest.onBranch("before"), r -> ChangingRows.text(r::get))).as("what it was")
                    .isNotEmpty().doesNotContainAnyElementsOf(rows.rows(newest, r -> ChangingRows.text(r::get)));
            rows.mend();
            try (SinkRuntime main = rows.sink(tables.stream().map(t -> t.fedBy(ChangingRows.MENDED)).toList(), ALL)) {
                rows.awaitLanded(main);
                rows.change(500);
                rows.mend();
                rows.awaitLanded(main);
                assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).as("seed %d", SEED)
                        .isEqualTo(rows.expectedMended());
                assertThat(rows.rows(all, r -> r.getField("_topic_partition") + "-" + r.getField("_offset")))
                        .as("seed %d", SEED).hasSize((int) rows.produced()).doesNotHaveDuplicates();
                assertThat(rowIds(rows.table(newest))).hasSize(rows.expectedMended().size()).doesNotHaveDuplicates();
                assertThat(cutOver(rows, newest)).as("again").isInstanceOf(Outcome.Done.class);
                TableBranches.drop(rows.table(newest), BRANCH);
                Patience.until("rewritten", Duration.ofMinutes(1), () -> rows.files(newest) < 8,
                        () -> rows.files(newest) + " files");
                assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).as("seed %d", SEED)
                        .isEqualTo(rows.expectedMended());
            }
        }
    }

    @Test
    void workersOfTheNewTopicWaitForItAndNobodyAdoptsIt() throws Exception {
        try (ChangingRows rows = ChangingRows.start(SEED, 300, folder)) {
            try (SinkRuntime main = rows.sink(tables, ALL)) {
                rows.change(500);
                rows.awaitLanded(main);
            }
            tables.forEach(t -> TableBranches.create(rows.table(t), BRANCH, Start.EMPTY));
            rows.mend();
            try (SinkRuntime branch = rows.sink("beside", tables.stream().map(CutOverTest::onBranch).toList(), ALL)) {
                rows.awaitLanded(branch);
            }
            rows.change(100);
            rows.mend();
            try (SinkRuntime main = rows.sink(tables.stream().map(t -> t.fedBy(ChangingRows.MENDED)).toList(), ALL)) {
                Patience.until("it is awaited", Duration.ofMinutes(1),
                        () -> main.states().values().stream().allMatch(s -> s instanceof SinkState.Blocked b
                                && b.problem().code() == SinkProblem.CUT_OVER_AWAITED),
                        () -> main.states().toString());
                for (TableSpec table : tables) {
                    cutOver(rows, table);
                }
                rows.awaitLanded(main);
            }
            assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).as("seed %d", SEED)
                    .isEqualTo(rows.expectedMended());
            assertThat(rows.rows(all, r -> r.getField("_topic_partition") + "-" + r.getField("_offset")))
                    .hasSize((int) rows.produced()).doesNotHaveDuplicates();
        }
    }

    @Test
    void aBranchOfAnotherTopicIsRefused() throws Exception {
        try (ChangingRows rows = ChangingRows.start(SEED, 300, folder); SinkRuntime main = rows.sink(tables, ALL)) {
            rows.change(100);
            rows.awaitLanded(main);
            TableBranches.create(rows.table(newest), BRANCH, Start.AS_IT_IS);
            assertThatThrownBy(() -> cutOver(rows, newest)).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("BRANCH_UNUSABLE");
            assertThatThrownBy(() -> cutOver(rows, all)).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("BRANCH_MISSING");
            rows.change(100);
            rows.awaitLanded(main);
            assertThat(rows.rows(newest, r -> ChangingRows.text(r::get))).isEqualTo(rows.expected());
        }
    }

    private static TableSpec onBranch(TableSpec table) {
        return table.fedBy(ChangingRows.MENDED).onBranch(BRANCH);
    }

    private static List<Object> rowIds(Table table) throws IOException {
        List<Object> ids = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table)
                .project(new Schema(MetadataColumns.ROW_ID)).build()) {
            rows.forEach(row -> ids.add(row.get(0)));
        }
        return ids;
    }

    private static Outcome cutOver(ChangingRows rows, TableSpec table) throws Exception {
        try (TableCutOver cut = TableCutOver.of(rows.tables(), table)) {
            return cut.execute(new TableCutOver.Request(BRANCH, rows.topicId(ChangingRows.MENDED), "before",
                    Map.of("why", "test")));
        }
    }
}

package millrace.sinks.iceberg.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.branch.TableBranches.Kind;
import millrace.sinks.iceberg.branch.TableBranches.Start;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.commit.ControlPosition;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.expire.SnapshotExpiry;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableBranchesTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64())));

    @TempDir
    Path folder;

    private final TableSpec spec = new TableSpec("db", "t", "topic", ROW, TableSpec.Layout.ENGINE, Optional.empty(),
            List.of(), List.of(), Duration.ofSeconds(10), 1L << 20, Map.of());
    private Catalog catalog;
    private int files;

    @BeforeEach
    void open() {
        catalog = Catalogs.open(properties());
        new IcebergTables(catalog).loadOrCreate(spec);
    }

    @AfterEach
    void close() {
        Catalogs.close(catalog);
    }

    private Map<String, String> properties() {
        return Catalogs.sqlite(folder.resolve("c.db"), folder.resolve("w"));
    }

    @Test
    void aBranchBeginsAsTheTableIsOrEmpty() throws Exception {
        append(3);
        TableBranches.create(table(), "fix", Start.AS_IT_IS);
        TableBranches.create(table(), "again", Start.EMPTY);
        append(2);
        assertThat(rows(spec)).isEqualTo(5);
        assertThat(rows(spec.onBranch("fix"))).isEqualTo(3);
        assertThat(rows(spec.onBranch("again"))).isZero();
        assertThat(TableBranches.of(table())).extracting(r -> r.kind() + " " + r.name()).containsExactly("BRANCH main",
                "BRANCH again", "BRANCH fix");
    }

    @Test
    void aTableWithoutRowsHasBranchesToo() throws Exception {
        TableBranches.create(table(), "first", Start.AS_IT_IS);
        assertThat(table().currentSnapshot()).isNull();
        assertThat(rows(spec.onBranch("first"))).isZero();
        append(2);
        assertThat(rows(spec)).isEqualTo(2);
        assertThat(rows(spec.onBranch("first"))).isZero();
    }

    @Test
    void aTagKeepsWhatTheTableWas() throws Exception {
        append(3);
        TableBranches.tag(table(), "cut", "main");
        long tagged = table().currentSnapshot().snapshotId();
        append(2);
        append(1);
        TableBranches.tag(table(), "same", Long.toString(tagged));
        table().updateProperties().set("history.expire.max-snapshot-age-ms", "1")
                .set("history.expire.min-snapshots-to-keep", "1").commit();
        SnapshotExpiry.run(table(), Instant.now().plusSeconds(60));
        assertThat(StreamSupport.stream(table().snapshots().spliterator(), false)).hasSize(2);
        assertThat(rows(spec.onBranch("cut"))).isEqualTo(3);
        assertThat(TableBranches.of(table())).filteredOn(r -> r.kind() == Kind.TAG)
                .allSatisfy(r -> assertThat(r.snapshot()).isEqualTo(tagged)).hasSize(2);
    }

    @Test
    void whatIsDroppedIsGoneAndTheTableIsNot() throws Exception {
        append(3);
        TableBranches.create(table(), "fix", Start.AS_IT_IS);
        TableBranches.create(table(), "again", Start.EMPTY);
        TableBranches.tag(table(), "cut", "main");
        for (String name : List.of("fix", "again", "cut")) {
            assertThat(TableBranches.drop(table(), name).name()).isEqualTo(name);
        }
        assertThat(TableBranches.of(table())).extracting(TableBranches.Ref::name).containsExactly("main");
        assertThat(table().properties().keySet())
                .noneMatch(k -> k.startsWith("millrace.landed.") || k.startsWith("millrace.branch."));
        assertThat(rows(spec)).isEqualTo(3);
    }

    @Test
    void commandsFindABranchByItsNameBehindTheTables() throws Exception {
        append(3);
        TableBranches.create(properties(), "db.t", "fix", Start.AS_IT_IS);
        append(2);
        try (TableCatalog views = TableCatalog.open(properties())) {
            assertThat(views.files("db.t")).hasSize(2);
            assertThat(views.files("db.t@fix")).hasSize(1);
            assertThat(views.snapshots("db.t@fix")).as("the table's and its beginning").hasSize(2);
            assertThat(views.table("db.t@nothing")).isEmpty();
        }
        // What is done to all of a table is the same by any of its names.
        assertThat(SnapshotExpiry.plan(properties(), "db.t@fix", Instant.now()))
                .isEqualTo(SnapshotExpiry.plan(properties(), "db.t", Instant.now())).get()
                .extracting(SnapshotExpiry.Plan::kept).isEqualTo(3);
    }

    @Test
    void aBranchGoesOnWhereTheTableIsAndHasHeardNothing() throws Exception {
        append(3);
        CommitMark mark = new CommitMark("c1", 3, 7, new SourcePosition("topic-id", new TreeMap<>(Map.of(0, 10L))),
                new ControlPosition("control-id", 77), new TreeMap<>(Map.of(0, "p1")), new TreeMap<>(Map.of(0, 5L)));
        AppendFiles append = table().newAppend();
        mark.toSummary().forEach(append::set);
        append.commit();
        table().updateProperties().set(MarkedTable.PROPERTY,
                MarkedTable.property("main", table().currentSnapshot(), mark)).commit();
        TableBranches.create(table(), "fix", Start.AS_IT_IS);
        TableBranches.create(table(), "again", Start.EMPTY);
        CommitMark fix = markOf("fix");
        assertThat(fix.position()).isEqualTo(mark.position());
        assertThat(fix.clocks()).isEqualTo(mark.clocks());
        assertThat(fix.layout()).isEqualTo(7);
        // Events of a branch are in a partition of their own, where the table's offset means others.
        assertThat(fix.control()).isEqualTo(new ControlPosition("", 0));
        assertThat(fix.heads()).isEmpty();
        assertThat(markOf("again").position().next()).isEmpty();
        assertThat(TableBranches.of(table())).extracting(r -> r.name() + " " + r.next())
                .containsExactly("main {0=10}", "again {}", "fix {0=10}");
    }

    private CommitMark markOf(String branch) {
        return ((TableLook.Found) MarkedTable.look(table(branch))).state().mark().orElseThrow();
    }

    @Test
    void aBranchThatIsMadeAnewIsAnotherOne() throws Exception {
        append(3);
        TableBranches.create(table(), "fix", Start.AS_IT_IS);
        UUID first = BranchTable.landingId(table("fix")).orElseThrow();
        assertThat(first).isNotEqualTo(table().uuid());
        TableBranches.drop(table(), "fix");
        assertThat(BranchTable.landingId(table("fix"))).isEmpty();
        TableBranches.create(table(), "fix", Start.EMPTY);
        assertThat(BranchTable.landingId(table("fix"))).isPresent().get().isNotEqualTo(first);
    }

    @Test
    void nothingIsLandedOnATagOrABranchOfOthers() throws Exception {
        append(3);
        TableBranches.tag(table(), "cut", "main");
        table().manageSnapshots().createBranch("theirs").commit();
        for (String name : List.of("cut", "theirs", "nothing")) {
            assertThat(MarkedTable.look(table(name))).isInstanceOfSatisfying(TableLook.Unusable.class,
                    u -> assertThat(u.problem().code()).isEqualTo(SinkProblem.BRANCH_MISSING));
        }
    }

    @Test
    void snapshotsOfABranchAreTakenOutAsTheTablesAreAndNoneThatEitherKeeps() throws Exception {
        append(1);
        append(1);
        TableBranches.create(table(), "fix", Start.AS_IT_IS);
        for (int i = 0; i < 6; i++) {
            table().newAppend().toBranch("fix").set(CommitMark.COMMIT_ID, "c" + i).commit();
        }
        append(1);
        table().updateProperties().set("millrace.history.all-ms", "1").commit();
        long head = table("fix").currentSnapshot().snapshotId();
        SnapshotExpiry.run(table(), Instant.now().plusSeconds(7_200));
        assertThat(table("fix").currentSnapshot().snapshotId()).isEqualTo(head);
        assertThat(StreamSupport.stream(table().snapshots().spliterator(), false)).hasSizeLessThan(7);
        assertThat(rows(spec)).isEqualTo(3);
        assertThat(rows(spec.onBranch("fix"))).isEqualTo(2);
    }

    @Test
    void othersMayCommitMeanwhile() throws Exception {
        append(1);
        Table stale = table();
        append(1);
        TableBranches.create(stale, "fix", Start.AS_IT_IS);
        assertThat(rows(spec.onBranch("fix"))).isEqualTo(2);
        try (var threads = Executors.newFixedThreadPool(2)) {
            Future<?> appending = threads.submit(() -> {
                for (int i = 0; i < 20; i++) {
                    append(1);
                }
                return null;
            });
            for (int i = 0; i < 10; i++) {
                TableBranches.create(table(), "empty" + i, Start.EMPTY);
                TableBranches.tag(table(), "tag" + i, "main");
                assertThat(rows(spec.onBranch("empty" + i))).isZero();
                TableBranches.drop(table(), "empty" + i);
            }
            appending.get();
        }
        assertThat(rows(spec)).isEqualTo(22);
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        append(1);
        TableBranches.create(table(), "fix", Start.AS_IT_IS);
        assertThatThrownBy(() -> TableBranches.create(table(), "fix", Start.EMPTY)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("There is a branch or tag fix already.");
        assertThatThrownBy(() -> TableBranches.tag(table(), "main", "main")).hasMessageContaining("already");
        assertThatThrownBy(() -> TableBranches.tag(table(), "a b", "main")).hasMessageContaining("\"a b\" cannot be");
        assertThatThrownBy(() -> TableBranches.tag(table(), "t", "77"))
                .hasMessageContaining("no branch, tag or snapshot 77");
        assertThatThrownBy(() -> TableBranches.tag(table(), "t", "9999999999999999999"))
                .hasMessageContaining("no branch, tag or snapshot");
        assertThatThrownBy(() -> TableBranches.drop(table(), "main")).hasMessageContaining("the table itself");
        assertThatThrownBy(() -> TableBranches.drop(table(), "other")).hasMessageContaining("no branch or tag other");
    }

    private Table table(String branch) {
        return new IcebergTables(catalog).load(spec.onBranch(branch)).orElseThrow();
    }

    private Table table() {
        return new IcebergTables(catalog).load(spec).orElseThrow();
    }

    private long rows(TableSpec of) throws Exception {
        try (TableRows rows = TableRows.of(new IcebergTables(catalog).load(of).orElseThrow())) {
            return StreamSupport.stream(rows.spliterator(), false).count();
        }
    }

    private void append(int rows) throws Exception {
        Table table = table();
        String location = table.location() + "/data/f" + files++ + ".parquet";
        FileAppender<GenericRecord> appender = Parquet.write(table.io().newOutputFile(location)).schema(table.schema())
                .createWriterFunc(GenericParquetWriter::create).build();
        for (long i = 0; i < rows; i++) {
            GenericRecord row = GenericRecord.create(table.schema());
            row.setField("id", i);
            appender.add(row);
        }
        appender.close();
        DataFile file = DataFiles.builder(table.spec()).withPath(location).withFormat("parquet")
                .withMetrics(appender.metrics()).withFileSizeInBytes(appender.length()).build();
        table.newAppend().appendFile(file).commit();
    }
}

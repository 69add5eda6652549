package millrace.sinks.iceberg.commit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.Predecessor;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Rewrite;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.event.StagedDeletes;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.WriterColumns;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.CsvSource;

/** Commits on a real JDBC catalog whose replies can be lost. */
class TableCommitterTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64())));
    private static final FieldType.Struct WIDER = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64()), new Field("more", new FieldType.Text(), true)));

    @TempDir
    Path folder;
    private final FaultyCatalog catalog = new FaultyCatalog();
    private final TableSpec spec = new TableSpec("db", "t", "topic", ROW, TableSpec.Layout.ENGINE, Optional.empty(),
            List.of(), List.of(), Duration.ofSeconds(10), 1L << 20,
            Map.of("commit.retry.min-wait-ms", "1", "commit.retry.max-wait-ms", "5"));
    private IcebergTables tables;
    private TableCommitter committer;

    @BeforeEach
    void open() {
        var properties = new HashMap<>(Catalogs.sqlite(folder.resolve("c.db"), folder.resolve("w")));
        properties.put("jdbc.schema-version", "V1");
        properties.put("io-impl", "millrace.sinks.iceberg.table.LocalFileIO");
        catalog.initialize("test", properties);
        tables = new IcebergTables(catalog);
        tables.loadOrCreate(spec);
        committer = new TableCommitter(tables, spec, id -> WriterColumns.of(WIDER));
    }

    @Test
    void aCommitCarriesItsMarkInSummaryAndProperty() {
        TableState after = committed(commit(state(), "c1", 0, 10));
        assertThat(after.mark().orElseThrow().position().next(0)).hasValue(10);
        assertThat(table().currentSnapshot().summary()).containsKey(CommitMark.POSITION);
        assertThat(table().properties()).containsKey(MarkedTable.PROPERTY);
        assertThat(rows()).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({"2, true, false", "3, true, true", "3, false, false"})
    void aNewColumnHasItsDefaultInOldRowsWhereTheFormatKnowsDefaults(int version, String allowed, boolean has) {
        catalog.dropTable(IcebergTables.identifier(spec), true);
        tables.loadOrCreate(spec.withProperties(Map.of("format-version", Integer.toString(version),
                TableCommitter.COLUMN_DEFAULTS, allowed)));
        committer = new TableCommitter(tables, spec, id -> new WriterColumns(WIDER, Map.of("more", "none")));
        TableState start = state();
        committed(committer.commit(
                new CommitRequest(start, mark(start, "c1", 10), List.of(proposal(0, 10)), OptionalInt.of(7))));
        var column = table().schema().findField("more");
        assertThat(column.initialDefault()).isEqualTo(has ? "none" : null);
        assertThat(column.writeDefault()).isEqualTo(column.initialDefault());
    }

    @Test
    void aLostReplyIsFoundToBeACommit() {
        TableState start = state();
        catalog.fault = Fault.COMMITTED_AND_REPLY_LOST;
        committed(commit(start, "c1", 0, 10));
        assertThat(rows()).isEqualTo(10);
        assertThat(commit(start, "c2", 0, 10)).isInstanceOf(CommitOutcome.Conflict.class);
        assertReadable();
    }

    @Test
    void aCommitThatIcebergRetriesAlthoughItHadSucceededIsNotDoneTwiceNorItsManifestsDeleted() {
        catalog.fault = Fault.COMMITTED_AND_CALLED_A_CONFLICT;
        committed(commit(state(), "c1", 0, 10));
        assertThat(rows()).isEqualTo(10);
        assertReadable();
    }

    @Test
    void neitherIsACommitOfVectorsThatConflictsWithItself() {
        DataFile file = file(10);
        TableState empty = state();
        committed(committer.commit(new CommitRequest(empty, mark(empty, "c1", 10),
                List.of(proposal(0, 10, file, Optional.empty())), OptionalInt.empty())));
        DeadRows dead = new DeadRows();
        dead.add(file.location(), 3);
        TableState before = state();
        Proposal second = proposal(10, 11, file(1), Optional.of(dead.write(table(), "p2")));
        catalog.fault = Fault.COMMITTED_AND_CALLED_A_CONFLICT;
        committed(committer.commit(new CommitRequest(before, mark(before, "c2", 11), List.of(second),
                OptionalInt.empty())));
        assertThat(table().currentSnapshot().summary()).containsEntry("total-position-deletes", "1")
                .containsEntry("total-records", "11");
        for (var manifest : table().currentSnapshot().allManifests(table().io())) {
            assertThat(table().io().newInputFile(manifest.path()).exists()).isTrue();
        }
    }

    @Test
    void aLostRequestIsUnknownAndCanBeDoneAgain() {
        TableState start = state();
        catalog.fault = Fault.NOT_COMMITTED_AND_REPLY_LOST;
        assertThat(commit(start, "c1", 0, 10)).isInstanceOf(CommitOutcome.Unknown.class);
        assertThat(state()).isEqualTo(start);
        committed(commit(start, "c2", 0, 10));
        assertThat(rows()).isEqualTo(10);
    }

    @Test
    void ofTwoCommittersOneWins() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 10; round++) {
                TableState start = state();
                long from = round * 10L;
                CyclicBarrier together = new CyclicBarrier(2);
                List<Future<CommitOutcome>> outcomes = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    String id = "c" + round + "-" + i;
                    outcomes.add(threads.submit(() -> {
                        together.await();
                        return commit(start, id, from, from + 10);
                    }));
                }
                int wins = 0;
                for (Future<CommitOutcome> outcome : outcomes) {
                    wins += outcome.get() instanceof CommitOutcome.Committed ? 1 : 0;
                }
                assertThat(wins).isEqualTo(1);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(rows()).isEqualTo(100);
        assertReadable();
    }

    @Test
    void anOlderEpochIsFencedAndForeignCommitsAreNot() {
        TableState first = committed(commit(state(), "c1", 0, 10));
        table().newAppend().appendFile(file(3)).commit();
        TableState second = committed(commit(first, "c2", 10, 20));
        assertThat(commit(first, "c3", 10, 20)).isInstanceOf(CommitOutcome.Conflict.class);
        assertThat(second.mark().orElseThrow().position().next(0)).hasValue(20);
        assertThat(rows()).isEqualTo(23);
    }

    @Test
    void thePositionSurvivesTheExpiryOfItsSnapshot() {
        committed(commit(state(), "c1", 0, 10));
        for (int i = 0; i < 3; i++) {
            table().newAppend().appendFile(file(1)).commit();
        }
        table().expireSnapshots().expireOlderThan(System.currentTimeMillis() + 1).retainLast(1).commit();
        TableState after = state();
        assertThat(after.mark().orElseThrow().position().next(0)).hasValue(10);
        assertThat(after.newestInAncestry()).isEmpty();
        committed(commit(after, "c2", 10, 20));
        assertThat(rows()).isEqualTo(23);
    }

    @Test
    void aCommitterWhoLookedBeforeItsSuccessorCameAndExpiredIsStillFenced() {
        TableState first = committed(commit(state(), "c1", 0, 10));
        forgetSnapshotsOfOurs();
        TableState stale = state();
        assertThat(stale.newestInAncestry()).isEmpty();
        committed(commit(stale, "c2", 10, 20));
        forgetSnapshotsOfOurs();
        assertThat(commit(stale, "c3", 10, 20)).isInstanceOf(CommitOutcome.Conflict.class);
        assertThat(first.epoch()).isEqualTo(1);
        assertThat(rows()).isEqualTo(22);
    }

    private void forgetSnapshotsOfOurs() {
        table().newAppend().appendFile(file(1)).commit();
        table().expireSnapshots().expireOlderThan(System.currentTimeMillis() + 1).retainLast(1).commit();
    }

    @Test
    void aRollbackBySomeoneElseIsSeen() {
        committed(commit(state(), "c1", 0, 10));
        long early = table().currentSnapshot().snapshotId();
        TableState late = committed(commit(state(), "c2", 10, 20));
        table().manageSnapshots().setCurrentSnapshot(early).commit();
        assertThat(committer.look()).isInstanceOfSatisfying(TableLook.Unusable.class,
                u -> assertThat(u.problem().code()).isEqualTo(SinkProblem.FOREIGN_ROLLBACK));
        assertThat(commit(late, "c3", 20, 30)).isInstanceOf(CommitOutcome.Conflict.class);
        // Foreign commits on top and the removal of what was rolled back do not hide it.
        table().newAppend().appendFile(file(1)).commit();
        table().expireSnapshots().expireSnapshotId(late.snapshotId()).commit();
        assertThat(committer.look()).isInstanceOf(TableLook.Unusable.class);
    }

    @Test
    void aSchemaChangesInTheSameTransaction() {
        TableState start = state();
        var request = new CommitRequest(start, mark(start, "c1", 10), List.of(proposal(0, 10)), OptionalInt.of(7));
        TableState after = committed(committer.commit(request));
        assertThat(table().schema().findField("more")).isNotNull();
        assertThat(after.schemaIds()).hasSize(2);
        assertThat(rows()).isEqualTo(10);
    }

    @Test
    void aMissingTableIsNoCommit() {
        TableState start = state();
        var request = new CommitRequest(start, mark(start, "c1", 10), List.of(proposal(0, 10)), OptionalInt.empty());
        catalog.dropTable(IcebergTables.identifier(spec), false);
        assertThat(committer.commit(request)).isInstanceOfSatisfying(CommitOutcome.NotCommitted.class,
                n -> assertThat(n.problem().code()).isEqualTo(SinkProblem.TABLE_MISSING));
        assertThat(committer.look()).isInstanceOf(TableLook.Unusable.class);
    }

    @Test
    void aFileThatIsNoneNamesItsProposal() {
        TableState start = state();
        var bad = new Proposal("bad", "w", new Predecessor.AfterSnapshot(0), 1, "topic-id",
                new TreeMap<>(Map.of(0, new OffsetRange(0, 1))), List.of(0), List.of(new StagedFile("{}", 1, 1)),
                Optional.empty(), Collections.emptySortedMap(), Instant.EPOCH);
        var request = new CommitRequest(start, mark(start, "c1", 1), List.of(bad), OptionalInt.empty());
        assertThat(committer.commit(request)).isInstanceOfSatisfying(CommitOutcome.Unreadable.class,
                u -> assertThat(u.proposal()).isEqualTo("bad"));
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "NOT_COMMITTED_AND_REPLY_LOST", mode = EnumSource.Mode.EXCLUDE)
    void aRewriteTakesThePlaceOfItsFiles(Fault fault) {
        Rewrite rewrite = rewriteOfTwoFiles();
        catalog.fault = fault;
        TableState after = committed(committer.commit(replace(rewrite)));
        assertThat(table().currentSnapshot().summary()).containsEntry("total-data-files", "1")
                .containsEntry("total-records", "15").doesNotContainEntry("added-data-files", "2");
        assertThat(table().currentSnapshot().operation()).isEqualTo("replace");
        assertThat(after.history().has("r1")).isTrue();
        assertThat(after.layout()).isEqualTo(2);
        assertThat(after.canFollowFrom(1)).isTrue();
        assertReadable();
    }

    @Test
    void aRewriteDoesNotUndoWhatOthersHaveDeletedSinceItsFilesWereRead() throws IOException {
        Rewrite rewrite = rewriteOfTwoFiles();
        String first = path(rewrite);
        BaseDVFileWriter vector = new BaseDVFileWriter(
                OutputFileFactory.builderFor(table(), 0, 0).format(FileFormat.PUFFIN).build(), f -> null);
        try (vector) {
            vector.delete(first, 3, table().spec(), null);
        }
        RowDelta foreign = table().newRowDelta();
        vector.result().deleteFiles().forEach(foreign::addDeletes);
        foreign.commit();
        committed(commit(state(), "c3", 15, 20));
        assertThat(committer.commit(replace(rewrite))).isInstanceOf(CommitOutcome.RewriteRefused.class);
        assertThat(table().currentSnapshot().summary()).containsEntry("total-data-files", "3")
                .containsEntry("total-position-deletes", "1");
    }

    @Test
    void norDoesItBringBackFilesThatOthersHaveDeleted() throws IOException {
        Rewrite rewrite = rewriteOfTwoFiles();
        table().newDelete().deleteFile(path(rewrite)).commit();
        committed(commit(state(), "c3", 15, 20));
        assertThat(committer.commit(replace(rewrite))).isInstanceOf(CommitOutcome.RewriteRefused.class);
        assertThat(rows()).isEqualTo(10);
    }

    @Test
    void aRewriteOfAnExpiredSnapshotIsRefused() {
        Rewrite rewrite = rewriteOfTwoFiles();
        committed(commit(state(), "c3", 15, 20));
        table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
        assertThat(committer.commit(replace(rewrite))).isInstanceOf(CommitOutcome.RewriteRefused.class);
        assertThat(rows()).isEqualTo(20);
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "NOT_COMMITTED_AND_REPLY_LOST", mode = EnumSource.Mode.EXCLUDE)
    void filesThatLeaveTakeTheirRowsWithThem(Fault fault) {
        Rewrite leave = leaving(rewriteOfTwoFiles());
        catalog.fault = fault;
        TableState after = committed(committer.commit(replace(leave)));
        assertThat(table().currentSnapshot().operation()).isEqualTo("delete");
        assertThat(table().currentSnapshot().summary()).containsEntry("total-data-files", "1")
                .containsEntry("total-records", "5");
        assertThat(after.layout()).isEqualTo(2);
        assertThat(after.position()).isPresent();
        assertReadable();
    }

    @Test
    void theyLeaveWithWhatWasDeletedInThemMeanwhileAndHoweverLongAgoTheyWereSeen() throws IOException {
        Rewrite leave = leaving(rewriteOfTwoFiles());
        BaseDVFileWriter vector = new BaseDVFileWriter(
                OutputFileFactory.builderFor(table(), 0, 0).format(FileFormat.PUFFIN).build(), f -> null);
        try (vector) {
            vector.delete(path(leave), 3, table().spec(), null);
        }
        RowDelta foreign = table().newRowDelta();
        vector.result().deleteFiles().forEach(foreign::addDeletes);
        foreign.commit();
        committed(commit(state(), "c3", 15, 20));
        table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
        committed(committer.commit(replace(leave)));
        assertThat(table().currentSnapshot().summary()).containsEntry("total-data-files", "2")
                .containsEntry("total-records", "10").containsEntry("total-delete-files", "0")
                .containsEntry("total-position-deletes", "0");
    }

    @Test
    void filesThatAreGoneCannotLeave() throws IOException {
        Rewrite leave = leaving(rewriteOfTwoFiles());
        table().newDelete().deleteFile(path(leave)).commit();
        committed(commit(state(), "c3", 15, 20));
        assertThat(committer.commit(replace(leave))).isInstanceOf(CommitOutcome.RewriteRefused.class);
        assertThat(rows()).isEqualTo(10);
    }

    /** The first of its files. */
    private static Rewrite leaving(Rewrite of) {
        return new Rewrite(Rewrite.Kind.LEAVE, of.id(), of.worker(), of.layout(), of.snapshotId(),
                of.replaced().subList(0, 1), List.of(), List.of(), Optional.empty(), of.created());
    }

    private Rewrite rewriteOfTwoFiles() {
        DataFile first = file(10);
        DataFile second = file(5);
        TableState empty = state();
        committed(committer.commit(new CommitRequest(empty, mark(empty, "c1", 10),
                List.of(proposal(0, 10, first, Optional.empty())), OptionalInt.empty())));
        TableState before = state();
        committed(committer.commit(new CommitRequest(before, mark(before, "c2", 15),
                List.of(proposal(10, 15, second, Optional.empty())), OptionalInt.empty())));
        return new Rewrite(Rewrite.Kind.REPLACE, "r1", "m", 1, state().snapshotId(),
                List.of(TableCommitter.named(first, table().specs()), TableCommitter.named(second, table().specs())),
                List.of(), List.of(TableCommitter.staged(file(15), table().specs())), Optional.empty(), Instant.EPOCH);
    }

    private CommitRequest replace(Rewrite rewrite) {
        CommitMark mark = state().mark().orElseThrow();
        return CommitRequest.of(state(), mark.inLayout(mark.layout() + 1).as("c-" + rewrite.id()), rewrite);
    }

    private static String path(Rewrite rewrite) throws IOException {
        return new ObjectMapper().readTree(rewrite.replaced().get(0)).get("file-path").textValue();
    }

    private CommitOutcome commit(TableState expected, String id, long from, long to) {
        return committer.commit(new CommitRequest(expected, mark(expected, id, to), List.of(proposal(from, to)),
                OptionalInt.empty()));
    }

    private static CommitMark mark(TableState expected, String id, long to) {
        return new CommitMark(id, Math.max(1, expected.epoch()), 1,
                new SourcePosition("topic-id", new TreeMap<>(Map.of(0, to))), new ControlPosition("control-id", to),
                new TreeMap<>(Map.of(0, "p" + to)), Collections.emptySortedMap());
    }

    private Proposal proposal(long from, long to) {
        return proposal(from, to, file(to - from), Optional.empty());
    }

    private Proposal proposal(long from, long to, DataFile file, Optional<StagedDeletes> deletes) {
        return new Proposal(UUID.randomUUID().toString(), "w", new Predecessor.AfterSnapshot(0), 1, "topic-id",
                new TreeMap<>(Map.of(0, new OffsetRange(from, to))), List.of(0),
                List.of(TableCommitter.staged(file, table().specs())), deletes,
                Collections.emptySortedMap(),
                Instant.EPOCH);
    }

    private DataFile file(long rows) {
        return DataFiles.builder(table().spec()).withPath(folder + "/" + UUID.randomUUID() + ".parquet")
                .withFormat(FileFormat.PARQUET).withFileSizeInBytes(100).withRecordCount(rows).build();
    }

    private TableState state() {
        return ((TableLook.Found) committer.look()).state();
    }

    private static TableState committed(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        return ((CommitOutcome.Committed) outcome).state();
    }

    private Table table() {
        return tables.load(spec).orElseThrow();
    }

    private long rows() {
        return Long.parseLong(table().currentSnapshot().summary().get("total-records"));
    }

    /** Every manifest of the current snapshot is still there. */
    private void assertReadable() {
        Table table = table();
        long files = 0;
        for (var manifest : table.currentSnapshot().allManifests(table.io())) {
            assertThat(table.io().newInputFile(manifest.path()).exists()).isTrue();
            files += manifest.addedFilesCount() + manifest.existingFilesCount();
        }
        assertThat(files).isEqualTo(Long.parseLong(table.currentSnapshot().summary().get("total-data-files")));
    }

    private enum Fault {
        NONE, COMMITTED_AND_REPLY_LOST, COMMITTED_AND_CALLED_A_CONFLICT, NOT_COMMITTED_AND_REPLY_LOST
    }

    /** A JDBC catalog that fails once, in a chosen way. */
    private static final class FaultyCatalog extends JdbcCatalog {
        private Fault fault = Fault.NONE;

        @Override
        protected TableOperations newTableOps(TableIdentifier identifier) {
            TableOperations real = super.newTableOps(identifier);
            return new FaultyOperations(real, (commit) -> {
                Fault now = fault;
                fault = Fault.NONE;
                if (now != Fault.NOT_COMMITTED_AND_REPLY_LOST) {
                    commit.run();
                }
                switch (now) {
                    case NONE -> {}
                    case COMMITTED_AND_REPLY_LOST, NOT_COMMITTED_AND_REPLY_LOST ->
                        throw new IllegalStateException("connection reset");
                    case COMMITTED_AND_CALLED_A_CONFLICT -> throw new CommitFailedException("busy, try again");
                }
            });
        }
    }

    private record FaultyOperations(TableOperations real, Consumer<Runnable> committing) implements TableOperations {
        @Override
        public TableMetadata current() {
            return real.current();
        }

        @Override
        public TableMetadata refresh() {
            return real.refresh();
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            committing.accept(() -> real.commit(base, metadata));
        }

        @Override
        public FileIO io() {
            return real.io();
        }

        @Override
        public String metadataFileLocation(String fileName) {
            return real.metadataFileLocation(fileName);
        }

        @Override
        public LocationProvider locationProvider() {
            return real.locationProvider();
        }

        @Override
        public TableOperations temp(TableMetadata uncommitted) {
            return real.temp(uncommitted);
        }

        @Override
        public long newSnapshotId() {
            return real.newSnapshotId();
        }

        @Override
        public boolean requireStrictCleanup() {
            return real.requireStrictCleanup();
        }
    }
}

package millrace.sinks.iceberg.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.commit.CommitDuty;
import millrace.sinks.iceberg.commit.CommitRules;
import millrace.sinks.iceberg.commit.TableCommitter;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.delete.CurrentFiles;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.delete.DeleteMerge;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.Predecessor;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Rewrite;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.publish.RangePublisher.Exactness;
import millrace.sinks.iceberg.publish.RangePublisher.State;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.WriterColumns;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of the hours 8 to 14 make way for those of a branch, in a table whose rows stay. */
class RangePublisherTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true)),
            Field.required("n", new FieldType.Int64())));
    private static final LocalDateTime MIDNIGHT = LocalDateTime.of(2026, 11, 1, 0, 0);
    private static final RowRange RANGE = new RowRange("at", OptionalLong.of(micros(8)), OptionalLong.of(micros(14)));
    private static final CommitRules RULES = new CommitRules(Duration.ZERO, Duration.ofSeconds(3),
            Duration.ofHours(1), Duration.ofMillis(100), Duration.ofSeconds(1));

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final IcebergTables tables = new IcebergTables(catalog);
    private final List<SinkEvent> control = new ArrayList<>();
    private final TestClock clock = new TestClock();
    private Exactness exactness = Exactness.ALWAYS;
    private TableSpec spec;
    private CommitDuty duty;
    private int heard;
    private long offset;
    private int names;

    RangePublisherTest() {
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
    }

    @ParameterizedTest
    @CsvSource({"2, ''", "3, ''", "2, hour(at)", "3, hour(at)"})
    void wholeFilesGoAndStraddlersLoseTheirRowsInOneCommit(String format, String partition) {
        create(format, partition);
        land(hours(0, 9), 100);
        land(hours(10, 12), 100);
        land(hours(12, 20), 100);
        branch(hours(8, 14), 200);
        Set<String> published = files("main");
        int snapshots = snapshots();

        State.Published done = publish(toBranch("before"));

        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 8, 100, 8, 14, 200, 14, 20, 100));
        assertThat(snapshots()).isEqualTo(snapshots + 1);
        assertThat(table().currentSnapshot().snapshotId()).isEqualTo(done.after().getAsLong());
        assertThat(table().currentSnapshot().summary()).containsEntry(RangePublisher.PUBLISHED, "before")
                .containsEntry("why", "test");
        assertThat(table().snapshot("before").snapshotId()).isEqualTo(done.before());
        assertThat(rows("before")).containsExactlyElementsOf(expected(0, 9, 100, 10, 20, 100));
        assertThat(files("main")).as("files of the range alone have left the table")
                .doesNotContainAnyElementsOf(onlyOfRange(published));
        land(hours(20, 22), 100);
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 8, 100, 8, 14, 200, 14, 22, 100));
        if (format.equals("3")) {
            assertThat(rowIds()).hasSize(22);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, ''", "3, hour(at)"})
    void itIsTakenBackByCopiesOfWhatTheTagHas(String format, String partition) {
        create(format, partition);
        land(hours(0, 12), 100);
        land(hours(12, 20), 100);
        kill(10);
        branch(hours(8, 14), 200);
        Set<String> first = files("main");
        publish(toBranch("before"));
        land(hours(20, 24), 100);
        Set<String> second = files("main");

        publish(back());

        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 10, 100, 11, 24, 100));
        first.removeAll(second);
        assertThat(files("main")).as("a file that has left does not come again").noneMatch(first::contains);
        assertThat(first.isEmpty()).isEqualTo(partition.isEmpty());
        table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 10, 100, 11, 24, 100));
        assertThat(rows("before-back")).hasSize(24);
    }

    @Test
    void itWaitsUntilNothingCanComeForTheRange() {
        create("3", "");
        land(hours(0, 12), 100);
        branch(hours(8, 14), 200);
        RangePublisher publisher = publisher(new RangePublisher.Request(
                new RangeSource("replay", RangeSource.Files.AS_THEY_ARE), RANGE, OptionalLong.of(micros(16)), "before",
                Map.of()));
        assertThat(publisher.step()).isEqualTo(new State.Waiting(OptionalLong.of(micros(11))));
        land(hours(12, 16), 100);
        assertThat(publisher.step()).isEqualTo(new State.Waiting(OptionalLong.of(micros(15))));
        land(hours(16, 20), 100);
        assertThat(run(publisher)).isInstanceOf(State.Published.class);
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 8, 100, 8, 14, 200, 14, 20, 100));
    }

    @Test
    void itIsHeldAsLongAsNobodyKnowsWhetherTheRowsAreAll() {
        create("3", "");
        land(hours(0, 20), 100);
        branch(hours(8, 14), 200);
        List<Long> asked = new ArrayList<>();
        List<Exactness.Verdict> answers = new ArrayList<>(List.of(new Exactness.Verdict.NotYet("rows are under way"),
                Exactness.Verdict.EXACT, new Exactness.Verdict.NotYet("bronze is behind"),
                new Exactness.Verdict.Inexact(
                        Problem.of(SinkProblem.RANGE_OPEN, "db.t", "two more have come"))));
        exactness = new Exactness() {
            @Override
            public Verdict hasAll(TableState table) {
                asked.add(table.snapshotId());
                return answers.remove(0);
            }

            @Override
            public Later hasNoMore() {
                return () -> answers.remove(0);
            }
        };
        RangePublisher publisher = publisher(toBranch("before"));
        assertThat(publisher.step()).isEqualTo(new State.Held("rows are under way"));
        land(hours(20, 21), 100);
        assertThat(publisher.step()).isEqualTo(new State.Held("bronze is behind"));
        land(hours(21, 22), 100);
        assertThat(publisher.step()).isInstanceOf(State.Failed.class);
        assertThat(asked).as("what is asked later is asked of the table as it was seen").hasSize(2)
                .doesNotContain(state().snapshotId());
        assertThat(control).noneMatch(SinkEvent.RangeStaged.class::isInstance);
    }

    @Test
    void whatOthersRewriteBetweenTwoPublicationsIsFound() {
        create("3", "");
        land(hours(0, 12), 100);
        land(hours(12, 20), 100);
        branch(hours(8, 14), 200);
        publish(toBranch("before"));
        // One committer all the time, whose idea of the table's files is that of its own commits.
        RewriteFiles foreign = table().newRewrite().validateFromSnapshot(state().snapshotId());
        tasks("main").forEach(t -> {
            foreign.deleteFile(t.file());
            t.deletes().forEach(foreign::deleteFile);
        });
        write(hours(0, 8), 100).forEach(foreign::addFile);
        write(hours(8, 14), 200).forEach(foreign::addFile);
        write(hours(14, 20), 100).forEach(foreign::addFile);
        foreign.commit();
        land(hours(20, 22), 100);
        publish(back());
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 22, 100));
    }

    @Test
    void whatIsHeardLongAfterItWasGivenUpIsNotDone() {
        create("3", "");
        land(hours(0, 20), 100);
        branch(hours(8, 14), 200);
        RangePublisher publisher = publisher(toBranch("before"));
        publisher.step();
        clock.pass(Duration.ofMinutes(16));
        deliver(publisher);
        assertThat(control).anyMatch(SinkEvent.RewriteRefused.class::isInstance);
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 20, 100));
    }

    @Test
    void ofABranchThatIsGoneNothingIsPublished() {
        create("3", "");
        land(hours(0, 20), 100);
        branch(hours(8, 14), 200);
        RangePublisher publisher = publisher(toBranch("before"));
        publisher.step();
        TableBranches.drop(table(), "replay");
        deliver(publisher);
        assertThat(publisher.step()).isInstanceOf(State.Failed.class);
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 20, 100));
    }

    @Test
    void whatWasRewrittenMeanwhileIsLookedForAgain() {
        create("3", "");
        land(hours(0, 12), 100);
        land(hours(12, 20), 100);
        branch(hours(8, 14), 200);
        RangePublisher publisher = publisher(toBranch("before"));
        assertThat(publisher.step()).isEqualTo(new State.Proposed(1, 6, 6));
        // Both are in the control topic now, the rewrite first.
        SinkEvent proposed = control.remove(control.size() - 1);
        control.add(rewriteAll());
        control.add(proposed);
        deliver(publisher);
        assertThat(publisher.step()).isEqualTo(new State.Proposed(1, 6, 6));
        assertThat(run(publisher)).isInstanceOf(State.Published.class);
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 8, 100, 8, 14, 200, 14, 20, 100));
    }

    @Test
    void rowsOfTheRangeThatComeMeanwhileMakeWayToo() {
        create("3", "");
        land(hours(0, 12), 100);
        branch(hours(8, 14), 200);
        RangePublisher publisher = publisher(toBranch("before"));
        publisher.step();
        SinkEvent proposed = control.remove(control.size() - 1);
        land(hours(12, 20), 100);
        control.add(proposed);
        deliver(publisher);
        assertThat(publisher.step()).isEqualTo(new State.Proposed(1, 6, 6));
        assertThat(run(publisher)).isInstanceOf(State.Published.class);
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 8, 100, 8, 14, 200, 14, 20, 100));
    }

    @Test
    void whoComesAfterACrashFindsThatItIsDone() {
        create("3", "");
        land(hours(0, 20), 100);
        branch(hours(8, 14), 200);
        RangePublisher killed = publisher(toBranch("before"));
        killed.step();
        RangePublisher next = publisher(toBranch("before"));
        next.step();
        deliver(killed);
        assertThat(run(next)).isInstanceOf(State.Published.class);
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 8, 100, 8, 14, 200, 14, 20, 100));
        int snapshots = snapshots();
        assertThat(publish(toBranch("before"))).isEqualTo(next.state());
        assertThat(snapshots()).isEqualTo(snapshots);
    }

    @Test
    void nothingTakesThePlaceOfRowsIfTheReplayHasNone() {
        create("3", "");
        land(hours(0, 20), 100);
        TableBranches.create(table(), "replay", TableBranches.Start.EMPTY);
        publish(toBranch("before"));
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 8, 100, 14, 20, 100));
        publish(back());
        assertThat(rows("main")).containsExactlyElementsOf(expected(0, 20, 100));
    }

    @Test
    void itEndsIfNobodyAnswers() {
        create("3", "");
        land(hours(0, 20), 100);
        branch(hours(8, 14), 200);
        RangePublisher publisher = publisher(toBranch("before"));
        publisher.step();
        int sent = control.size();
        clock.pass(Duration.ofSeconds(6));
        publisher.step();
        assertThat(control).as("sent again").hasSize(sent + 1);
        clock.pass(Duration.ofMinutes(2));
        assertThat(publisher.step()).isInstanceOfSatisfying(State.Failed.class,
                f -> assertThat(f.problem().code()).isEqualTo(SinkProblem.COMMITTER_SILENT));
    }

    @Test
    void aBranchThatIsNotThereIsNamed() {
        create("3", "");
        land(hours(0, 20), 100);
        assertThat(publisher(toBranch("before")).step()).isInstanceOfSatisfying(State.Failed.class,
                f -> assertThat(f.problem().toText("error")).contains("BRANCH_MISSING", "replay"));
    }

    private static RangePublisher.Request toBranch(String tag) {
        return new RangePublisher.Request(new RangeSource("replay", RangeSource.Files.AS_THEY_ARE), RANGE,
                OptionalLong.empty(), tag, Map.of("why", "test"));
    }

    /** To what the table had before. */
    private static RangePublisher.Request back() {
        return new RangePublisher.Request(new RangeSource("before", RangeSource.Files.AS_COPIES), RANGE,
                OptionalLong.empty(), "before-back", Map.of());
    }

    private RangePublisher publisher(RangePublisher.Request request) {
        return new RangePublisher("p" + ++names, tables, spec, control::add, request,
                exactness, RangePublisher.Patience.USUAL, clock);
    }

    private State.Published publish(RangePublisher.Request request) {
        return (State.Published) run(publisher(request));
    }

    private State run(RangePublisher publisher) {
        for (int i = 0; i < 10 && !publisher.isOver(); i++) {
            publisher.step();
            deliver(publisher);
        }
        return publisher.state();
    }

    /** The committer hears everything, and the publisher what it answers; it has not looked again yet. */
    private void deliver(RangePublisher publisher) {
        commit();
        control.forEach(e -> {
            if (e instanceof SinkEvent.Answer answer) {
                publisher.hear(answer);
            }
        });
    }

    private void commit() {
        duty.step(clock.instant());
        duty.rewind().ifPresent(from -> heard = (int) from);
        while (heard < control.size()) {
            int next = heard++;
            duty.arrived(next, control.get(next), clock.instant());
            duty.rewind().ifPresent(from -> heard = (int) from);
        }
        duty.step(clock.instant());
    }

    private void create(String format, String partition) {
        spec = new TableSpec("db", "t", "topic", ROW, TableSpec.Layout.ENGINE, Optional.empty(),
                partition.isEmpty() ? List.of() : List.of(partition), List.of(), Duration.ofSeconds(1), 1L << 20,
                Map.of("format-version", format));
        tables.loadOrCreate(spec);
        TableCommitter committer = new TableCommitter(tables, spec, id -> WriterColumns.of(ROW));
        duty = new CommitDuty("t", table().uuid(), committer, control::add, RULES, "control-id", "c",
                () -> "c" + ++names);
        commit();
    }

    /** One row for each hour, and the table is complete through the last. */
    private void land(List<Integer> hours, long plus) {
        long from = offset;
        offset += hours.size();
        control.add(new SinkEvent.FilesStaged(table().uuid(), new Proposal("w" + ++names, "w",
                new Predecessor.AfterSnapshot(0), state().layout(), "topic-id",
                new TreeMap<>(Map.of(0, new OffsetRange(from, offset))), List.of(0),
                write(hours, plus).stream().map(f -> TableCommitter.staged(f, table().specs())).toList(),
                Optional.empty(), new TreeMap<>(Map.of(0, micros(hours.get(hours.size() - 1)))), clock.instant())));
        commit();
    }

    private TableState state() {
        return ((TableLook.Found) new TableCommitter(tables, spec, id -> WriterColumns.of(ROW)).look()).state();
    }

    private void branch(List<Integer> hours, long plus) {
        TableBranches.create(table(), "replay", TableBranches.Start.EMPTY);
        var append = table().newAppend().toBranch("replay");
        write(hours, plus).forEach(append::appendFile);
        append.commit();
    }

    /** Someone deletes the row of an hour by its position. */
    private void kill(int hour) {
        DeadRows dead = new DeadRows();
        try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                long position = 0;
                try (TableRows rows = TableRows.ofFile(table(), task.file())) {
                    for (Record row : rows) {
                        if (row.getField("at").equals(MIDNIGHT.plusHours(hour).atOffset(ZoneOffset.UTC))) {
                            dead.add(task.file().location(), position);
                        }
                        position++;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long head = table().currentSnapshot().snapshotId();
        RowDelta delta = table().newRowDelta().validateFromSnapshot(head);
        DeleteMerge.merge(table(), CurrentFiles.of(table(), head), List.of(), dead, "kill").into(delta);
        delta.commit();
    }

    private SinkEvent rewriteAll() {
        Table table = table();
        List<String> replaced = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(t -> replaced.add(TableCommitter.named(t.file(), table.specs())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SinkEvent.RewriteStaged(table.uuid(),
                new Rewrite(Rewrite.Kind.REPLACE, "m" + ++names, "m", state().layout(), state().snapshotId(), replaced,
                        List.of(), write(hours(0, 20), 100).stream().map(f -> TableCommitter.staged(f, table.specs()))
                                .toList(),
                        Optional.empty(), clock.instant()));
    }

    /** One file, or one for each partition. */
    private List<DataFile> write(List<Integer> hours, long plus) {
        Table table = table();
        List<DataFile> files = new ArrayList<>();
        List<List<Integer>> parts = table.spec().isPartitioned()
                ? hours.stream().map(List::of).toList()
                : List.of(hours);
        for (List<Integer> part : parts) {
            List<Record> rows = part.stream().map(h -> row(table, h, plus)).toList();
            PartitionKey key = new PartitionKey(table.spec(), table.schema());
            key.partition(new InternalRecordWrapper(table.schema().asStruct()).wrap(rows.get(0)));
            OutputFileFactory names = OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PARQUET).build();
            DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table).dataFileFormat(FileFormat.PARQUET)
                    .build().newDataWriter(table.spec().isPartitioned()
                            ? names.newOutputFile(table.spec(), key)
                            : names.newOutputFile(), table.spec(), table.spec().isPartitioned() ? key : null);
            try (writer) {
                rows.forEach(writer::write);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            files.add(writer.toDataFile());
        }
        return files;
    }

    private static Record row(Table table, int hour, long plus) {
        Record row = GenericRecord.create(table.schema());
        row.setField("at", MIDNIGHT.plusHours(hour).atOffset(ZoneOffset.UTC));
        row.setField("n", hour + plus);
        return row;
    }

    private static List<Integer> hours(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static long micros(int hour) {
        return ChronoUnit.MICROS.between(LocalDateTime.of(1970, 1, 1, 0, 0), MIDNIGHT.plusHours(hour));
    }

    /** Stretches, each as from, to and what is added to the hour. */
    private static List<Long> expected(int... stretches) {
        List<Long> rows = new ArrayList<>();
        for (int i = 0; i < stretches.length; i += 3) {
            for (int hour = stretches[i]; hour < stretches[i + 1]; hour++) {
                rows.add((long) hour + stretches[i + 2]);
            }
        }
        rows.sort(Long::compare);
        return rows;
    }

    private List<Long> rows(String ref) {
        List<Long> rows = new ArrayList<>();
        try (CloseableIterable<Record> live = IcebergGenerics.read(table())
                .useSnapshot(table().snapshot(ref).snapshotId()).build()) {
            live.forEach(r -> rows.add((Long) r.getField("n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rows.sort(Long::compare);
        return rows;
    }

    /** Each row's own, which no two have. */
    private Set<Long> rowIds() {
        Set<Long> ids = new HashSet<>();
        Schema projection = new Schema(table().schema().findField("n"), MetadataColumns.ROW_ID);
        try (CloseableIterable<Record> live = IcebergGenerics.read(table()).project(projection).build()) {
            live.forEach(r -> ids.add((Long) r.get(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ids;
    }

    private Set<String> files(String ref) {
        return tasks(ref).stream().map(t -> t.file().location()).collect(Collectors.toCollection(TreeSet::new));
    }

    private List<FileScanTask> tasks(String ref) {
        try (CloseableIterable<FileScanTask> tasks = table().newScan()
                .useSnapshot(table().snapshot(ref).snapshotId()).planFiles()) {
            List<FileScanTask> all = new ArrayList<>();
            tasks.forEach(all::add);
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<String> onlyOfRange(Set<String> all) {
        return all.stream().filter(f -> hoursOf(f).stream().allMatch(h -> h >= 8 && h < 14))
                .collect(Collectors.toSet());
    }

    private List<Long> hoursOf(String file) {
        List<Long> hours = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table().newScan()
                .useSnapshot(table().snapshot("before").snapshotId()).planFiles()) {
            for (FileScanTask task : tasks) {
                if (task.file().location().equals(file)) {
                    try (TableRows rows = TableRows.ofFile(table(), task.file())) {
                        rows.forEach(r -> hours.add((Long) r.getField("n") - 100));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return hours;
    }

    private int snapshots() {
        int count = 0;
        for (var ignored : table().snapshots()) {
            count++;
        }
        return count;
    }

    private Table table() {
        return tables.load(spec).orElseThrow();
    }

    private static final class TestClock extends Clock {
        private Instant now = Instant.parse("2026-11-02T00:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}

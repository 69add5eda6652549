package millrace.sinks.iceberg.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.commit.CommitOutcome;
import millrace.sinks.iceberg.commit.CommitRequest;
import millrace.sinks.iceberg.commit.ControlPosition;
import millrace.sinks.iceberg.commit.TableCommitter;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.Predecessor;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.stage.KnownRows.Readiness;
import millrace.sinks.iceberg.stage.RowFiles;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.WriterColumns;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a table looks like whose rows change by key: live rows, data files, and what is deleted in them. */
class KeyedTableTest {
    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final IcebergTables tables = new IcebergTables(catalog);
    private final MapKeyIndex index = new MapKeyIndex();
    private TableSpec spec;
    private TableCommitter committer;
    private RowPlaces places;
    private long offset;
    private int commits;

    KeyedTableTest() {
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
    }

    @Test
    void theColumnsAreTheRowsOwnAndTheKeyIsItsIdentifier() {
        create(List.of(), "3");
        assertThat(table().schema().columns()).extracting(c -> c.name() + " " + c.type() + (c.isOptional() ? "?" : ""))
                .containsExactly("id long", "region string?", "balance long");
        assertThat(table().schema().identifierFieldNames()).containsExactly("id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "3"})
    void aLaterRowTakesThePlaceOfTheOneBefore(String format) {
        create(List.of(), format);
        land(put(1, "eu", 10), put(2, "eu", 20), put(3, "us", 30));
        land(put(2, "eu", 21), put(4, "us", 40));
        land(put(2, "eu", 22), gone(3), gone(99));
        assertThat(rows()).containsExactly("1 eu 10", "2 eu 22", "4 us 40");
        assertThat(files()).extracting(f -> f.file().recordCount() + " rows, " + f.deletes().size() + " deletes")
                .containsExactlyInAnyOrder("3 rows, 1 deletes", "2 rows, 1 deletes", "1 rows, 0 deletes");
        assertThat(files()).allSatisfy(f -> assertThat(f.deletes())
                .allSatisfy(d -> assertThat(d.format()).isEqualTo(
                        format.equals("3") ? FileFormat.PUFFIN : FileFormat.PARQUET)));
    }

    @Test
    void whatALaterRecordOfTheSameProposalReplacesIsInNoFile() {
        create(List.of(), "3");
        land(put(1, "eu", 10), put(1, "eu", 11), put(2, "eu", 20), put(1, "eu", 12), gone(2));
        assertThat(rows()).containsExactly("1 eu 12");
        assertThat(files()).singleElement().satisfies(f -> {
            assertThat(f.file().recordCount()).isEqualTo(1);
            assertThat(f.deletes()).isEmpty();
        });
    }

    @Test
    void aFileWithoutALiveRowLeavesTheTable() {
        create(List.of(), "3");
        land(put(1, "eu", 10), put(2, "eu", 20));
        land(put(1, "eu", 11));
        land(put(2, "eu", 21));
        assertThat(rows()).containsExactly("1 eu 11", "2 eu 21");
        assertThat(files()).hasSize(2).allSatisfy(f -> assertThat(f.deletes()).isEmpty());
        land(gone(1), gone(2));
        assertThat(rows()).isEmpty();
        assertThat(files()).isEmpty();
        assertThat(table().currentSnapshot().summary()).containsEntry("total-delete-files", "0");
    }

    @Test
    void aVectorTakesOverWhatFilesOfPositionsSayAfterAnUpgrade() {
        create(List.of(), "2");
        land(put(1, "eu", 10), put(2, "eu", 20), put(3, "eu", 30));
        land(gone(1));
        table().updateProperties().set("format-version", "3").commit();
        committer = new TableCommitter(tables, spec, id -> WriterColumns.of(spec.columns()));
        land(gone(2));
        assertThat(rows()).containsExactly("3 eu 30");
        assertThat(files()).singleElement().satisfies(f -> assertThat(f.deletes()).hasSize(1));
    }

    @Test
    void expiryLeavesTheVectorsThatAreInUse() {
        create(List.of("region"), "3");
        land(put(1, "eu", 10), put(2, "eu", 20), put(3, "us", 30), put(4, "us", 40));
        land(gone(1), gone(3));
        land(put(5, "asia", 50), gone(2));
        land(put(5, "asia", 51));
        table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
        assertThat(rows()).containsExactly("4 us 40", "5 asia 51");
        assertThat(files()).filteredOn(f -> !f.deletes().isEmpty()).hasSize(1);
    }

    @Test
    void aRowMovesToThePartitionOfItsNewValue() {
        create(List.of("region"), "3");
        land(put(1, "eu", 10), put(2, "eu", 20));
        land(put(1, "us", 11));
        assertThat(rows()).containsExactly("1 us 11", "2 eu 20");
        assertThat(files()).extracting(f -> f.file().partition().get(0, String.class)).containsExactlyInAnyOrder("eu",
                "us");
    }

    @Test
    void proposalsBuildOnOnesThatAreNotCommittedYet() {
        create(List.of(), "3");
        Proposal first = propose(put(1, "eu", 10), put(2, "eu", 20));
        Proposal second = propose(put(1, "eu", 11));
        Proposal third = propose(gone(1), put(2, "eu", 22));
        commit(first, second, third);
        assertThat(rows()).containsExactly("2 eu 22");
        assertThat(files()).as("files whose rows were all replaced on the way are never added").hasSize(1);
        land(put(1, "eu", 13));
        assertThat(rows()).containsExactly("1 eu 13", "2 eu 22");
    }

    @Test
    void anIndexIsUsedAgainOrReadFromTheTable() {
        create(List.of(), "3");
        land(put(1, "eu", 10), put(2, "eu", 20));
        land(put(1, "eu", 11));
        begin(index);
        assertThat(places.prepare()).as("it is where the table is").isEqualTo(Readiness.READY);

        Proposal unheard = propose(put(2, "eu", 21), put(3, "eu", 30));
        commitUnheard(unheard);
        begin(index);
        land(put(3, "eu", 31), put(2, "eu", 22));
        assertThat(rows()).containsExactly("1 eu 11", "2 eu 22", "3 eu 31");

        begin(new MapKeyIndex());
        land(put(1, "eu", 12), put(2, "eu", 23), put(3, "eu", 32));
        assertThat(rows()).containsExactly("1 eu 12", "2 eu 23", "3 eu 32");
        assertThat(files()).hasSize(1);
    }

    @Test
    void rowsThatSomeoneElseAddsCountAsTheNewestAndTheOlderOnesGo() {
        create(List.of(), "3");
        land(put(1, "eu", 10), put(2, "eu", 20));
        addForeign(1, 999);
        addForeign(7, 777);
        assertThat(state().others()).isEqualTo(TableState.Others.CHANGED_ROWS);
        assertThat(commitOutcome(propose(put(2, "eu", 21)))).as("built on positions that may be wrong")
                .isInstanceOf(CommitOutcome.Conflict.class);
        claim();
        assertThat(state().others()).isEqualTo(TableState.Others.LEFT_ROWS_ALONE);
        offset = 2;
        begin(index);
        land(put(2, "eu", 21));
        assertThat(rows()).containsExactly("1 null 999", "2 eu 21", "7 null 777");
        land(put(7, "us", 70));
        assertThat(rows()).containsExactly("1 null 999", "2 eu 21", "7 us 70");
    }

    private void create(List<String> partitionBy, String format) {
        spec = Accounts.spec(partitionBy, List.of(), Map.of("format-version", format));
        tables.loadOrCreate(spec);
        committer = new TableCommitter(tables, spec, id -> WriterColumns.of(spec.columns()));
        claim();
        begin(index);
    }

    private void begin(MapKeyIndex with) {
        places = new RowPlaces(spec, tables, () -> 1, with, RowPlaces.Sweeping.USUAL);
        places.begin(state(), "topic-id", Map.of(0, offset));
        assertThat(places.prepare()).isEqualTo(Readiness.READY);
    }

    /** A record, but for its offset. */
    private record Sent(byte[] key, byte[] value) {}

    private static Sent put(long id, String region, long balance) {
        return new Sent(Accounts.key(id), Accounts.value(id, region, balance));
    }

    private static Sent gone(long id) {
        return new Sent(Accounts.key(id), null);
    }

    private void land(Sent... records) {
        commit(propose(records));
    }

    private Proposal propose(Sent... records) {
        String id = UUID.randomUUID().toString();
        RowFiles files = KeyedRowFiles.factory(tables, spec, Accounts::schema, places).open(table().uuid(), id);
        long from = offset;
        for (Sent record : records) {
            assertThat(files.append(new ConsumerRecord<>("accounts", 0, offset++, record.key(), record.value())))
                    .isEqualTo(Appended.WRITTEN);
        }
        RowFiles.Closed closed = files.close();
        Proposal proposal = new Proposal(id, "w", new Predecessor.AfterSnapshot(0), state().layout(), "topic-id",
                new TreeMap<>(Map.of(0, new OffsetRange(from, offset))), List.of(0), closed.files(), closed.deletes(),
                new TreeMap<>(), Instant.EPOCH);
        places.proposed(proposal);
        return proposal;
    }

    private void commit(Proposal... proposals) {
        commitUnheard(proposals);
        places.committed(List.of(proposals).stream().map(Proposal::id).toList(), state().snapshotId(),
                state().position().orElseThrow());
    }

    private void commitUnheard(Proposal... proposals) {
        assertThat(commitOutcome(proposals)).isInstanceOf(CommitOutcome.Committed.class);
    }

    private CommitOutcome commitOutcome(Proposal... proposals) {
        TableState before = state();
        CommitMark mark = before.mark().orElseThrow();
        long to = proposals[proposals.length - 1].ranges().get(0).to();
        return committer.commit(new CommitRequest(before, new CommitMark("c" + ++commits, mark.epoch(), mark.layout(),
                new SourcePosition("topic-id", new TreeMap<>(Map.of(0, to))), mark.control(), mark.heads(),
                mark.clocks()), List.of(proposals), OptionalInt.empty()));
    }

    /** As a committer does that takes over. */
    private void claim() {
        TableState found = state();
        long moved = found.others() == TableState.Others.CHANGED_ROWS ? 1 : 0;
        CommitMark mark = found.mark()
                .map(m -> new CommitMark("c" + ++commits, m.epoch() + 1, m.layout() + moved, m.position(), m.control(),
                        m.heads(), m.clocks()))
                .orElseGet(() -> new CommitMark("c" + ++commits, 1, TableState.FIRST_LAYOUT, SourcePosition.start(""),
                        new ControlPosition("control", 0), new TreeMap<>(), new TreeMap<>()));
        assertThat(committer.commit(new CommitRequest(found, mark, List.of(), OptionalInt.empty())))
                .isInstanceOf(CommitOutcome.Committed.class);
    }

    private TableState state() {
        return ((TableLook.Found) committer.look()).state();
    }

    private Table table() {
        return tables.load(spec).orElseThrow();
    }

    private void addForeign(long id, long balance) {
        Table table = table();
        Record row = GenericRecord.create(table.schema());
        row.setField("id", id);
        row.setField("balance", balance);
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table).dataFileFormat(FileFormat.PARQUET)
                .build().newDataWriter(OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PARQUET).build()
                        .newOutputFile(), table.spec(), null);
        try (writer) {
            writer.write(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        table.newAppend().appendFile(writer.toDataFile()).commit();
    }

    private List<String> rows() {
        List<String> rows = new ArrayList<>();
        try (TableRows live = TableRows.of(table())) {
            live.forEach(r -> rows.add(r.getField("id") + " " + r.getField("region") + " " + r.getField("balance")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rows.sort(String::compareTo);
        return rows;
    }

    private List<FileScanTask> files() {
        List<FileScanTask> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
            tasks.forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }
}

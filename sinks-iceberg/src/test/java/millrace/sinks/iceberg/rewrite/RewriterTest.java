package millrace.sinks.iceberg.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.file.RandomRecords;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.moved.RowPlace;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.rewrite.RewritePlan.Order;
import millrace.sinks.iceberg.rewrite.RewritePlan.Way;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.SortOrderComparators;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random rows in several files, some of them dead: after a rewrite each live one is where the rewrite says, as it was. */
class RewriterTest {
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 1000 : 40;

    private static final Map<Order, List<String>> SORT_BY = Map.of(Order.NONE, List.of(), Order.SORTED,
            List.of("_key desc", "_offset"), Order.Z_CURVE, List.of("zorder(_key, _offset, _topic_partition)"));

    @ParameterizedTest
    @CsvSource({"COPY, NONE", "RECORDS, NONE", "RECORDS, SORTED", "RECORDS, Z_CURVE"})
    void rowsAreWhereItSays(Way way, Order order) throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                run(way, order, seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void run(Way way, Order order, long seed) throws IOException {
        Random random = new Random(seed);
        Table table = table(random, order);
        assertThat(Rewriter.order(table)).isEqualTo(order);
        List<FileScanTask> tasks = tasks(table);
        Map<Long, Lineage> before = lineage(table);

        var rewritten = Rewriter.rewrite(table, tasks, Destination.of(table, tasks.get(0).file()), way, "r",
                Pace.UNLIMITED);

        assertThat(rewritten.moved().byFile().values()).allSatisfy(move -> assertThat(move)
                .isInstanceOf(way == Way.COPY
                        ? RowMove.Shift.class
                        : order == Order.NONE ? RowMove.Rank.class : RowMove.Permutation.class));
        Map<String, List<Record>> now = new HashMap<>();
        for (DataFile file : rewritten.files()) {
            now.put(file.location(), rows(table, file));
            assertThat(file.recordCount()).isEqualTo(now.get(file.location()).size());
        }
        Set<RowPlace> taken = new HashSet<>();
        for (FileScanTask task : tasks) {
            List<Record> rows = rows(table, task.file());
            Set<Long> dead = dead(table, task);
            for (int p = 0; p < rows.size(); p++) {
                Optional<RowPlace> to = rewritten.moved().follow(task.file().location(), p);
                if (to.isPresent()) {
                    assertThat(now.get(to.get().file()).get((int) to.get().position())).isEqualTo(rows.get(p));
                    assertThat(taken.add(to.get())).isTrue();
                }
                boolean keepsDead = way == Way.COPY;
                assertThat(to.isPresent()).as("row %d", p).isEqualTo(keepsDead || !dead.contains((long) p));
            }
        }
        assertThat(taken).hasSize(now.values().stream().mapToInt(List::size).sum());
        assertThat(rewritten.files()).allMatch(f -> Rewriter.ordered(table).test(f) != (order == Order.NONE));
        if (order == Order.SORTED) {
            var comparator = SortOrderComparators.forSchema(table.schema(), table.sortOrder());
            var wrapper = new InternalRecordWrapper(table.schema().asStruct());
            var other = new InternalRecordWrapper(table.schema().asStruct());
            now.values().forEach(rows -> {
                for (int i = 1; i < rows.size(); i++) {
                    assertThat(comparator.compare(wrapper.wrap(rows.get(i - 1)), other.wrap(rows.get(i))))
                            .isLessThanOrEqualTo(0);
                }
            });
        }
        if (way == Way.RECORDS || tasks.stream().allMatch(t -> t.deletes().isEmpty())) {
            RewriteFiles rewrite = table.newRewrite()
                    .validateFromSnapshot(table.currentSnapshot().snapshotId());
            tasks.forEach(t -> {
                rewrite.deleteFile(t.file());
                t.deletes().forEach(rewrite::deleteFile);
            });
            rewritten.files().forEach(rewrite::addFile);
            rewrite.commit();
            table.refresh();
            assertThat(lineage(table)).isEqualTo(before);
            assertThat(
                    Rewriter.rewrite(table, tasks(table), Destination.of(table, tasks(table).get(0).file()), Way.COPY,
                            "again", Pace.UNLIMITED).moved().byFile().values())
                    .as("what is rewritten can be copied")
                    .allSatisfy(m -> assertThat(m).isInstanceOf(RowMove.Shift.class));
        }
    }

    /** Row id and the number of the snapshot that changed a row last, which a rewrite does not change. */
    private record Lineage(Object id, Object changed) {}

    private static Map<Long, Lineage> lineage(Table table) throws IOException {
        Map<Long, Lineage> lineage = new HashMap<>();
        var projection = new org.apache.iceberg.Schema(table.schema().findField("_offset"), MetadataColumns.ROW_ID,
                MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).project(projection).build()) {
            for (Record row : rows) {
                lineage.put((Long) row.get(0), new Lineage(row.get(1), row.get(2)));
            }
        }
        return lineage;
    }

    private static Table table(Random random, Order order) throws IOException {
        RandomRecords records = new RandomRecords(random);
        Schema schema = Schema.createRecord("Top", null, "top", false);
        schema.setFields(records.record(0).getFields().stream().map(f -> new Schema.Field(f, f.schema())).toList());
        TableSpec spec = Specs.of("db", "t", schema, Layout.BRONZE, List.of(),
                SORT_BY.get(order), random.nextBoolean()
                        ? Map.of()
                        : Map.of("write.parquet.page-size-bytes", "64", "write.parquet.row-group-size-bytes",
                                Integer.toString(256 << random.nextInt(6)), "write.target-file-size-bytes",
                                Integer.toString(1024 << random.nextInt(6))));
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        Table table = new IcebergTables(catalog).loadOrCreate(spec);
        long offset = 0;
        for (int file = 1 + random.nextInt(4); file > 0; file--) {
            StagedWriter writer = StagedWriter.open(table, spec, Map.of(1, schema)::get, "w" + file);
            for (int i = random.nextInt(40); i >= 0; i--) {
                byte[] value = RandomRecords.encode(1, schema, records.value(schema));
                assertThat(writer.append(1, offset++, 1000L, new byte[] {(byte) random.nextInt(5)}, value, null))
                        .isSameAs(Appended.WRITTEN);
            }
            AppendFiles append = table.newAppend();
            writer.close().forEach(append::appendFile);
            append.commit();
        }
        if (random.nextInt(3) != 0) {
            kill(table, random);
        }
        return table;
    }

    private static void kill(Table table, Random random) throws IOException {
        RowDelta delta = table.newRowDelta();
        for (FileScanTask task : tasks(table)) {
            BaseDVFileWriter writer = new BaseDVFileWriter(
                    OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PUFFIN).build(), f -> null);
            try (writer) {
                for (long p = 0; p < task.file().recordCount(); p++) {
                    if (random.nextInt(3) == 0) {
                        writer.delete(task.file().location(), p, table.spec(), null);
                    }
                }
            }
            for (DeleteFile file : writer.result().deleteFiles()) {
                delta.addDeletes(file);
            }
        }
        delta.commit();
        table.refresh();
    }

    private static Set<Long> dead(Table table, FileScanTask task) {
        Set<Long> dead = new HashSet<>();
        if (!task.deletes().isEmpty()) {
            new org.apache.iceberg.data.BaseDeleteLoader(d -> table.io().newInputFile(d.location()))
                    .loadPositionDeletes(task.deletes(), task.file().location()).forEach(dead::add);
        }
        return dead;
    }

    private static List<Record> rows(Table table, DataFile file) throws IOException {
        List<Record> rows = new ArrayList<>();
        try (TableRows all = TableRows.ofFile(table, file)) {
            all.forEach(rows::add);
        }
        return rows;
    }

    private static List<FileScanTask> tasks(Table table) throws IOException {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            planned.forEach(tasks::add);
        }
        return tasks;
    }
}

package millrace.sinks.iceberg.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import millrace.sinks.iceberg.read.TableRows;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

/** Files that were written when the table had other columns. */
class ColumnRewriteTest {
    private static final Schema FIRST = new Schema(
            NestedField.required(1, "id", Types.IntegerType.get()),
            NestedField.optional(2, "ratio", Types.FloatType.get()),
            NestedField.optional(3, "name", Types.StringType.get()),
            NestedField.optional(4, "price", Types.DecimalType.of(20, 2)),
            NestedField.optional(5, "gone", Types.StringType.get()),
            NestedField.optional(6, "sizes", Types.ListType.ofOptional(7, Types.IntegerType.get())));

    private final Table table = table();

    @Test
    void columnsThatWereWidenedRenamedDroppedAndAddedAreCopied() throws IOException {
        append(row(1, 1.5f, "a", "-12.50", List.of(1, 2)), row(2, null, null, null, null));
        table.updateSchema().updateColumn("id", Types.LongType.get()).updateColumn("ratio", Types.DoubleType.get())
                .renameColumn("name", "title").deleteColumn("gone").addColumn("note", Types.StringType.get())
                .makeColumnOptional("id").commit();
        append(newRow(3L, 2.25, "c", "note"), newRow(null, null, null, null));

        assertThat(isByColumns()).isTrue();
        rewriteAndCompare();
        assertThat(rows()).extracting(r -> r.getField("id"), r -> r.getField("ratio"), r -> r.getField("title"),
                r -> r.getField("price"), r -> r.getField("note"), r -> r.getField("sizes"))
                .containsExactlyInAnyOrder(
                        tuple(1L, 1.5, "a", new BigDecimal("-12.50"), null,
                                List.of(1, 2)),
                        tuple(2L, null, null, null, null, null),
                        tuple(3L, 2.25, "c", null, "note", null),
                        tuple(null, null, null, null, null, null));
        assertThat(isByColumns()).as("what was rewritten").isTrue();
        rewriteAndCompare();
    }

    @Test
    void aColumnWithADefaultIsNotMissing() throws IOException {
        append(row(1, 1.5f, "a", "1.00", List.of()));
        table.updateSchema().addColumn("country", Types.StringType.get(), Literal.of("fr")).commit();

        assertThat(isByColumns()).isTrue();
        rewrite();
        assertThat(rows()).extracting(r -> r.getField("country")).containsExactly("fr");
    }

    @Test
    void aDecimalOfAnotherPrecisionIsPutTogetherRowByRow() throws IOException {
        append(row(1, 1.5f, "a", "1.00", List.of(7)));
        table.updateSchema().updateColumn("price", Types.DecimalType.of(38, 2)).commit();

        assertThat(isByColumns()).isFalse();
        rewriteAndCompare();
        assertThat(rows()).extracting(r -> r.getField("price")).containsExactly(new BigDecimal("1.00"));
    }

    private boolean isByColumns() throws IOException {
        var rewrite = ColumnRewrite.open(table, tasks(), Destination.of(table, tasks().get(0).file()));
        if (rewrite.isPresent()) {
            rewrite.get().close();
        }
        return rewrite.isPresent();
    }

    private void rewriteAndCompare() throws IOException {
        List<Record> before = rows();
        rewrite();
        assertThat(rows()).containsExactlyInAnyOrderElementsOf(before);
    }

    private void rewrite() throws IOException {
        List<FileScanTask> tasks = tasks();
        var rewritten = Rewriter.rewrite(table, tasks, Destination.of(table, tasks.get(0).file()),
                RewritePlan.Way.RECORDS, UUID.randomUUID().toString(),
                Pace.UNLIMITED);
        RewriteFiles rewrite = table.newRewrite();
        tasks.forEach(t -> rewrite.deleteFile(t.file()));
        rewritten.files().forEach(rewrite::addFile);
        rewrite.commit();
    }

    private static Table table() {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        catalog.createNamespace(Namespace.of("db"));
        return catalog.buildTable(TableIdentifier.of("db", "t"), FIRST).withProperty("format-version", "3")
                .withProperty("write.parquet.compression-codec", "zstd").create();
    }

    private Record row(int id, Float ratio, String name, String price, List<Integer> sizes) {
        Record row = GenericRecord.create(table.schema());
        row.setField("id", id);
        row.setField("ratio", ratio);
        row.setField("name", name);
        row.setField("price", price == null ? null : new BigDecimal(price));
        row.setField("gone", "x");
        row.setField("sizes", sizes);
        return row;
    }

    private Record newRow(Long id, Double ratio, String title, String note) {
        Record row = GenericRecord.create(table.schema());
        row.setField("id", id);
        row.setField("ratio", ratio);
        row.setField("title", title);
        row.setField("note", note);
        return row;
    }

    private void append(Record... rows) throws IOException {
        OutputFileFactory files = OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PARQUET).build();
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table).dataFileFormat(FileFormat.PARQUET)
                .build().newDataWriter(files.newOutputFile(), table.spec(), null);
        try (writer) {
            for (Record row : rows) {
                writer.write(row);
            }
        }
        DataFile file = writer.toDataFile();
        table.newAppend().appendFile(file).commit();
    }

    private List<Record> rows() throws IOException {
        List<Record> rows = new ArrayList<>();
        try (TableRows all = TableRows.of(table)) {
            all.forEach(r -> rows.add(r.copy()));
        }
        return rows;
    }

    private List<FileScanTask> tasks() throws IOException {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            planned.forEach(tasks::add);
        }
        return tasks;
    }
}

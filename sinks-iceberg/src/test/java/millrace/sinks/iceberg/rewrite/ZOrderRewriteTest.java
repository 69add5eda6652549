package millrace.sinks.iceberg.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import millrace.sinks.iceberg.file.ParquetTarget;
import millrace.sinks.iceberg.file.RandomRecords;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.rewrite.RewritePlan.Way;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import millrace.sinks.iceberg.table.ZOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.junit.jupiter.api.Test;

/** What readers gain by rows that lie along a curve. */
class ZOrderRewriteTest {
    private static final Schema POINT = SchemaBuilder.record("Point").fields().requiredLong("x").requiredLong("y")
            .requiredLong("other").endRecord();
    private static final int FILES = 4;
    private static final int ROWS = 10_000;

    @Test
    void everyColumnOfTheOrderNarrowsDownWhatIsRead() throws IOException {
        Table table = table("zorder(x, y)");
        DataFile file = rewrite(table, "m-1");
        List<BlockMetaData> groups = groups(table, file);
        assertThat(groups).hasSizeBetween(30, 70);
        // Of a curve over two columns, a range of one column meets about the root of all cells.
        assertThat(met(groups, 0)).isLessThan(0.3);
        assertThat(met(groups, 1)).isLessThan(0.3);
        assertThat(met(groups, 2)).isGreaterThan(0.9);
    }

    @Test
    void filesWithoutRowsAreTakenToo() throws IOException {
        Table table = table("zorder(x, y)");
        OutputFile target = table.io().newOutputFile(table.location() + "/empty.parquet");
        var writer = new ParquetFileWriter(new ParquetTarget(target),
                ParquetSchemaUtil.convert(table.schema(), "table"), ParquetFileWriter.Mode.CREATE, 1, 0, 64,
                Integer.MAX_VALUE, true);
        writer.start();
        writer.end(Map.of());
        long length = writer.getPos();
        writer.close();
        table.newAppend().appendFile(DataFiles.builder(table.spec()).withPath(target.location())
                .withFormat(FileFormat.PARQUET).withFileSizeInBytes(length).withRecordCount(0).build()).commit();
        table.refresh();
        assertThat(rewrite(table, "m-1").recordCount()).isEqualTo((long) FILES * ROWS);
    }

    @Test
    void filesSayThatTheyLieSoUntilTheOrderIsAnother() throws IOException {
        Table table = table("zorder(x, y)");
        DataFile file = rewrite(table, "m-1");
        assertThat(file.location()).contains("-m-1.z");
        assertThat(Rewriter.ordered(table).test(file)).isTrue();
        table.updateSchema().renameColumn("x", "renamed").commit();
        assertThat(Rewriter.ordered(table).test(file)).isTrue();
        assertThat(ZOrder.of(table).orElseThrow().names(table.schema())).containsExactly("renamed", "y");
        table.updateProperties().set(ZOrder.PROPERTY, "y, other").commit();
        assertThat(Rewriter.ordered(table).test(file)).isFalse();
        table.updateSchema().deleteColumn("other").commit();
        assertThat(ZOrder.of(table)).isEmpty();
    }

    /** The share of row groups that a reader cannot pass over for a narrow range of a column, on average. */
    private static double met(List<BlockMetaData> groups, int column) {
        Random random = new Random(1);
        int met = 0;
        for (int i = 0; i < 200; i++) {
            long value = value(random);
            for (BlockMetaData group : groups) {
                var bounds = (LongStatistics) group.getColumns().get(column).getStatistics();
                met += bounds.getMin() <= value && value <= bounds.getMax() ? 1 : 0;
            }
        }
        return met / 200.0 / groups.size();
    }

    /** Most are small. */
    private static long value(Random random) {
        return (long) Math.exp(40 * random.nextDouble());
    }

    private static List<BlockMetaData> groups(Table table, DataFile file) throws IOException {
        try (ParquetFileReader reader = new ParquetSource(table.io().newInputFile(file.location())).open()) {
            return reader.getRowGroups();
        }
    }

    private static DataFile rewrite(Table table, String name) throws IOException {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            planned.forEach(tasks::add);
        }
        List<DataFile> files = Rewriter.rewrite(table, tasks, Destination.of(table, tasks.get(0).file()), Way.RECORDS,
                name, Pace.UNLIMITED).files();
        assertThat(files).hasSize(1);
        return files.get(0);
    }

    private static Table table(String sortBy) {
        Map<String, String> properties = new HashMap<>(Map.of("write.parquet.row-group-size-bytes", "16384"));
        TableSpec spec = Specs.of("db", "t", POINT, Layout.ENGINE, List.of(), List.of(sortBy), properties);
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        Table table = new IcebergTables(catalog).loadOrCreate(spec);
        Random random = new Random(0);
        for (int file = 0; file < FILES; file++) {
            StagedWriter writer = StagedWriter.open(table, spec, id -> POINT, "w" + file);
            for (int i = 0; i < ROWS; i++) {
                writer.append(0, i, 1000L, null, RandomRecords.encode(1, POINT, new GenericRecordBuilder(POINT)
                        .set("x", value(random)).set("y", value(random)).set("other", value(random)).build()),
                        new RecordHeaders());
            }
            AppendFiles append = table.newAppend();
            writer.close().forEach(append::appendFile);
            append.commit();
        }
        table.refresh();
        return table;
    }
}

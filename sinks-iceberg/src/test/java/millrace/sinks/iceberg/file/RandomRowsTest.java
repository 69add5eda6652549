package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random schemas and values, written by the fast path and, as objects, by Iceberg's own writer: what Iceberg reads from
 * both files is equal value for value, and so is what the files' metrics say.
 */
class RandomRowsTest {
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 3000 : 120;

    /** Who lays out the pages. */
    enum Pages {
        OURS, OURS_SMALL, PARQUET, VERSION_2
    }

    @ParameterizedTest
    @EnumSource(Pages.class)
    void readBackEqual(Pages pages) throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                run(pages, seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("pages " + pages + ", seed " + seed, e);
            }
        }
    }

    private static void run(Pages pages, long seed) throws IOException {
        Random random = new Random(seed);
        RandomRecords records = new RandomRecords(random);
        Schema now = Schema.createRecord("Top", null, "top", false);
        now.setFields(records.record(0).getFields().stream().map(f -> new Schema.Field(f, f.schema())).toList());
        Schema earlier = records.earlier(now);
        Map<Integer, Schema> schemas = Map.of(1, now, 2, earlier, 3, now);
        TableSpec spec = Specs.of("db", "t", now, Layout.BRONZE, List.of(), List.of(), properties(pages));
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + pages + "-" + seed + "-" + java.util.UUID.randomUUID()));
        Table table = new IcebergTables(catalog).loadOrCreate(spec);

        StagedWriter writer = StagedWriter.open(table, spec, schemas::get, "w");
        List<Record> expected = new ArrayList<>();
        int rows = 1 + random.nextInt(pages == Pages.OURS_SMALL ? 3000 : 300);
        for (int i = 0; i < rows; i++) {
            int id = 1 + random.nextInt(3);
            Object value = records.value(schemas.get(id));
            byte[] bytes = RandomRecords.encode(id, schemas.get(id), value);
            assertThat(writer.append(1, i, 1000L + i, null, bytes, null)).isSameAs(Appended.WRITTEN);
            GenericRecord row = GenericRecord.create(table.schema());
            GenericRecord decoded = (GenericRecord) RandomRecords.expected(value, schemas.get(id),
                    table.schema().asStruct());
            boolean any = false;
            for (Schema.Field field : schemas.get(id).getFields()) {
                row.setField(field.name(), decoded.getField(field.name()));
                any |= decoded.getField(field.name()) != null;
            }
            if (!any) { // It would look like a tombstone.
                row.setField("_value", ByteBuffer.wrap(bytes));
            }
            row.setField("_topic_partition", 1);
            row.setField("_offset", (long) i);
            row.setField("_timestamp", java.time.Instant.ofEpochMilli(1000 + i).atOffset(java.time.ZoneOffset.UTC));
            expected.add(row);
        }
        assertThat(writer.rows()).isEqualTo(rows);
        assertThat(writer.unreadRows()).isZero();
        DataFile file = Collections.singletonList(writer.close().get(0)).get(0);

        List<Record> read = new ArrayList<>();
        try (CloseableIterable<Record> it = Parquet.read(table.io().newInputFile(file.location()))
                .project(table.schema()).createReaderFunc(t -> GenericParquetReaders.buildReader(table.schema(), t))
                .build()) {
            it.forEach(read::add);
        }
        assertThat(read).isEqualTo(expected);
        sameMetrics(file, oracle(table, expected), table);
    }

    private static Map<String, String> properties(Pages pages) {
        return switch (pages) {
            case OURS -> Map.of();
            case OURS_SMALL -> Map.of("write.parquet.page-size-bytes", "600", "write.parquet.dict-size-bytes", "300",
                    "write.parquet.row-group-size-bytes", "20000", "write.parquet.compression-codec", "uncompressed");
            case PARQUET -> Map.of("write.parquet.bloom-filter-enabled.column._offset", "true", "format-version", "2");
            case VERSION_2 -> Map.of("write.parquet.page-version", "v2", "write.parquet.compression-codec", "snappy");
        };
    }

    /** The same rows as objects through Iceberg's writer. */
    private static Metrics oracle(Table table, List<Record> rows) throws IOException {
        OutputFile target = table.io().newOutputFile(table.location() + "/oracle.parquet");
        FileAppender<Record> appender = Parquet.write(target).forTable(table)
                .metricsConfig(MetricsConfig.forTable(table)).createWriterFunc(GenericParquetWriter::create).build();
        try (appender) {
            appender.addAll(rows);
        }
        return appender.metrics();
    }

    private static void sameMetrics(DataFile file, Metrics oracle, Table table) {
        assertThat(file.recordCount()).isEqualTo(oracle.recordCount());
        assertThat(file.valueCounts()).as("value counts").isEqualTo(oracle.valueCounts());
        assertThat(file.nullValueCounts()).as("null counts").isEqualTo(oracle.nullValueCounts());
        assertThat(orEmpty(file.nanValueCounts())).as("NaN counts").isEqualTo(orEmpty(oracle.nanValueCounts()));
        assertThat(text(file.lowerBounds(), table)).as("lower bounds").isEqualTo(text(oracle.lowerBounds(), table));
        assertThat(text(file.upperBounds(), table)).as("upper bounds").isEqualTo(text(oracle.upperBounds(), table));
    }

    private static Map<Integer, Long> orEmpty(Map<Integer, Long> counts) {
        return counts == null ? Map.of() : counts;
    }

    private static Map<String, ByteBuffer> text(Map<Integer, ByteBuffer> bounds, Table table) {
        Map<String, ByteBuffer> named = new HashMap<>();
        if (bounds != null) {
            bounds.forEach((id, bound) -> named.put(table.schema().findField(id).toString(), bound));
        }
        return named;
    }
}

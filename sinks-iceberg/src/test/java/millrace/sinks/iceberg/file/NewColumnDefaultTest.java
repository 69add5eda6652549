package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.rewrite.Destination;
import millrace.sinks.iceberg.rewrite.Pace;
import millrace.sinks.iceberg.rewrite.RewritePlan.Way;
import millrace.sinks.iceberg.rewrite.Rewriter;
import millrace.sinks.iceberg.table.FormerNames;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableEvolution;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import millrace.sinks.iceberg.table.WriterColumns;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** A writer's schema gets columns with defaults: rows of before and of writers that stay behind have those. */
class NewColumnDefaultTest {
    private static final Schema BEFORE = new Schema.Parser().parse("""
        {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}]}""");
    private static final Schema AFTER = new Schema.Parser().parse("""
        {"type": "record", "name": "Order", "fields": [
          {"name": "country", "type": "string", "default": "fr"},
          {"name": "id", "type": "long"},
          {"name": "count", "type": "int", "default": 3},
          {"name": "ratio", "type": ["double", "null"], "default": 0.25},
          {"name": "open", "type": "boolean", "default": true},
          {"name": "day", "type": {"type": "int", "logicalType": "date"}, "default": 1},
          {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}, "default": 1500},
          {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
           "default": "\\u00ff\\u0038"},
          {"name": "large", "type": {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 2},
           "default": "\\u00ff\\u0038"},
          {"name": "bits", "type": "bytes", "default": "\\u00ff"},
          {"name": "never", "type": {"type": "int", "logicalType": "time-millis"}, "default": -1},
          {"name": "note", "type": ["null", "string"], "default": null},
          {"name": "tags", "type": {"type": "array", "items": "string"}, "default": []}]}""");
    private static final Map<Integer, Schema> SCHEMAS = Map.of(1, BEFORE, 2, AFTER);
    private static final List<Object> DEFAULTS = List.of("fr", 3, 0.25, true, LocalDate.ofEpochDay(1),
            OffsetDateTime.parse("1970-01-01T00:00:01.500Z"), new BigDecimal("-2.00"), new BigDecimal("-2.00"),
            ByteBuffer.wrap(new byte[] {(byte) 0xff}));
    private static final List<String> COLUMNS = List.of("country", "count", "ratio", "open", "day", "at", "price",
            "large", "bits");

    private final TableSpec spec = Specs.of("bronze", "orders", BEFORE, Layout.BRONZE, List.of(), List.of(), Map.of());
    private final Table table;
    private int files;

    NewColumnDefaultTest() {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        table = new IcebergTables(catalog).loadOrCreate(spec);
    }

    @Test
    void olderRowsAndThoseOfOlderWritersHaveTheDefaults() throws IOException {
        land(order(1, BEFORE, 1));
        evolve();
        land(order(1, BEFORE, 2), order(2, AFTER, 3), new byte[] {9, 9});

        assertRows();
        assertThat(TableSchemas.fit(spec, table.schema(), WriterColumns.of(AFTER, FormerNames.NONE)))
                .isEqualTo(new TableEvolution.Same());
        rewrite();
        assertRows();
    }

    @Test
    void rowsAreSortedByADefaultToo() throws IOException {
        evolve();
        table.replaceSortOrder().asc("price").commit();
        byte[] positive = RandomRecords.encode(2, AFTER, new GenericRecordBuilder(AFTER).set("id", 2L)
                .set("price", ByteBuffer.wrap(new byte[] {1})).set("never", 0).build());
        land(positive, order(1, BEFORE, 1), positive);
        List<String> order = new ArrayList<>();
        try (TableRows all = TableRows.of(table)) {
            all.forEach(r -> order.add(r.getField("price").toString()));
        }
        assertThat(order).containsExactly("-2.00", "0.01", "0.01");
    }

    private void assertRows() throws IOException {
        List<Record> rows = rows();
        assertThat(rows).extracting(r -> r.getField("id")).containsExactly(1L, 2L, 3L, null);
        for (int i = 0; i < 2; i++) {
            Record row = rows.get(i);
            assertThat(COLUMNS).extracting(row::getField).containsExactlyElementsOf(DEFAULTS);
            assertThat(List.of("note", "tags", "never")).extracting(row::getField).containsOnlyNulls();
        }
        assertThat(rows.get(2).getField("country")).isEqualTo("nl");
        assertThat(rows.get(2).getField("ratio")).isNull();
        assertThat(COLUMNS).as("of a record that cannot be read").extracting(rows.get(3)::getField).containsOnlyNulls();
    }

    private void evolve() {
        var decision = TableSchemas.fit(spec, table.schema(), WriterColumns.of(AFTER, FormerNames.NONE));
        UpdateSchema update = table.updateSchema();
        TableSchemas.apply((TableEvolution.Evolve) decision, update);
        update.commit();
    }

    private void rewrite() throws IOException {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            planned.forEach(tasks::add);
        }
        RewriteFiles rewrite = table.newRewrite();
        Rewriter.rewrite(table, tasks, Destination.of(table, tasks.get(0).file()), Way.COPY, "r", Pace.UNLIMITED)
                .files().forEach(rewrite::addFile);
        tasks.forEach(t -> rewrite.deleteFile(t.file()));
        rewrite.commit();
        table.refresh();
    }

    private List<Record> rows() throws IOException {
        List<Record> rows = new ArrayList<>();
        try (TableRows all = TableRows.of(table)) {
            all.forEach(r -> rows.add(r.copy()));
        }
        rows.sort(Comparator.comparing(r -> (Long) r.getField("_offset")));
        return rows;
    }

    private void land(byte[]... values) {
        StagedWriter writer = StagedWriter.open(table, spec, SCHEMAS::get, "f" + ++files);
        for (int i = 0; i < values.length; i++) {
            assertThat(writer.append(0, 10L * files + i, 0, null, values[i], new RecordHeaders()))
                    .isEqualTo(Appended.WRITTEN);
        }
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
        table.refresh();
    }

    private static byte[] order(int id, Schema schema, long order) {
        GenericRecordBuilder record = new GenericRecordBuilder(schema).set("id", order);
        if (schema == AFTER) {
            record.set("country", "nl").set("ratio", null).set("never", 0);
        }
        return RandomRecords.encode(id, schema, record.build());
    }
}

package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.FormerNames;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableEvolution;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** A contract renames a column and says so: rows of before, rows of old writers and rows of new ones have one column. */
class RenamedColumnTest {
    private static final FieldType.Struct BEFORE = new FieldType.Struct(List.of(
            Field.required("id", new FieldType.Int64()), Field.optional("city", new FieldType.Text())));
    private static final FieldType.Struct AFTER = new FieldType.Struct(List.of(
            Field.optional("town", new FieldType.Text()), Field.required("id", new FieldType.Int64())));
    private static final Map<Integer, Schema> SCHEMAS = Map.of(1, AvroTypes.toSchema("shop.Order", BEFORE), 2,
            AvroTypes.toSchema("shop.Order", AFTER));

    private final TableSpec before = spec(BEFORE);
    private final TableSpec after = spec(AFTER).formerly(new FormerNames(Map.of("city", "town")));
    private final Table table;
    private int files;

    RenamedColumnTest() {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        table = new IcebergTables(catalog).loadOrCreate(before);
    }

    @Test
    void rowsKeepTheirValues() throws IOException {
        assertThat(land(before, 1, 1L, "Delft")).isEqualTo(Appended.WRITTEN);
        Appended first = land(after, 1, 2L, "Gouda");
        assertThat(first).isInstanceOfSatisfying(Appended.NeedsSchema.class, needs -> {
            UpdateSchema update = table.updateSchema();
            TableSchemas.apply(needs.evolve(), update);
            update.commit();
        });
        table.refresh();
        assertThat(land(after, 1, 2L, "Gouda")).isEqualTo(Appended.WRITTEN);
        assertThat(land(after, 2, "Leiden", 3L)).isEqualTo(Appended.WRITTEN);
        List<String> rows = new ArrayList<>();
        try (TableRows all = TableRows.of(table)) {
            all.forEach(r -> rows.add(r.getField("id") + " " + r.getField("town")));
        }
        assertThat(rows).containsExactlyInAnyOrder("1 Delft", "2 Gouda", "3 Leiden");
        assertThat(table.schema().findField("city")).isNull();
        assertThat(TableSchemas.fit(after, table.schema(), AFTER)).isEqualTo(new TableEvolution.Same());
    }

    private Appended land(TableSpec spec, int schema, Object... row) {
        StagedWriter writer = StagedWriter.open(table, spec, SCHEMAS::get, "f" + ++files);
        byte[] value = AvroRowEncoder.of(SCHEMAS.get(schema), schema == 1 ? BEFORE : AFTER, schema).encode(row);
        Appended appended = writer.append(0, files, 0, null, value, new RecordHeaders());
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
        table.refresh();
        return appended;
    }

    private static TableSpec spec(FieldType.Struct row) {
        return new TableSpec("bronze", "orders", "orders", row, Layout.BRONZE, Optional.empty(), List.of(), List.of(),
                Duration.ofSeconds(10), 1 << 20, Map.of());
    }
}

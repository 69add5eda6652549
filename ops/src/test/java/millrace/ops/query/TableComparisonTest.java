package millrace.ops.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.query.TableComparison.Difference;
import millrace.ops.query.TableComparison.Sample;
import millrace.ops.query.TableComparison.Side;
import millrace.ops.query.TableComparison.Stretch;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableComparisonTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.required("id", new FieldType.Int64()), Field.optional("city", new FieldType.Text()),
            Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));
    private static final long SECOND = 1_000_000;

    @TempDir
    Path folder;
    private Map<String, String> properties;
    private IcebergTables tables;

    @BeforeEach
    void open() {
        properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        tables = new IcebergTables(Catalogs.open(properties));
    }

    @Test
    void rowsOfOneKeyAreComparedColumnByColumn() {
        write("before", row(1, "Rome", 0), row(2, null, 1), row(3, "Oslo", 2), row(4, "Bern", 3));
        write("after", row(1, "Rome", 0), row(2, "Bonn", 1), row(3, "Oslo", 9), row(5, "Kyiv", 3));
        Difference found = compare(List.of("id"), Optional.empty());
        assertThat(found).extracting(Difference::left, Difference::right, Difference::onlyLeft, Difference::onlyRight,
                Difference::changed).containsExactly(4L, 4L, 1L, 1L, 2L);
        assertThat(found.columns()).isEqualTo(Map.of("city", 1L, "at", 1L));
        assertThat(found.samples()).extracting(Sample::side).containsExactly(Side.LEFT, Side.RIGHT, Side.BOTH,
                Side.BOTH);
        assertThat(found.samples().get(0).key()).hasToString("{id=4}");
        assertThat(found.samples().get(2)).hasToString("Sample[side=BOTH, key={id=2}, changes={city=[null, Bonn]}]");
        assertThat(found.isNone()).isFalse();
    }

    @Test
    void withoutAKeyARowCountsAsOftenAsItOccurs() {
        write("before", row(1, "Rome", 0), row(1, "Rome", 0), row(2, null, 1));
        write("after", row(1, "Rome", 0), row(2, null, 1), row(2, null, 1));
        for (List<String> key : List.of(List.<String>of(), List.of("id"))) { // which is in either twice
            Difference found = compare(key, Optional.empty());
            assertThat(found.key()).isEmpty();
            assertThat(found).extracting(Difference::onlyLeft, Difference::onlyRight, Difference::changed)
                    .containsExactly(1L, 1L, 0L);
        }
    }

    @Test
    void whatIsOutsideOfTheStretchIsNotLookedAt() {
        write("before", row(1, "Rome", 0), row(2, "Oslo", 5), row(3, "Bern", 10));
        write("after", row(1, "Roma", 0), row(2, "Oslo", 5), row(3, "Berne", 10));
        Optional<Stretch> stretch = Optional.of(new Stretch("at", Optional.of(Instant.ofEpochSecond(5)),
                Optional.of(Instant.ofEpochSecond(10))));
        Difference found = compare(List.of("id"), stretch);
        assertThat(found.left()).isEqualTo(1);
        assertThat(found.isNone()).isTrue();
    }

    private Difference compare(List<String> key, Optional<Stretch> stretch) {
        try (TableCatalog catalog = TableCatalog.open(properties)) {
            return TableComparison.of(catalog, "silver.before", "silver.after", stretch, key, 3);
        }
    }

    private static Object[] row(long id, String city, long second) {
        return new Object[] {id, city, second * SECOND};
    }

    private void write(String name, Object[]... rows) {
        TableSpec spec = new TableSpec("silver", name, name, ROW, TableSpec.Layout.ENGINE, Optional.empty(), List.of(),
                List.of(), Duration.ofSeconds(1), 128L << 20, Map.of());
        Schema schema = AvroTypes.toSchema("Row", ROW);
        AvroRowEncoder encoder = AvroRowEncoder.of(schema, ROW, 1);
        Table table = tables.loadOrCreate(spec);
        StagedWriter writer = StagedWriter.open(table, spec, id -> schema, name);
        for (int i = 0; i < rows.length; i++) {
            writer.append(0, i, 0, null, encoder.encode(rows[i]), null);
        }
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
    }
}

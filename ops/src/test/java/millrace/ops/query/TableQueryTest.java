package millrace.ops.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.contract.Column;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableQueryTest {
    private static final Field ID = Field.required("id", new FieldType.Int64());
    private static final FieldType.Timestamp INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final FieldType.Struct OLD = new FieldType.Struct(
            List.of(ID, Field.optional("city", new FieldType.Text()), Field.optional("at", INSTANT)));
    private static final FieldType.Struct NEW = new FieldType.Struct(
            List.of(ID, Field.optional("town", new FieldType.Text()), Field.optional("at", INSTANT),
                    Field.optional("total", new FieldType.Float64())));

    @TempDir
    Path folder;
    private Map<String, String> properties;
    private IcebergTables tables;
    private int writers;

    @BeforeEach
    void catalog() {
        properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        tables = new IcebergTables(Catalogs.open(properties));
    }

    @Test
    void rowsOfBeforeARenameAreReadUnderTheNewNames() {
        write(spec("silver", OLD), OLD, new Object[] {1L, "Rome", 0L}, new Object[] {2L, null, 1_500_000L});
        Table table = tables.load(spec("silver", OLD)).orElseThrow();
        table.updateSchema().renameColumn("city", "town").addColumn("total", Types.DoubleType.get()).commit();
        write(spec("silver", NEW), NEW, new Object[] {3L, "Oslo", null, 2.5});

        assertThat(query("select id, town, total, \"at\" from silver.orders order by id")).containsExactly(
                "[id, town, total, at]", "[1, Rome, null, 1970-01-01T00:00Z]",
                "[2, null, null, 1970-01-01T00:00:01.500Z]",
                "[3, Oslo, 2.5, null]");
        assertThat(query("select count(*) as n, sum(total) as s from silver.orders")).containsExactly("[n, s]",
                "[3, 2.5]");
    }

    @Test
    void rowsOfBeforeAColumnHaveItsDefault() {
        write(spec("silver", OLD), OLD, new Object[] {1L, "Rome", 0L});
        Table table = tables.load(spec("silver", OLD)).orElseThrow();
        table.updateSchema().addColumn("country", Types.StringType.get(), Literal.of("it's"))
                .addColumn("n", Types.LongType.get(), Literal.of(-7L))
                .addColumn("ratio", Types.DoubleType.get(), Literal.of(0.25))
                .addColumn("open", Types.BooleanType.get(), Literal.of(true))
                .addColumn("price", Types.DecimalType.of(9, 2), Literal.of(new BigDecimal("-2.50")))
                .addColumn("day", Types.DateType.get(), Literal.of(1).to(Types.DateType.get()))
                .addColumn("noon", Types.TimeType.get(), Literal.of(1_500_000L).to(Types.TimeType.get()))
                .addColumn("since", Types.TimestampType.withZone(),
                        Literal.of(1_500_000L).to(Types.TimestampType.withZone()))
                .addColumn("bits", Types.BinaryType.get(), Literal.of(ByteBuffer.wrap(new byte[] {-1, 'a', 0})))
                .addColumn("who", Types.UUIDType.get(), Literal.of(new UUID(1, 2)))
                .addColumn("note", Types.StringType.get()).commit();
        write(spec("silver", OLD), OLD, new Object[] {2L, "Oslo", 0L});

        assertThat(query("select id, country, n, ratio, open, price, day, noon, since, hex(bits) as bits, who, note "
                + "from silver.orders order by id")).containsExactly(
                        "[id, country, n, ratio, open, price, day, noon, since, bits, who, note]",
                        "[1, it's, -7, 0.25, true, -2.50, 1970-01-02, 00:00:01.500, 1970-01-01T00:00:01.500Z, FF6100, "
                                + new UUID(1, 2) + ", null]",
                        "[2, it's, -7, 0.25, true, -2.50, 1970-01-02, 00:00:01.500, 1970-01-01T00:00:01.500Z, FF6100, "
                                + new UUID(1, 2) + ", null]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "gzip", "snappy", "lz4", "uncompressed"})
    void filesOfEveryCodecAreRead(String codec) {
        TableSpec spec = spec("silver", OLD);
        tables.loadOrCreate(spec).updateProperties().set("write.parquet.compression-codec", codec).commit();
        write(spec, OLD, new Object[] {1L, "Rome", 0L}, new Object[] {2L, "Oslo", 0L});
        assertThat(query("select id, city from silver.orders order by id")).containsExactly("[id, city]", "[1, Rome]",
                "[2, Oslo]");
    }

    @Test
    void variantsAreLookedIntoByPathAndMissingFromFilesOfBefore() {
        TableSpec before = json(TableSpec.Layout.BRONZE);
        Table table = tables.loadOrCreate(before);
        writeJson(table, before, "{\"id\": 1}");
        table.updateSchema().addColumn("_json", Types.VariantType.get()).commit();
        writeJson(table, json(TableSpec.Layout.BRONZE_VARIANT), "{\"id\": 2, \"more\": {\"x\": [7, 8.50]}}", "oops");

        assertThat(query("select id, _json.more.x[1] as x, _json from bronze.orders order by _offset")).containsExactly(
                "[id, x, _json]", "[1, null, null]", "[2, 7, {id=2, more={x=[7, 8.50]}}]", "[null, null, null]");
    }

    @Test
    void aTableOfChangesShowsItsRowsAsTheyAreNow() {
        TableSpec spec = spec("gold", OLD).ofChanges(List.of("id"));
        tables.loadOrCreate(spec);
        assertThat(query("select * from gold.orders")).containsExactly("[id, city, at]");
        change(spec, 1L, "Rome");
        change(spec, 2L, "Oslo");
        change(spec, 1L, null);
        change(spec, 2L, "Paris");
        change(spec, 1L, "Bern");
        change(spec, 3L, "Lund");
        change(spec, 3L, null);
        assertThat(query("select * from gold.orders order by id")).containsExactly("[id, city, at]",
                "[1, Bern, 1970-01-01T00:00Z]", "[2, Paris, 1970-01-01T00:00Z]");
        assertThat(query("select id, city, _change, _topic_partition, _offset from gold.orders__changes where id <> 2 "
                + "order by _offset"))
                .containsExactly("[id, city, _change, _topic_partition, _offset]", "[1, Rome, upsert, 0, 1]",
                        "[1, null, delete, 0, 3]", "[1, Bern, upsert, 0, 5]", "[3, Lund, upsert, 0, 6]",
                        "[3, null, delete, 0, 7]");
        assertThat(query("select table_name from information_schema.tables order by 1"))
                .containsExactly("[table_name]", "[orders]", "[orders__changes]");
    }

    /** What docs/operations.md tells the users of other engines. */
    @Test
    void theSqlOfTheManualGivesTheSameRows() throws Exception {
        TableSpec spec = spec("gold", OLD).ofChanges(List.of("id"));
        java.util.Random random = new java.util.Random(11);
        Map<Long, String> rows = new java.util.TreeMap<>();
        for (int i = 0; i < 40; i++) {
            long id = random.nextInt(6);
            String city = random.nextInt(3) == 0 ? null : "c" + i;
            change(spec, id, city);
            if (city == null) {
                rows.remove(id);
            } else {
                rows.put(id, city);
            }
        }
        String manual = Files.readString(Path.of("../docs/operations.md"));
        String sql = manual.substring(manual.indexOf("    SELECT"), manual.indexOf(";", manual.indexOf("    SELECT")))
                .replace("who, window_start, total", "id, city").replace("who, window_start", "id")
                .replace("gold.hourly", "gold.orders__changes");
        List<String> expected = new ArrayList<>(List.of("[id, city]"));
        rows.forEach((id, city) -> expected.add("[" + id + ", " + city + "]"));
        assertThat(query(sql + " ORDER BY id")).isEqualTo(expected);
        assertThat(query("select id, city from gold.orders order by id")).isEqualTo(expected);
    }

    private void change(TableSpec spec, long id, String city) {
        FieldType.Struct key = new FieldType.Struct(List.of(ID));
        byte[] framed = AvroRowEncoder.of(AvroTypes.toSchema("key", key), key, 0).encode(new Object[] {id});
        byte[] value = city == null
                ? null
                : AvroRowEncoder.of(AvroTypes.toSchema("Order", OLD), OLD, 1).encode(new Object[] {id, city, 0L});
        Table table = tables.loadOrCreate(spec);
        StagedWriter writer = StagedWriter.open(table, spec, i -> AvroTypes.toSchema("Order", OLD),
                "worker-" + ++writers);
        assertThat(writer.append(0, writers, 0, java.util.Arrays.copyOfRange(framed, 5, framed.length), value, null))
                .isEqualTo(Appended.WRITTEN);
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
    }

    private static TableSpec json(TableSpec.Layout layout) {
        return new TableSpec("bronze", "orders", "shop.orders", OLD, layout, Optional.empty(), List.of(), List.of(),
                Duration.ofSeconds(1), 128L << 20, Map.of()).ofJson(OLD.fields().stream().map(Column::of).toList());
    }

    private void writeJson(Table table, TableSpec spec, String... records) {
        StagedWriter writer = StagedWriter.open(table, spec, id -> null, "worker-" + ++writers);
        for (String record : records) {
            assertThat(writer.append(0, ++writers, 0, null, record.getBytes(StandardCharsets.UTF_8), null))
                    .isEqualTo(Appended.WRITTEN);
        }
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
    }

    @Test
    void aTableWithoutRowsHasItsColumns() {
        tables.loadOrCreate(spec("silver", OLD));
        assertThat(query("select id, city from silver.orders")).containsExactly("[id, city]");
    }

    @Test
    void aReaderThatHasEnoughEndsTheQuery() {
        write(spec("silver", OLD), OLD, new Object[] {1L, "a", 0L}, new Object[] {2L, "b", 0L});
        assertThat(run("select id from silver.orders order by id", 1)).containsExactly("[id]", "[1]");
    }

    @Test
    void nothingButTheTablesCanBeReadAndNothingWritten() throws Exception {
        write(spec("silver", OLD), OLD, new Object[] {1L, "a", 0L});
        Path secret = Files.writeString(folder.resolve("secret.csv"), "a\n1\n");
        Path target = folder.resolve("out.csv");
        assertThatThrownBy(() -> query("select * from read_csv('" + secret + "')"))
                .isInstanceOf(ProblemException.class).hasMessageContaining("QUERY_FAILED");
        assertThatThrownBy(() -> query("copy (select * from silver.orders) to '" + target + "'"))
                .isInstanceOf(ProblemException.class);
        assertThat(target).doesNotExist();
        assertThatThrownBy(() -> query("set enable_external_access = true")).isInstanceOf(ProblemException.class);
    }

    @Test
    void aMistakeNamesTheTablesThereAre() {
        tables.loadOrCreate(spec("silver", OLD));
        assertThatThrownBy(() -> query("select * from silver.order_s")).isInstanceOf(ProblemException.class)
                .hasMessageContaining("silver.orders");
    }

    private static TableSpec spec(String namespace, FieldType.Struct columns) {
        return new TableSpec(namespace, "orders", "shop." + namespace + ".orders", columns, TableSpec.Layout.ENGINE,
                Optional.empty(), List.of(), List.of(), Duration.ofSeconds(1), 128L << 20, Map.of());
    }

    private void write(TableSpec spec, FieldType.Struct columns, Object[]... rows) {
        Schema schema = AvroTypes.toSchema("Order", columns);
        AvroRowEncoder encoder = AvroRowEncoder.of(schema, columns, 1);
        Table table = tables.loadOrCreate(spec);
        StagedWriter writer = StagedWriter.open(table, spec, id -> schema, "worker-" + ++writers);
        for (int i = 0; i < rows.length; i++) {
            writer.append(0, i, 0, null, encoder.encode(rows[i]), null);
        }
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
    }

    private List<String> query(String sql) {
        return run(sql, Integer.MAX_VALUE);
    }

    private List<String> run(String sql, int limit) {
        List<String> said = new ArrayList<>();
        try (TableCatalog catalog = TableCatalog.open(properties)) {
            TableQuery.run(catalog, sql, new TableQuery.Rows() {
                @Override
                public void columns(List<String> names, List<String> types) {
                    said.add(names.toString());
                }

                @Override
                public boolean row(List<Object> values) {
                    said.add(values.toString());
                    return said.size() <= limit;
                }
            });
        }
        return said;
    }
}

package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableEvolution;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.variants.Variant;
import org.apache.iceberg.variants.VariantValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of a JSON topic as rows of its bronze table; the contract says what is read of them. */
class JsonRowsTest {
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 2000 : 100;

    private static final String ORDERS = """
        apiVersion: v3.2.0
        kind: DataContract
        id: shop.orders
        version: 1.0.0
        schema:
          - name: orders
            properties:
              - {name: order-id, logicalType: integer, required: true, customProperties: [{property: aliases, value: [id]}]}
              - {name: at, logicalType: timestamp, required: true}
              - {name: seen, logicalType: timestamp, physicalType: timestamp-millis}
              - {name: total, logicalType: number, physicalType: "decimal(9,2)"}
              - {name: state, logicalType: string, customProperties: [{property: default, value: new}]}
              - name: address
                logicalType: object
                properties:
                  - {name: city, logicalType: string, required: true}
                  - {name: zip, logicalType: string}
              - {name: tags, logicalType: array, items: {name: element, logicalType: string}}
        customProperties:
          - {property: format, value: json}
        """;

    private final InMemoryCatalog catalog = new InMemoryCatalog();

    JsonRowsTest() {
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
    }

    @Test
    void theContractsColumnsAreReadAndTheRestIsPassedOver() {
        TableSpec spec = spec(Layout.BRONZE, List.of(), List.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);

        append(writer,
                """
                    {"order-id": 7, "at": "2026-11-01T10:00:00.123456Z", "seen": "2026-11-01T10:00:00.123456Z", "total": 9.5, "color": {"r": [1]}, "state": null,
                     "address": {"city": "Rome", "zip": "00100"}, "tags": ["a", null, "ü"]}""");
        append(writer,
                "{\"id\": 8, \"at\": 1000000, \"total\": \"1.25\", \"address\": {\"zip\": \"1\"}, \"tags\": []}");
        append(writer, "\0\0\0\0\7{\"total\": 3}");

        assertThat(writer.unreadRows()).isZero();
        List<Record> rows = committed(table, writer.close());
        assertThat(rows).extracting(r -> r.getField("order-id")).containsExactly(7L, 8L, null);
        assertThat(rows).extracting(r -> r.getField("at")).containsExactly(
                OffsetDateTime.parse("2026-11-01T10:00:00.123456Z"), OffsetDateTime.parse("1970-01-01T00:00:01Z"),
                null);
        assertThat(rows.get(0).getField("seen")).as("finer than its unit").isEqualTo(rows.get(0).getField("at"));
        assertThat(rows).extracting(r -> String.valueOf(r.getField("total"))).containsExactly("9.50", "1.25", "3.00");
        assertThat(rows).extracting(r -> r.getField("state")).as("null is a value, absence the default")
                .containsExactly(null, "new", "new");
        assertThat(rows).extracting(r -> String.valueOf(r.getField("address"))).containsExactly("Record(Rome, 00100)",
                "Record(null, 1)", "null");
        assertThat(rows).extracting(r -> String.valueOf(r.getField("tags"))).containsExactly("[a, null, ü]", "[]",
                "null");
        assertThat(rows).allSatisfy(r -> {
            assertThat(r.getField("_error")).isNull();
            assertThat(r.getField("_value")).isNull();
        });
        assertThat(rows).extracting(r -> r.getField("_offset")).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aRecordThatCannotBeReadIsARowOfBytesAndTheNextOnesFollow() {
        TableSpec spec = spec(Layout.BRONZE, List.of("bucket(2, order-id)"), List.of("at", "order-id desc"));
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        List<String> records = List.of("{\"order-id\": 1}", "{\"order-id\": 2", "", "[1]", "null",
                "{\"order-id\": true}",
                "{\"order-id\": 3} {}", "{\"total\": 1.234}", "{\"address\": {\"city\": 5}}", "{\"at\": \"noon\"}",
                "\0\0", "{\"tags\": [\"\\ud800\"]}", "{\"order-id\": 12}");
        records.forEach(record -> append(writer, record));
        assertThat(writer.append(0, 99, 0, null, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, null))
                .isEqualTo(Appended.WRITTEN);
        assertThat(writer.append(0, 100, 0, null, null, null)).as("tombstone").isEqualTo(Appended.WRITTEN);

        List<Record> rows = committed(table, writer.close());
        assertThat(rows).hasSize(records.size() + 2);
        rows.sort(java.util.Comparator.comparing(r -> (Long) r.getField("_offset")));
        assertThat(rows).extracting(r -> r.getField("order-id")).startsWith(1L, null).contains(12L);
        assertThat(rows.stream().filter(r -> r.getField("_error") != null).map(r -> r.getField("_offset")))
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 99L);
        assertThat(rows).extracting(r -> (String) r.getField("_error")).contains(
                "expected a JSON object, found an array", "expected a JSON object, found the end of the bytes",
                "order-id: expected long, found \"true\"", "total: expected decimal(9,2), found \"1.234\"",
                "at: expected timestamp-micros, found \"noon\"");
        assertThat(rows.stream().filter(r -> r.getField("_error") != null && (long) r.getField("_offset") < 20))
                .allSatisfy(r -> {
                    assertThat(r.getField("_value")).isEqualTo(bytes(records.get((int) (long) r.getField("_offset"))));
                    assertThat(r.getField("order-id")).isNull();
                    assertThat(r.getField("address")).isNull();
                });
        assertThat(rows.get(rows.size() - 1).getField("_value")).isNull();
    }

    @Test
    void theRawLayoutKeepsTheBytesOfEveryRecord() {
        TableSpec spec = spec(Layout.BRONZE_RAW, List.of(), List.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        append(writer, "{ \"order-id\": 1, \"unknown\": 2 }");
        assertThat(committed(table, writer.close())).singleElement().satisfies(r -> {
            assertThat(r.getField("order-id")).isEqualTo(1L);
            assertThat(r.getField("_value")).isEqualTo(bytes("{ \"order-id\": 1, \"unknown\": 2 }"));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", "Iceberg's"})
    void theVariantLayoutKeepsWhatEveryRecordSays(String writerOf) throws IOException {
        TableSpec spec = spec(contract(ORDERS), Layout.BRONZE_VARIANT, List.of(), List.of("order-id"),
                writerOf.equals("ours") ? Map.of() : Map.of("write.parquet.page-version", "v2"));
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        List<String> records = List.of(
                "{\"order-id\": 1, \"unknown\": {\"x\": [1, 300, 70000, 5000000000, -1.50, 1e300]}}",
                "{\"order-id\": \"seven\"}", "{\"order-id\": 3, \"order-id\": 4, \"a\": \"long\", \"a\": \"s\"}",
                "[true, null, \"\u00fc\", 12345678901234567890123, 1" + "0".repeat(45) + ", \"" + "x".repeat(100)
                        + "\"]",
                "{\"order-id\": 5",
                "{\"order-id\": 6, \"n\": 1e999}", "\0\0\0\0\7{\"order-id\": 7}", "null",
                "{\"order-id\": 8} {}", "");
        records.forEach(record -> append(writer, record));
        writer.append(0, 10, 0, null, null, null);

        List<DataFile> files = writer.close();
        int json = table.schema().findField("_json").fieldId();
        assertThat(files).singleElement().satisfies(f -> {
            assertThat(f.valueCounts()).containsEntry(json, 11L);
            assertThat(f.nullValueCounts()).containsEntry(json, 5L);
            assertThat(f.lowerBounds()).doesNotContainKey(json);
        });
        List<Record> rows = committed(table, files);
        rows.sort(java.util.Comparator.comparing(r -> (Long) r.getField("_offset")));
        assertThat(rows).extracting(r -> json(r.getField("_json"))).containsExactly(
                "{order-id=1, unknown={x=[1, 300, 70000, 5000000000, -1.50, 1.0E300]}}", "{order-id=seven}",
                "{a=s, order-id=4}", "[true, null, ü, 12345678901234567890123, 1.0E45, " + "x".repeat(100) + "]",
                "nothing",
                "nothing", "{order-id=7}", "null", "nothing", "nothing", "nothing");
        assertThat(rows).extracting(r -> r.getField("order-id")).containsExactly(1L, null, 4L, null, null, 6L, 7L, null,
                null, null, null);
        assertThat(rows).extracting(r -> r.getField("_value")).as("what is in no other column").containsExactly(null,
                bytes(records.get(1)), null, bytes(records.get(3)), bytes(records.get(4)), bytes(records.get(5)), null,
                bytes(records.get(7)), bytes(records.get(8)), bytes(""), null);
    }

    @Test
    void aContractThatComesToKeepVariantsEvolvesTheTable() {
        TableSpec before = spec(Layout.BRONZE, List.of(), List.of());
        Table table = table(before);
        TableSpec after = spec(Layout.BRONZE_VARIANT, List.of(), List.of());
        byte[] order = "{\"order-id\": 1}".getBytes(StandardCharsets.UTF_8);
        assertThat(open(table, after).append(0, 0, 0, null, order, null)).isInstanceOfSatisfying(
                Appended.NeedsSchema.class, needs -> {
                    assertThat(needs.evolve().changes()).containsExactly(new TableEvolution.Change.KeepJson());
                    UpdateSchema update = table.updateSchema();
                    TableSchemas.apply(needs.evolve(), update);
                    update.commit();
                });
        StagedWriter writer = open(table, after);
        append(writer, "{\"order-id\": 1}");
        assertThat(committed(table, writer.close())).singleElement()
                .satisfies(r -> assertThat(json(r.getField("_json"))).isEqualTo("{order-id=1}"));
        StagedWriter without = open(table, before);
        append(without, "{\"order-id\": 2}");
        assertThat(committed(table, without.close())).extracting(r -> json(r.getField("_json")))
                .containsExactlyInAnyOrder("{order-id=1}", "nothing");
    }

    @Test
    void tablesOfFormatVersionTwoHaveNoVariants() {
        TableSpec spec = spec(contract(ORDERS), Layout.BRONZE_VARIANT, List.of(), List.of(),
                Map.of("format-version", "2"));
        assertThatThrownBy(() -> table(spec)).isInstanceOf(ProblemException.class).hasMessageContaining("rawForm");
        Table table = table(spec(contract(ORDERS), Layout.BRONZE, List.of(), List.of(), Map.of("format-version", "2")));
        assertThatThrownBy(() -> open(table, spec)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("format version 3");
    }

    /** A variant as Java's collections show it, members by name. */
    private static String json(Object variant) {
        return variant == null ? "nothing" : String.valueOf(plain(((Variant) variant).value()));
    }

    private static Object plain(VariantValue value) {
        return switch (value.type()) {
            case NULL -> null;
            case OBJECT -> {
                Map<String, Object> members = new TreeMap<>();
                value.asObject().fieldNames().forEach(n -> members.put(n, plain(value.asObject().get(n))));
                yield members;
            }
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int i = 0; i < value.asArray().numElements(); i++) {
                    items.add(plain(value.asArray().get(i)));
                }
                yield items;
            }
            default -> value.asPrimitive().get();
        };
    }

    @Test
    void theNewestEventTimeIsThatOfTheContract() {
        TableSpec spec = spec(Layout.BRONZE, List.of(), List.of());
        StagedWriter writer = open(table(spec), spec);
        writer.append(2, 0, 10_000, null, "{\"at\": 9000000}".getBytes(StandardCharsets.UTF_8), null);
        writer.append(2, 1, 10_000, null, "{\"at\": \"later\"}".getBytes(StandardCharsets.UTF_8), null);
        assertThat(writer.newestEventTime(2)).hasValue(9_000_000);
        writer.abort();
    }

    @Test
    void aNewVersionOfTheContractEvolvesTheTable() {
        TableSpec before = spec(Layout.BRONZE, List.of(), List.of());
        Table table = table(before);
        StagedWriter old = open(table, before);
        append(old, "{\"order-id\": 1, \"coupon\": \"x\", \"address\": {\"city\": \"Rome\", \"country\": \"it\"}}");
        List<DataFile> files = old.close();

        TableSpec after = spec(ORDERS.replace("version: 1.0.0", "version: 1.1.0")
                .replace("      - {name: total", "      - {name: coupon, logicalType: string}\n      - {name: total")
                .replace("decimal(9,2)", "decimal(12,2)")
                .replace("          - {name: zip",
                        "          - {name: country, logicalType: string}\n          - {name: zip"));
        byte[] order = "{\"order-id\": 2, \"coupon\": \"y\", \"total\": 1e8, \"address\": {\"country\": \"it\"}}"
                .getBytes(StandardCharsets.UTF_8);
        StagedWriter asks = open(table, after);
        assertThat(asks.append(0, 1, 0, null, order, null)).isInstanceOfSatisfying(Appended.NeedsSchema.class,
                needs -> {
                    assertThat(needs.schemaId()).isNegative();
                    assertThat(needs.evolve().changes()).hasSize(3);
                    UpdateSchema update = table.updateSchema();
                    TableSchemas.apply(needs.evolve(), update);
                    update.commit();
                });
        asks.abort();
        table.refresh();
        StagedWriter writer = open(table, after);
        assertThat(writer.append(0, 1, 0, null, order, null)).isEqualTo(Appended.WRITTEN);
        StagedWriter still = open(table, before);
        append(still, "{\"order-id\": 3, \"coupon\": \"z\"}");

        committed(table, files);
        committed(table, still.close());
        List<Record> rows = committed(table, writer.close());
        rows.sort(java.util.Comparator.comparing(r -> (Long) r.getField("order-id")));
        assertThat(rows).extracting(r -> r.getField("coupon")).as("an older process reads by its older contract")
                .containsExactly(null, "y", null);
        assertThat(rows).extracting(r -> String.valueOf(r.getField("total"))).containsExactly("null", "100000000.00",
                "null");
        assertThat(((Record) rows.get(1).getField("address")).getField("country")).isEqualTo("it");
    }

    @Test
    void aContractThatContradictsTheTableIsRefusedAndItsRecordsMayBeKeptAsBytes() {
        Table table = table(spec(Layout.BRONZE, List.of(), List.of()));
        TableSpec after = spec(ORDERS.replace("total, logicalType: number, physicalType: \"decimal(9,2)\"",
                "total, logicalType: boolean"));
        StagedWriter writer = open(table, after);
        byte[] order = "{\"total\": true}".getBytes(StandardCharsets.UTF_8);
        assertThat(writer.append(0, 0, 0, null, order, null)).isInstanceOfSatisfying(Appended.Refused.class,
                refused -> assertThat(refused.problems()).singleElement()
                        .satisfies(p -> assertThat(p.code()).isEqualTo(SinkProblem.COLUMN_INCOMPATIBLE)));
        writer.appendUnread(0, 0, 0, null, order, null, "COLUMN_INCOMPATIBLE");
        assertThat(committed(table, writer.close())).singleElement()
                .satisfies(r -> assertThat(r.getField("_value")).isEqualTo(ByteBuffer.wrap(order)));
    }

    /** The same values through Avro are the oracle. */
    @Test
    void randomRecordsLandAsTheSameValuesWouldFromAvro() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                random(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void random(int seed) {
        Random random = new Random(seed);
        RandomRecords records = new RandomRecords(random);
        Schema schema = records.record(0);
        TableSpec spec = Specs.bronze("t" + seed, schema, List.of(), List.of(), Map.of())
                .ofJson(AvroTypes.columnsOf(schema));
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        List<Record> expected = new ArrayList<>();
        for (int i = 1 + random.nextInt(100); i > 0; i--) {
            Object value = records.value(schema);
            Optional<String> json = new JsonText(random).of(value, schema);
            if (json.isPresent()) {
                append(writer, json.get());
                expected.add((Record) RandomRecords.expected(value, schema, table.schema().asStruct()));
            }
        }
        assertThat(writer.unreadRows()).isZero();
        List<Record> rows = committed(table, writer.close());
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
            for (Schema.Field field : schema.getFields()) {
                assertThat(rows.get(i).getField(field.name())).as(field.name())
                        .isEqualTo(expected.get(i).getField(field.name()));
            }
        }
    }

    private static TableSpec spec(Layout layout, List<String> partitionBy, List<String> sortBy) {
        return spec(contract(ORDERS), layout, partitionBy, sortBy);
    }

    private static TableSpec spec(String contract) {
        return spec(contract(contract), Layout.BRONZE, List.of(), List.of());
    }

    private static TableSpec spec(Contract contract, Layout layout, List<String> partitionBy, List<String> sortBy) {
        return spec(contract, layout, partitionBy, sortBy, Map.of());
    }

    private static TableSpec spec(Contract contract, Layout layout, List<String> partitionBy, List<String> sortBy,
            Map<String, String> properties) {
        assertThat(contract.format()).isEqualTo(Contract.WireFormat.JSON);
        return new TableSpec("bronze", "orders", "orders", contract.rowType(), layout,
                Optional.of(new TableSpec.Clock("at", Duration.ZERO)), partitionBy, sortBy, Duration.ofSeconds(10),
                128L << 20, properties).ofJson(contract.columns());
    }

    private static Contract contract(String text) {
        return ContractFile.read("orders.odcs.yaml", text);
    }

    private Table table(TableSpec spec) {
        return new IcebergTables(catalog).loadOrCreate(spec);
    }

    private static StagedWriter open(Table table, TableSpec spec) {
        return StagedWriter.open(table, spec, id -> {
            throw new AssertionError("a JSON topic has no schema to ask for");
        }, UUID.randomUUID().toString());
    }

    private static void append(StagedWriter writer, String record) {
        assertThat(writer.append(0, writer.rows(), 0, null, record.getBytes(StandardCharsets.UTF_8), null))
                .isEqualTo(Appended.WRITTEN);
    }

    private static ByteBuffer bytes(String record) {
        return ByteBuffer.wrap(record.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Record> committed(Table table, List<DataFile> files) {
        AppendFiles append = table.newAppend();
        files.forEach(append::appendFile);
        append.commit();
        List<Record> rows = new ArrayList<>();
        try (TableRows all = TableRows.of(table)) {
            all.forEach(rows::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }
}

package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that change rows by their key are rows of a table, from which the rows as they are now can be had. */
class ChangelogRowsTest {
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 2000 : 80;
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    /** A group's columns may be null in the row type; in a key they never are. */
    private static final FieldType.Struct HOURLY = new FieldType.Struct(List.of(
            Field.optional("who", new FieldType.Text()), Field.required("hour", INSTANT),
            Field.required("n", new FieldType.Int64()), Field.required("region", new FieldType.Text())));
    private static final FieldType.Struct WIDER = new FieldType.Struct(List.of(HOURLY.fields().get(0),
            HOURLY.fields().get(1), HOURLY.fields().get(2), HOURLY.fields().get(3),
            Field.optional("total", new FieldType.Float64())));
    private static final List<String> KEY = List.of("who", "hour");
    private static final long DAY = 86_400_000_000L;

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final Map<Integer, Schema> registry = new HashMap<>(
            Map.of(1, AvroTypes.toSchema("Hourly", HOURLY), 2, AvroTypes.toSchema("Hourly", WIDER)));

    ChangelogRowsTest() {
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
    }

    @Test
    void everyChangeIsARowAndATombstoneIsOneOfItsKey() {
        TableSpec spec = hourly(List.of(), List.of());
        Table table = table(spec);
        assertThat(table.schema().columns()).extracting(c -> c.name() + " " + c.type() + (c.isOptional() ? "?" : ""))
                .containsExactly("who string", "hour timestamptz", "n long?", "region string?", "_topic_partition int",
                        "_offset long", "_change string");
        assertThat(table.schema().identifierFieldNames()).containsExactlyInAnyOrder("who", "hour");

        StagedWriter writer = open(table, spec);
        assertThat(writer.append(2, 5, 0, key("ann", 0), value("ann", 0, 7L, "eu"), null)).isEqualTo(Appended.WRITTEN);
        assertThat(writer.append(2, 6, 0, key("ann", 0), null, null)).isEqualTo(Appended.WRITTEN);
        assertThat(writer.append(2, 7, 0, key("ann", 0), value("ann", 0, 9L, "eu"), null)).isEqualTo(Appended.WRITTEN);

        assertThat(writer.unreadRows()).isZero();
        assertThat(committed(table, writer.close())).extracting(ChangelogRowsTest::text).containsExactly(
                "[ann, 1970-01-01T00:00Z, 7, eu, 2, 5, upsert]", "[ann, 1970-01-01T00:00Z, null, null, 2, 6, delete]",
                "[ann, 1970-01-01T00:00Z, 9, eu, 2, 7, upsert]");
    }

    @Test
    void whatNamesNoRowIsRefused() {
        TableSpec spec = hourly(List.of(), List.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        refused(writer.append(0, 0, 0, null, value("ann", 0, 7L, "eu"), null), "has no key");
        refused(writer.append(0, 1, 0, null, null, null), "has no key");
        refused(writer.append(0, 2, 0, Arrays.copyOf(key("ann", 0), 4), null, null), "in its key");
        refused(writer.append(0, 3, 0, Arrays.copyOf(key("ann", 0), 40), null, null), "in its key");
        refused(writer.append(0, 4, 0, key("ann", 0), new byte[] {9}, null), "no zero byte");
        refused(writer.append(0, 5, 0, key("ann", 0), value(null, 0, 7L, "eu"), null),
                "expected a value in column who, found null");
        writer.append(0, 6, 0, key("bob", 0), null, null);
        assertThat(committed(table, writer.close())).extracting(ChangelogRowsTest::text)
                .containsExactly("[bob, 1970-01-01T00:00Z, null, null, 0, 6, delete]");
    }

    private static void refused(Appended appended, String because) {
        assertThat(appended).isInstanceOfSatisfying(Appended.Refused.class,
                refused -> assertThat(refused.problems()).singleElement().satisfies(p -> {
                    assertThat(p.code()).isEqualTo(SinkProblem.RECORD_UNREADABLE);
                    assertThat(p.message()).contains(because);
                }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "n desc", "who,hour"})
    void aDeleteIsInItsRowsPartitionWhereThatIsOfTheKey(String sortBy) {
        TableSpec spec = hourly(List.of("day(hour)"), sortBy.isEmpty() ? List.of() : List.of(sortBy.split(",")));
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        writer.append(0, 0, 0, key("ann", 0), value("ann", 0, 1L, "eu"), null);
        writer.append(0, 1, 0, key("ann", DAY), value("ann", DAY, 2L, "eu"), null);
        writer.append(0, 2, 0, key("ann", DAY), null, null);
        writer.append(0, 3, 0, key("ann", 0), null, null);
        List<DataFile> files = writer.close();
        assertThat(files).extracting(f -> table.spec().partitionToPath(f.partition()) + " " + f.recordCount())
                .containsExactlyInAnyOrder("hour_day=1970-01-01 2", "hour_day=1970-01-02 2");
        assertThat(committed(table, files)).extracting(ChangelogRowsTest::text).contains(
                "[ann, 1970-01-02T00:00Z, 2, eu, 0, 1, upsert]", "[ann, 1970-01-02T00:00Z, null, null, 0, 2, delete]");
    }

    @Test
    void aDeleteHasNoPartitionWhereThatIsOfOtherColumns() {
        TableSpec spec = hourly(List.of("region"), List.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        writer.append(0, 0, 0, key("ann", 0), value("ann", 0, 1L, "eu"), null);
        writer.append(0, 1, 0, key("ann", 0), null, null);
        assertThat(writer.close()).extracting(f -> table.spec().partitionToPath(f.partition()))
                .containsExactlyInAnyOrder("region=eu", "region=null");
    }

    @Test
    void aNewColumnIsAskedForAndDeletesGoOn() {
        TableSpec spec = hourly(List.of(), List.of());
        Table table = table(spec);
        StagedWriter before = open(table, spec);
        before.append(0, 0, 0, key("ann", 0), value("ann", 0, 7L, "eu"), null);
        byte[] wider = AvroRowEncoder.of(registry.get(2), WIDER, 2).encode(new Object[] {"ann", 0L, 8L, "eu", 0.5});
        assertThat(before.append(0, 1, 0, key("ann", 0), wider, null))
                .isInstanceOfSatisfying(Appended.NeedsSchema.class, needs -> {
                    assertThat(needs.schemaId()).isEqualTo(2);
                    assertThat(needs.evolve().changes()).singleElement().asString().startsWith("Add[parent=, field=");
                    UpdateSchema update = table.updateSchema();
                    TableSchemas.apply(needs.evolve(), update);
                    update.commit();
                });
        committed(table, before.close());
        table.refresh();
        StagedWriter after = open(table, spec);
        after.append(0, 1, 0, key("ann", 0), wider, null);
        after.append(0, 2, 0, key("ann", 0), null, null);
        after.append(0, 3, 0, key("ann", 0), value("ann", 0, 9L, "us"), null);
        assertThat(committed(table, after.close())).extracting(ChangelogRowsTest::text).containsExactlyInAnyOrder(
                "[ann, 1970-01-01T00:00Z, 7, eu, 0, 0, upsert, null]",
                "[ann, 1970-01-01T00:00Z, 8, eu, 0, 1, upsert, 0.5]",
                "[ann, 1970-01-01T00:00Z, null, null, 0, 2, delete, null]",
                "[ann, 1970-01-01T00:00Z, 9, us, 0, 3, upsert, null]");
    }

    @Test
    void aKeyThatBecomesWiderDeletesRowsOfBefore() {
        FieldType.Struct narrow = new FieldType.Struct(List.of(Field.required("id", new FieldType.Int32())));
        FieldType.Struct wide = new FieldType.Struct(List.of(Field.required("id", new FieldType.Int64())));
        registry.put(3, AvroTypes.toSchema("N", narrow));
        registry.put(4, AvroTypes.toSchema("N", wide));
        Table table = table(Specs.of("gold", "n", registry.get(3), Layout.ENGINE, List.of(), List.of(), Map.of())
                .ofChanges(List.of("id")));
        TableSpec spec = Specs.of("gold", "n", registry.get(4), Layout.ENGINE, List.of(), List.of(), Map.of())
                .ofChanges(List.of("id"));
        StagedWriter first = open(table, spec);
        assertThat(first.append(0, 0, 0, bytes(wide, 5L), null, null)).isEqualTo(Appended.WRITTEN);
        refused(first.append(0, 1, 0, bytes(wide, 1L << 40), null, null), "in its key");
        assertThat(first.append(0, 1, 0, bytes(wide, 1L << 40), framed(4, wide, 1L << 40), null))
                .isInstanceOfSatisfying(Appended.NeedsSchema.class, needs -> {
                    UpdateSchema update = table.updateSchema();
                    TableSchemas.apply(needs.evolve(), update);
                    update.commit();
                });
        committed(table, first.close());
        table.refresh();
        StagedWriter then = open(table, spec);
        then.append(0, 1, 0, bytes(wide, 1L << 40), framed(4, wide, 1L << 40), null);
        then.append(0, 2, 0, bytes(wide, 1L << 40), null, null);
        then.append(0, 3, 0, bytes(narrow, 5), framed(3, narrow, 5), null);
        assertThat(committed(table, then.close())).extracting(ChangelogRowsTest::text).containsExactlyInAnyOrder(
                "[5, 0, 0, delete]", "[1099511627776, 0, 1, upsert]", "[1099511627776, 0, 2, delete]",
                "[5, 0, 3, upsert]");
    }

    @Test
    void aTableThatKeepsItsRowsOtherwiseIsRefused() {
        TableSpec changes = hourly(List.of(), List.of());
        TableSpec rows = Specs.of("gold", "plain", registry.get(1), Layout.ENGINE, List.of(), List.of(), Map.of());
        unfit(table(rows), rows.ofChanges(KEY), "the table keeps rows that do not");
        unfit(table(changes), Specs.of("gold", "hourly", registry.get(1), Layout.ENGINE, List.of(), List.of(),
                Map.of()), "keeps changes of rows by");
        unfit(table(changes), Specs.of("gold", "hourly", registry.get(1), Layout.ENGINE, List.of(), List.of(),
                Map.of()).ofChanges(List.of("who")), "Rows change by who, and the table keeps changes by hour, who.");
    }

    private void unfit(Table table, TableSpec spec, String because) {
        assertThatThrownBy(() -> open(table, spec)).isInstanceOfSatisfying(ProblemException.class,
                e -> assertThat(e.problems()).singleElement().satisfies(p -> {
                    assertThat(p.code()).isEqualTo(SinkProblem.TABLE_FORMAT);
                    assertThat(p.message()).contains(because);
                }));
    }

    @Test
    void randomChangesFoldToWhatTheirTopicFoldsTo() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void run(long seed) {
        Random random = new Random(seed);
        RandomRecords values = new RandomRecords(random);
        List<Field> keyFields = keyFields(random);
        List<Field> rest = AvroTypes.fromSchema(values.record(1)).fields();
        List<Field> columns = new ArrayList<>(keyFields.stream()
                .map(f -> random.nextBoolean() ? f : Field.optional(f.name(), f.type())).toList());
        rest.forEach(f -> columns.add(random.nextInt(columns.size() + 1), f));
        FieldType.Struct row = new FieldType.Struct(columns);
        FieldType.Struct earlier = new FieldType.Struct(columns.stream()
                .filter(f -> keyFields.stream().anyMatch(k -> k.name().equals(f.name())) || random.nextInt(3) > 0)
                .toList());
        Schema keySchema = AvroTypes.toSchema("key", new FieldType.Struct(keyFields));
        Map<Integer, Schema> schemas = Map.of(1, AvroTypes.toSchema("Row", earlier), 2, AvroTypes.toSchema("Row", row));
        List<String> key = keyFields.stream().map(Field::name).toList();
        TableSpec spec = Specs.of("gold", "random" + seed, schemas.get(2), Layout.ENGINE,
                random.nextBoolean() ? List.of("bucket(3, _offset)") : List.of(),
                random.nextInt(3) == 0 ? List.of("_offset desc") : List.of(),
                random.nextBoolean() ? Map.of("write.parquet.page-version", "v2") : Map.of()).ofChanges(key);
        Table table = table(spec);
        List<GenericData.Record> rows = new ArrayList<>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            rows.add((GenericData.Record) values.value(keySchema));
        }

        Map<String, Record> expected = new TreeMap<>();
        long[] offsets = new long[3];
        List<DataFile> files = new ArrayList<>();
        for (int batch = 0; batch < 2; batch++) {
            StagedWriter writer = StagedWriter.open(table, spec, schemas::get, "w" + batch);
            for (int i = random.nextInt(60); i > 0; i--) {
                GenericData.Record of = rows.get(random.nextInt(rows.size()));
                byte[] bytes = unframed(RandomRecords.encode(2, keySchema, of));
                String hex = HexFormat.of().formatHex(bytes);
                int partition = Math.floorMod(hex.hashCode(), 3);
                byte[] value = null;
                if (random.nextInt(3) == 0) {
                    expected.remove(hex);
                } else {
                    int id = 1 + random.nextInt(2);
                    GenericData.Record record = (GenericData.Record) values.value(schemas.get(id));
                    key.forEach(k -> record.put(k, of.get(k)));
                    value = RandomRecords.encode(id, schemas.get(id), record);
                    expected.put(hex, own(row, table, (Record) RandomRecords.expected(record, schemas.get(id),
                            table.schema().asStruct())));
                }
                assertThat(writer.append(partition, offsets[partition]++, 0, bytes, value, null))
                        .isEqualTo(Appended.WRITTEN);
            }
            files.addAll(writer.close());
        }
        assertThat(folded(committed(table, files), key, row, table))
                .containsExactlyInAnyOrderElementsOf(expected.values());
    }

    private static List<Field> keyFields(Random random) {
        List<FieldType> types = List.of(new FieldType.Bool(), new FieldType.Int32(), new FieldType.Int64(),
                new FieldType.Text(), new FieldType.Uuid(), new FieldType.Date(), INSTANT,
                new FieldType.Timestamp(FieldType.TimeUnit.MILLIS, false), new FieldType.Decimal(9, 2),
                new FieldType.Decimal(30, 4), new FieldType.Time(FieldType.TimeUnit.MICROS), new FieldType.Bytes());
        List<Field> fields = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            fields.add(Field.required("k" + i, types.get(random.nextInt(types.size()))));
        }
        return fields;
    }

    /** What a reader makes of the table: of each key the change with the newest offset, if it is no delete. */
    private static List<Record> folded(List<Record> changes, List<String> key, FieldType.Struct row, Table table) {
        Map<List<Object>, Record> newest = new HashMap<>();
        for (Record change : changes) {
            newest.merge(key.stream().map(change::getField).toList(), change,
                    (a, b) -> (long) a.getField("_offset") > (long) b.getField("_offset") ? a : b);
        }
        return newest.values().stream().filter(c -> c.getField("_change").equals("upsert"))
                .map(c -> own(row, table, c)).toList();
    }

    /** The row's own columns. */
    private static Record own(FieldType.Struct row, Table table, Record record) {
        Record own = GenericRecord.create(table.schema().select(row.fields().stream().map(Field::name).toList()));
        row.fields().forEach(f -> own.setField(f.name(), record.getField(f.name())));
        return own;
    }

    private static String text(Record record) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < record.size(); i++) {
            Object value = record.get(i);
            values.add(value instanceof java.nio.ByteBuffer b
                    ? HexFormat.of().formatHex(org.apache.iceberg.util.ByteBuffers.toByteArray(b))
                    : String.valueOf(value));
        }
        return values.toString();
    }

    private TableSpec hourly(List<String> partitionBy, List<String> sortBy) {
        return Specs.of("gold", "hourly", registry.get(1), Layout.ENGINE, partitionBy, sortBy, Map.of()).ofChanges(KEY);
    }

    private byte[] value(String who, long hour, Long n, String region) {
        return AvroRowEncoder.of(registry.get(1), HOURLY, 1).encode(new Object[] {who, hour, n, region});
    }

    private static byte[] key(String who, long hour) {
        return bytes(new FieldType.Struct(List.of(Field.required("who", new FieldType.Text()),
                Field.required("hour", INSTANT))), who, hour);
    }

    /** A key as the engine writes it: Avro binary without a frame. */
    private static byte[] bytes(FieldType.Struct type, Object... values) {
        return unframed(framed(0, type, values));
    }

    private static byte[] framed(int id, FieldType.Struct type, Object... values) {
        return AvroRowEncoder.of(AvroTypes.toSchema("key", type), type, id).encode(values);
    }

    private static byte[] unframed(byte[] framed) {
        return Arrays.copyOfRange(framed, ConfluentFrame.HEADER, framed.length);
    }

    private Table table(TableSpec spec) {
        return new IcebergTables(catalog).loadOrCreate(spec);
    }

    private StagedWriter open(Table table, TableSpec spec) {
        return StagedWriter.open(table, spec, registry::get, UUID.randomUUID().toString());
    }

    /** Commits the files and reads the whole table. */
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

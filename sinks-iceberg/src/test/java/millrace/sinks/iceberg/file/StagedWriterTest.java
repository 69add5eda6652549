package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.schemas.registry.UnknownSchemaException;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableEvolution;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class StagedWriterTest {
    private static final Schema V1 = SchemaBuilder.record("Order").namespace("shop").fields().requiredLong("id")
            .optionalString("city").name("at").type(org.apache.avro.LogicalTypes.timestampMillis()
                    .addToSchema(Schema.create(Schema.Type.LONG)))
            .noDefault().endRecord();
    private static final Schema V2 = SchemaBuilder.record("Order").namespace("shop").fields().requiredLong("id")
            .optionalString("city").name("at").type(org.apache.avro.LogicalTypes.timestampMillis()
                    .addToSchema(Schema.create(Schema.Type.LONG)))
            .noDefault().optionalDouble("total").endRecord();
    private static final Schema BAD = SchemaBuilder.record("Order").namespace("shop").fields().requiredString("id")
            .endRecord();

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final Map<Integer, Schema> registry = new HashMap<>(Map.of(1, V1, 2, V2, 3, BAD));

    StagedWriterTest() {
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
    }

    @Test
    void aRecordThatCannotBeReadIsARowOfBytesAndTheNextOnesFollow() {
        TableSpec spec = Specs.bronze("orders", V1, List.of(), List.of(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        byte[] good = order(1, V1, 7, "Rome", 1000);
        byte[] cut = java.util.Arrays.copyOf(good, good.length - 1);
        byte[] notText = good.clone();
        notText[8] = (byte) 0xff;
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", new byte[] {1}).add("trace", null);

        assertThat(writer.append(3, 10, 5000, "k".getBytes(StandardCharsets.UTF_8), good, headers))
                .isEqualTo(Appended.WRITTEN);
        writer.append(3, 11, 5000, null, cut, null);
        writer.append(3, 12, 5000, null, new byte[] {9, 9}, null);
        writer.append(3, 13, 5000, null, order(99, V1, 8, "Rome", 1000), null);
        writer.append(3, 14, 5000, null, notText, null);
        writer.append(3, 15, 5000, null, null, null);
        writer.append(3, 16, 5000, null, order(1, V1, 9, null, 1000), null);

        assertThat(writer.rows()).isEqualTo(7);
        assertThat(writer.unreadRows()).isEqualTo(4);
        List<Record> rows = committed(table, writer.close());
        assertThat(rows).extracting(r -> r.getField("id")).containsExactly(7L, null, null, null, null, null, 9L);
        assertThat(rows).extracting(r -> r.getField("_error")).containsExactly(null,
                "expected a number in column at, found the end of the record",
                "no zero byte and schema id at the start of the value", "the registry has no schema 99",
                "expected UTF-8 text in column city, found bytes that are not", null, null);
        assertThat(rows.get(1).getField("_value")).isEqualTo(java.nio.ByteBuffer.wrap(cut));
        assertThat(rows.get(0).getField("_value")).as("decoded").isNull();
        assertThat(rows.get(5).getField("_value")).as("tombstone").isNull();
        Record first = rows.get(0);
        assertThat(first.getField("_topic_partition")).isEqualTo(3);
        assertThat(first.getField("_offset")).isEqualTo(10L);
        assertThat(first.getField("_timestamp").toString()).isEqualTo("1970-01-01T00:00:05Z");
        assertThat(first.getField("_key")).isEqualTo(java.nio.ByteBuffer.wrap(new byte[] {'k'}));
        assertThat((List<?>) first.getField("_headers")).hasToString("[Record(trace, "
                + java.nio.ByteBuffer.wrap(new byte[1]) + "), Record(trace, null)]");
        assertThat(rows.get(1).getField("_headers")).isNull();
    }

    @Test
    void aRecordWithoutAnyValueIsToldFromATombstone() {
        Schema sparse = SchemaBuilder.record("Order").namespace("shop").fields().optionalString("city").endRecord();
        registry.put(4, sparse);
        TableSpec spec = Specs.bronze("orders", sparse, List.of(), List.of(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        byte[] empty = RandomRecords.encode(4, sparse, new GenericData.Record(sparse));
        writer.append(0, 0, 0, null, null, null);
        writer.append(0, 1, 0, null, empty, null);
        assertThat(committed(table, writer.close())).extracting(r -> r.getField("_value")).containsExactly(null,
                java.nio.ByteBuffer.wrap(empty));
    }

    @Test
    void theRawLayoutKeepsTheBytesOfEveryRecord() {
        TableSpec spec = Specs.of("bronze", "raw", V1, Layout.BRONZE_RAW, List.of(), List.of(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        byte[] value = order(1, V1, 7, "Rome", 1000);
        writer.append(0, 0, 0, null, value, null);
        assertThat(committed(table, writer.close())).extracting(r -> r.getField("_value"))
                .containsExactly(java.nio.ByteBuffer.wrap(value));
    }

    @Test
    void aNewColumnIsAskedForAndThenWritten() {
        TableSpec spec = Specs.bronze("orders", V1, List.of(), List.of(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        writer.append(0, 0, 0, null, order(1, V1, 1, "a", 0), null);
        Appended answer = writer.append(0, 1, 0, null, order(2, V2, 2, "b", 0), null);
        assertThat(answer).isInstanceOfSatisfying(Appended.NeedsSchema.class, needs -> {
            assertThat(needs.schemaId()).isEqualTo(2);
            UpdateSchema update = table.updateSchema();
            TableSchemas.apply(needs.evolve(), update);
            update.commit();
        });
        assertThat(writer.rows()).isEqualTo(1);
        List<DataFile> before = writer.close();
        table.refresh();
        StagedWriter next = open(table, spec);
        assertThat(next.append(0, 1, 0, null, order(2, V2, 2, "b", 0), null)).isEqualTo(Appended.WRITTEN);
        assertThat(next.append(0, 2, 0, null, order(1, V1, 3, "c", 0), null)).isEqualTo(Appended.WRITTEN);
        committed(table, before);
        assertThat(committed(table, next.close())).extracting(r -> r.getField("id") + "/" + r.getField("total"))
                .containsExactlyInAnyOrder("1/null", "2/0.5", "3/null");
    }

    @Test
    void anIncompatibleSchemaIsRefusedAndMayBeKeptAsBytes() {
        TableSpec spec = Specs.bronze("orders", V1, List.of(), List.of(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        GenericData.Record record = new GenericData.Record(BAD);
        record.put("id", "seven");
        byte[] value = RandomRecords.encode(3, BAD, record);
        assertThat(writer.append(0, 0, 0, null, value, null)).isInstanceOfSatisfying(Appended.Refused.class,
                refused -> assertThat(refused.problems()).singleElement()
                        .satisfies(p -> assertThat(p.code()).isEqualTo(SinkProblem.COLUMN_INCOMPATIBLE)));
        assertThat(writer.rows()).isZero();
        writer.appendUnread(0, 0, 0, null, value, null, "COLUMN_INCOMPATIBLE");
        assertThat(committed(table, writer.close())).singleElement().satisfies(row -> {
            assertThat(row.getField("_error")).isEqualTo("COLUMN_INCOMPATIBLE");
            assertThat(row.getField("_value")).isEqualTo(java.nio.ByteBuffer.wrap(value));
        });
    }

    @Test
    void theEnginesOwnTopicsHaveNoRowForWhatCannotBeRead() {
        TableSpec spec = Specs.of("silver", "orders", V1, Layout.ENGINE, List.of(), List.of(), Map.of());
        Table table = table(spec);
        assertThat(table.schema().findField("id").isRequired()).isTrue();
        StagedWriter writer = open(table, spec);
        assertThat(writer.append(0, 0, 0, null, new byte[] {0, 0, 0, 0, 1}, null))
                .isInstanceOf(Appended.Refused.class);
        assertThat(writer.append(0, 1, 0, null, null, null)).isInstanceOf(Appended.Refused.class);
        writer.append(0, 2, 0, null, order(1, V1, 5, null, 0), null);
        assertThat(committed(table, writer.close())).extracting(r -> r.getField("id")).containsExactly(5L);
    }

    @Test
    void aRegistryThatDoesNotAnswerLeavesTheWriterAsItWas() {
        TableSpec spec = Specs.bronze("orders", V1, List.of(), List.of(), Map.of());
        Table table = table(spec);
        boolean[] down = {true};
        StagedWriter writer = StagedWriter.open(table, spec, id -> {
            if (down[0]) {
                throw new RegistryUnavailableException("down", null);
            }
            return registry.get(id);
        }, "w");
        byte[] value = order(1, V1, 5, null, 0);
        assertThatThrownBy(() -> writer.append(0, 0, 0, null, value, null))
                .isInstanceOf(RegistryUnavailableException.class);
        down[0] = false;
        assertThat(writer.append(0, 0, 0, null, value, null)).isEqualTo(Appended.WRITTEN);
        assertThat(committed(table, writer.close())).hasSize(1);
    }

    @Test
    void rowsAreInTheirHiddenPartitionsAsIcebergComputesThem() {
        Random random = new Random(5);
        for (String transform : List.of("day(at)", "hour(at)", "month(at)", "year(_timestamp)", "bucket(7, id)",
                "bucket(5, city)", "truncate(3, city)", "truncate(10, id)", "city", "id", "_topic_partition",
                "bucket(4, _key)", "bucket(3, at)", "identity(at)")) {
            TableSpec spec = Specs.bronze("t" + random.nextInt(1 << 30), V1, List.of(transform), List.of(), Map.of());
            Table table = table(spec);
            StagedWriter writer = open(table, spec);
            for (int i = 0; i < 300; i++) {
                writer.append(i % 3, i, random.nextLong() >> 20, ("k" + i % 5).getBytes(StandardCharsets.UTF_8),
                        order(1, V1, random.nextInt(60) - 30,
                                random.nextInt(4) == 0 ? null : "city" + random.nextInt(9),
                                (random.nextInt(400_000) - 200_000) * 3_600_000L),
                        null);
            }
            List<DataFile> files = writer.close();
            assertThat(files.size()).as(transform).isGreaterThan(1);
            PartitionKey key = new PartitionKey(table.spec(), table.schema());
            InternalRecordWrapper wrapper = new InternalRecordWrapper(table.schema().asStruct());
            long rows = 0;
            for (DataFile file : files) {
                for (Record row : TableRows.ofFile(table, file)) {
                    key.partition(wrapper.wrap(row));
                    assertThat(table.spec().partitionToPath(file.partition())).as(transform)
                            .isEqualTo(table.spec().partitionToPath(key));
                    rows++;
                }
            }
            assertThat(rows).as(transform).isEqualTo(300);
            assertThat(committed(table, files)).hasSize(300);
        }
    }

    @Test
    void tooManyPartitionsAtOnceEndFilesInsteadOfHoldingThem() {
        TableSpec spec = Specs.bronze("orders", V1, List.of("id"), List.of(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        for (int i = 0; i < 2 * OpenFiles.MOST_OPEN; i++) {
            writer.append(0, i, 0, null, order(1, V1, i % (OpenFiles.MOST_OPEN + 10), "x", 0), null);
        }
        List<DataFile> files = writer.close();
        assertThat(files.size()).isGreaterThan(OpenFiles.MOST_OPEN + 10);
        assertThat(committed(table, files)).hasSize(2 * OpenFiles.MOST_OPEN);
    }

    @Test
    void rowsOfAFileAreInTheTablesOrder() {
        TableSpec spec = Specs.bronze("orders", V1, List.of("_topic_partition"), List.of("city desc", "id"), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            writer.append(i % 2, i, 0, null,
                    order(1, V1, random.nextLong(), random.nextInt(5) == 0 ? null : "c" + random.nextInt(20), 0), null);
        }
        List<DataFile> files = writer.close();
        assertThat(files).hasSize(2).allSatisfy(f -> assertThat(f.sortOrderId()).isEqualTo(1));
        for (DataFile file : files) {
            List<Record> rows = new ArrayList<>();
            TableRows.ofFile(table, file).forEach(rows::add);
            List<Record> sorted = new ArrayList<>(rows);
            sorted.sort(java.util.Comparator.<Record, String>comparing(r -> (String) r.getField("city"),
                    java.util.Comparator.nullsFirst(java.util.Comparator.naturalOrder())).reversed()
                    .thenComparing(r -> (Long) r.getField("id")));
            assertThat(rows).isEqualTo(sorted);
        }
    }

    @Test
    void filesRollAtTheirTargetSize() {
        TableSpec spec = Specs.bronze("orders", V1, List.of(), List.of(),
                Map.of("write.target-file-size-bytes", "20000", "write.parquet.row-group-size-bytes", "5000"));
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            writer.append(0, i, 0, null, order(1, V1, random.nextLong(), "c" + random.nextLong(), 0), null);
        }
        assertThat(writer.bytes()).isPositive();
        List<DataFile> files = writer.close();
        assertThat(files.size()).isGreaterThan(3);
        assertThat(files.subList(0, files.size() - 1))
                .allSatisfy(f -> assertThat(f.fileSizeInBytes()).isBetween(20_000L, 90_000L));
        assertThat(files).allSatisfy(f -> {
            assertThat(table.io().newInputFile(f.location()).getLength()).isEqualTo(f.fileSizeInBytes());
            assertThat(f.splitOffsets()).isNotEmpty();
        });
        assertThat(committed(table, files)).hasSize(10_000);
    }

    @Test
    void abortLeavesNoFileBehind() {
        TableSpec spec = Specs.bronze("orders", V1, List.of("id"), List.of(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        for (int i = 0; i < 10; i++) {
            writer.append(0, i, 0, null, order(1, V1, i, "x", 0), null);
        }
        List<DataFile> files = writer.close();
        writer.abort();
        assertThat(files).hasSize(10).allSatisfy(
                f -> assertThatThrownBy(() -> table.io().newInputFile(f.location()))
                        .isInstanceOf(NotFoundException.class));
        assertThatThrownBy(() -> writer.append(0, 11, 0, null, null, null)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theNewestEventTimeOfAPartitionIgnoresTheWild() {
        TableSpec plain = Specs.bronze("orders", V1, List.of(), List.of(), Map.of());
        TableSpec spec = new TableSpec(plain.namespace(), plain.name(), plain.topic(), plain.columns(), plain.layout(),
                Optional.of(new TableSpec.Clock("at", Duration.ofSeconds(5))), List.of(), List.of(),
                plain.commitInterval(), plain.targetFileSize(), Map.of());
        Table table = table(spec);
        StagedWriter writer = open(table, spec);
        writer.append(2, 0, 10_000, null, order(1, V1, 1, "x", 9_000), null);
        writer.append(2, 1, 10_000, null, order(1, V1, 1, "x", 8_000), null);
        writer.append(2, 2, 10_000, null, order(1, V1, 1, "x", 10_000 + 3_600_001), null);
        assertThat(writer.newestEventTime(2)).hasValue(9_000_000);
        assertThat(writer.newestEventTime(1)).isEmpty();
        writer.abort();
    }

    @Test
    void aTableOfSomeoneElseIsRefused() {
        TableSpec engine = Specs.of("bronze", "orders", V1, Layout.ENGINE, List.of(), List.of(), Map.of());
        Table table = table(engine);
        TableSpec spec = Specs.bronze("orders", V1, List.of(), List.of(), Map.of());
        assertThatThrownBy(() -> open(table, spec)).isInstanceOfSatisfying(ProblemException.class,
                e -> assertThat(e.problems()).singleElement()
                        .satisfies(p -> assertThat(p.message()).contains("_topic_partition")));
    }

    @Test
    void nothingAppendedIsNoFile() {
        TableSpec spec = Specs.bronze("orders", V1, List.of(), List.of(), Map.of());
        assertThat(open(table(spec), spec).close()).isEmpty();
    }

    private Table table(TableSpec spec) {
        return new IcebergTables(catalog).loadOrCreate(spec);
    }

    private StagedWriter open(Table table, TableSpec spec) {
        return StagedWriter.open(table, spec, id -> {
            if (!registry.containsKey(id)) {
                throw new UnknownSchemaException("no " + id, null);
            }
            return registry.get(id);
        }, UUID.randomUUID().toString());
    }

    private static byte[] order(int schemaId, Schema schema, long id, String city, long at) {
        GenericData.Record record = new GenericData.Record(schema);
        record.put("id", id);
        record.put("city", city);
        record.put("at", at);
        if (schema == V2) {
            record.put("total", 0.5);
        }
        return RandomRecords.encode(schemaId, schema, record);
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

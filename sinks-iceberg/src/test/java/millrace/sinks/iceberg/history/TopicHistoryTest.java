package millrace.sinks.iceberg.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.SubjectImport;
import millrace.schemas.registry.UnknownSchemaException;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.ConfluentFrame;
import millrace.schemas.wire.Malformed;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.file.RandomRecords;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.ContractToIceberg;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random records in files of any order come back as they were, each partition in the order of its offsets. */
class TopicHistoryTest {
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 300 : 12;
    private static final int PARTITIONS = 3;
    private static final String TOPIC = "topic-id";

    @TempDir
    Path folder;

    /** A record as it stood in the topic. */
    private record Sent(int partition, long offset, long timestamp, byte[] key, byte[] value, RecordHeaders headers) {}

    @Test
    void recordsComeBackAsTheyWere() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                run(seed);
            } catch (AssertionError | Exception e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void run(int seed) throws Exception {
        Random random = new Random(seed);
        RandomRecords records = new RandomRecords(random);
        Schema now = Schema.createRecord("Top", null, "top", false);
        now.setFields(records.record(0).getFields().stream().map(f -> new Schema.Field(f, f.schema())).toList());
        Map<Integer, Schema> schemas = new HashMap<>(Map.of(1, now, 2, records.earlier(now)));
        Contract contract = SubjectImport.draft("t-value", now);
        Layout layout = random.nextInt(4) == 0 ? Layout.BRONZE_RAW : Layout.BRONZE;
        TableSpec spec = Specs.of("bronze", "t", now, layout, List.of(), List.of(),
                random.nextBoolean() ? Map.of() : Map.of("write.parquet.row-group-size-bytes", "20000"));
        Map<String, String> properties = Catalogs.sqlite(folder.resolve(seed + ".db"),
                folder.resolve("warehouse-" + seed));
        Catalog catalog = Catalogs.open(properties);
        Table table = new IcebergTables(catalog).loadOrCreate(spec);
        List<Sent> sent = sent(random, records, schemas);
        land(table, spec, schemas, random, sent);
        Set<Long> dead = random.nextBoolean() ? Set.of() : kill(table, random);
        Catalogs.close(catalog);

        try (TopicHistory history = TopicHistory.open(properties, "bronze.t", contract, List.of(now), false, schema -> {
            schemas.put(7, schema);
            return 7;
        }).orElseThrow()) {
            assertThat(history.problems()).isEmpty();
            Map<Integer, OffsetRange> ranges = ranges(random, sent);
            Map<Integer, List<ConsumerRecord<byte[], byte[]>>> read = read(history, ranges, random);
            Decoder decoder = new Decoder(schemas, contract);
            ranges.forEach((partition, range) -> assertThat(read.get(partition).stream().map(decoder::show).toList())
                    .isEqualTo(sent.stream().filter(s -> s.partition() == partition && s.offset() >= range.from()
                            && s.offset() < range.to() && !dead.contains(s.offset())).map(decoder::show).toList()));
            if (layout == Layout.BRONZE_RAW) {
                read.values().forEach(all -> all.forEach(r -> assertThat(r.value()).isEqualTo(sent.stream()
                        .filter(s -> s.partition() == r.partition() && s.offset() == r.offset()).findFirst()
                        .orElseThrow().value())));
            }
        }
    }

    /** Partitions grow at different paces, and offsets have gaps. */
    private static List<Sent> sent(Random random, RandomRecords records, Map<Integer, Schema> schemas) {
        List<Sent> sent = new ArrayList<>();
        int rows = 1 + random.nextInt(random.nextInt(4) == 0 ? 20_000 : 600);
        long[] next = {random.nextInt(5_000), random.nextInt(50), 0};
        for (int i = 0; i < rows; i++) {
            int partition = Math.min(random.nextInt(12) / 5, PARTITIONS - 1);
            int id = 1 + random.nextInt(2);
            byte[] value = switch (random.nextInt(30)) {
                case 0 -> null;
                case 1 -> new byte[random.nextInt(9)];
                default -> RandomRecords.encode(id, schemas.get(id), records.value(schemas.get(id)));
            };
            RecordHeaders headers = new RecordHeaders();
            for (int h = random.nextInt(8); h > 5; h--) {
                headers.add("h" + h % 7, random.nextInt(3) == 0 ? null : bytes(random));
            }
            sent.add(new Sent(partition, next[partition], random.nextInt(9) - 1, random.nextBoolean()
                    ? null
                    : bytes(random), value, headers));
            next[partition] += 1 + random.nextInt(9) / 8;
        }
        return sent;
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(4)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** In files of neighbours, now and then turned upside down within them, committed in any order. */
    private static void land(Table table, TableSpec spec, Map<Integer, Schema> schemas, Random random,
            List<Sent> sent) {
        List<DataFile> files = new ArrayList<>();
        for (int from = 0; from < sent.size();) {
            int to = Math.min(sent.size(), from + 1 + random.nextInt(sent.size()));
            List<Sent> part = new ArrayList<>(sent.subList(from, to));
            if (random.nextInt(3) == 0) {
                Collections.shuffle(part, random);
            }
            StagedWriter writer = StagedWriter.open(table, spec, id -> {
                if (!schemas.containsKey(id)) {
                    throw new UnknownSchemaException("schema " + id, null);
                }
                return schemas.get(id);
            }, "f" + from);
            part.forEach(s -> writer.append(s.partition(), s.offset(), s.timestamp(), s.key(), s.value(), s.headers()));
            files.addAll(writer.close());
            from = to;
        }
        Collections.shuffle(files, random);
        AppendFiles append = table.newAppend();
        files.forEach(append::appendFile);
        mark(1_000_000).toSummary().forEach(append::set);
        append.commit();
    }

    /** Deletes the rows of some offsets, as somebody does who erases what a person has left. */
    private static Set<Long> kill(Table table, Random random) throws IOException {
        Set<Long> dead = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            dead.add((long) random.nextInt(8_000));
        }
        RowDelta delta = table.newRowDelta();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                BaseDVFileWriter writer = new BaseDVFileWriter(
                        OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PUFFIN).build(), f -> null);
                try (writer; TableRows rows = TableRows.ofFile(table, task.file())) {
                    long position = 0;
                    for (Record row : rows) {
                        if (dead.contains((Long) row.getField("_offset"))) {
                            writer.delete(task.file().location(), position, table.spec(), null);
                        }
                        position++;
                    }
                }
                writer.result().deleteFiles().forEach(delta::addDeletes);
            }
        }
        delta.commit();
        return dead;
    }

    /** As a committer does that has landed all partitions up to an offset. */
    private static CommitMark mark(long end) {
        CommitMark nothing = CommitMark.ofNothing("first");
        return new CommitMark(nothing.commitId(), 1, nothing.layout(),
                new SourcePosition(TOPIC, new TreeMap<>(Map.of(0, end, 1, end, 2, end))), nothing.control(),
                nothing.heads(), nothing.clocks());
    }

    private static Map<Integer, OffsetRange> ranges(Random random, List<Sent> sent) {
        Map<Integer, OffsetRange> ranges = new TreeMap<>();
        for (int p = 0; p < PARTITIONS; p++) {
            long from = random.nextBoolean() ? 0 : random.nextInt(6_000);
            ranges.put(p, new OffsetRange(from, from + 1 + random.nextInt(20_000)));
        }
        return ranges;
    }

    private static Map<Integer, List<ConsumerRecord<byte[], byte[]>>> read(TopicHistory history,
            Map<Integer, OffsetRange> ranges, Random random) {
        Map<Integer, List<ConsumerRecord<byte[], byte[]>>> read = new TreeMap<>();
        List<Integer> open = new ArrayList<>(ranges.keySet());
        open.forEach(p -> read.put(p, new ArrayList<>()));
        try (HistoryReader reader = history.read(TOPIC, ranges)) {
            while (!open.isEmpty()) {
                Integer partition = open.get(random.nextInt(open.size()));
                List<ConsumerRecord<byte[], byte[]>> next = reader.next(partition, 1 + random.nextInt(2_000));
                read.get(partition).addAll(next);
                if (reader.isDone(partition)) {
                    open.remove(partition);
                }
            }
        }
        return read;
    }

    @Test
    void whatBronzeDoesNotTellIsSaid() {
        Schema old = SchemaBuilder.record("Order").fields().requiredLong("id").endRecord();
        Schema now = SchemaBuilder.record("Order").fields().requiredLong("id").name("source").type().stringType()
                .stringDefault("web").endRecord();
        Contract contract = SubjectImport.draft("orders-value", now);
        assertThat(problems(contract, now, List.of(now))).isEmpty();
        assertThat(problems(contract, now, List.of(old, now))).singleElement().asString()
                .contains("HISTORY_UNLIKE", "source has a default that bronze.orders does not know of");
        assertThat(problems(contract, old, List.of(old))).as("no record has the column").isEmpty();
        Schema other = SchemaBuilder.record("Order").fields().requiredString("id").endRecord();
        assertThat(problems(contract, other, List.of(now))).singleElement().asString().contains("HISTORY_UNLIKE", "id");
    }

    @Test
    void aColumnUnderTwoNamesIsReadFromBothUnlessARecordMayHaveBoth() {
        Schema before = SchemaBuilder.record("Order").fields().optionalLong("old").endRecord();
        Schema now = SchemaBuilder.record("Order").fields().optionalLong("fresh").endRecord();
        Schema both = SchemaBuilder.record("Order").fields().optionalLong("fresh").optionalLong("old").endRecord();
        Schema named = SchemaBuilder.record("Order").fields().name("fresh").aliases("old").type().unionOf().nullType()
                .and().longType().endUnion().nullDefault().endRecord();
        Contract contract = SubjectImport.draft("orders-value", named);
        assertThat(contract.columns().get(0).aliases()).containsExactly("old");
        assertThat(problems(contract, both, List.of(before, now))).isEmpty();
        assertThat(problems(contract, both, List.of(before, now, both))).singleElement().asString()
                .contains("HISTORY_UNLIKE", "under several names");
    }

    @Test
    void defaultsInsideOfColumnsCountToo() {
        Schema old = SchemaBuilder.record("Order").fields().name("detail").type().record("Detail").fields()
                .optionalLong("a").endRecord().noDefault().endRecord();
        Schema now = SchemaBuilder.record("Order").fields().name("detail").type().record("Detail").fields()
                .optionalLong("a").name("kind").type().stringType().stringDefault("web").endRecord().noDefault()
                .endRecord();
        Contract contract = SubjectImport.draft("orders-value", now);
        assertThat(problems(contract, now, List.of(now))).isEmpty();
        assertThat(problems(contract, now, List.of(old, now))).singleElement().asString().contains("HISTORY_UNLIKE",
                "kind has a default");
    }

    @Test
    void ofJsonOnlyWhatWasKnownFromTheBeginningIsKept() {
        Schema old = SchemaBuilder.record("Order").fields().optionalLong("id").endRecord();
        Schema now = SchemaBuilder.record("Order").fields().optionalLong("id").optionalLong("more").endRecord();
        Contract drafted = SubjectImport.draft("orders-value", now);
        Contract contract = new Contract(drafted.id(), drafted.name(), drafted.version(), drafted.status(),
                drafted.topic(), drafted.recordName(), "", "", drafted.columns(), List.of(), Optional.empty(), 1,
                Contract.WireFormat.JSON, Contract.Kind.EVENT, Optional.empty(), Optional.empty(), List.of(),
                drafted.place());
        org.apache.iceberg.Schema first = columns(old);
        org.apache.iceberg.Schema second = columns(now);
        assertThat(HistoryCheck.problems(second, List.of(second), contract, List.of())).isEmpty();
        assertThat(HistoryCheck.problems(first, List.of(first), contract, List.of())).singleElement().asString()
                .contains("has no column more");
        assertThat(
                HistoryCheck.problems(second, List.of(new org.apache.iceberg.Schema(second.columns().get(0)), second),
                        contract, List.of()))
                .singleElement().asString().contains("has not had more from its beginning");
    }

    private static org.apache.iceberg.Schema columns(Schema table) {
        return ContractToIceberg.schema(Specs.bronze("orders", table, List.of(), List.of(), Map.of()));
    }

    private static List<Problem> problems(Contract contract, Schema table, List<Schema> writers) {
        return HistoryCheck.problems(columns(table), List.of(columns(table)), contract, writers);
    }

    @Test
    void whatATableDoesNotHaveIsRefused() throws Exception {
        Schema schema = SchemaBuilder.record("Order").fields().requiredLong("id").endRecord();
        Map<String, String> properties = landed(schema, 70, (writer, value) -> writer.append(1, 30, 0, null, value,
                null));
        assertThat(open(properties, "bronze.nothing", schema, false)).isEmpty();
        try (TopicHistory history = open(properties, "bronze.orders", schema, false).orElseThrow()) {
            history.read(TOPIC, Map.of(1, new OffsetRange(0, 70))).close();
            assertGone(history, TOPIC, 71, "Records 0 to 71 of partition 1 of orders", "has them up to 70");
            assertGone(history, "other", 20, "a topic of that name that was there before");
        }
        try (TopicHistory history = open(properties, "bronze.orders", schema, true).orElseThrow()) {
            assertGone(history, TOPIC, 70, "has let go those before 30");
            history.read(TOPIC, Map.of(1, new OffsetRange(30, 70))).close();
        }
    }

    /** A table of orders in one file; returns the properties of its catalog. */
    private Map<String, String> landed(Schema schema, long end, BiConsumer<StagedWriter, byte[]> rows) {
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("orders.db"), folder.resolve("orders"));
        Catalog catalog = Catalogs.open(properties);
        TableSpec spec = Specs.bronze("orders", schema, List.of(), List.of(), Map.of());
        Table table = new IcebergTables(catalog).loadOrCreate(spec);
        StagedWriter writer = StagedWriter.open(table, spec, id -> schema, "f");
        rows.accept(writer, RandomRecords.encode(1, schema, new RandomRecords(new Random(1)).value(schema)));
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        mark(end).toSummary().forEach(append::set);
        append.commit();
        Catalogs.close(catalog);
        return properties;
    }

    private static void assertGone(TopicHistory history, String topicId, long to, String... words) {
        assertThatThrownBy(() -> history.read(topicId, Map.of(1, new OffsetRange(0, to))))
                .hasMessageContaining("HISTORY_GONE").hasMessageContainingAll(words);
    }

    private static Optional<TopicHistory> open(Map<String, String> properties, String table, Schema schema,
            boolean forgets) {
        return TopicHistory.open(properties, table, SubjectImport.draft("orders-value", schema), List.of(schema),
                forgets, s -> 1);
    }

    /** One partition is not asked for while the others are read to their ends: it does not pile up, and comes after them. */
    @Test
    void whatWouldPileUpIsGivenUpAndReadAgain() throws Exception {
        Schema schema = SchemaBuilder.record("Order").fields().requiredLong("id").endRecord();
        Map<String, String> properties = landed(schema, 600_000, (writer, value) -> {
            for (int i = 0; i < 1_200_000; i++) {
                writer.append(i % 2, i / 2, 0, null, value, null);
            }
        });
        try (TopicHistory history = open(properties, "bronze.orders", schema, false).orElseThrow();
                HistoryReader both = history.read(TOPIC,
                        Map.of(0, new OffsetRange(0, 600_000), 1, new OffsetRange(0, 600_000)))) {
            assertThat(count(both, 0)).isEqualTo(600_000);
            assertThat(both.gives(0)).isTrue();
            assertThat(both.gives(1)).isFalse();
            try (HistoryReader other = history.read(TOPIC, Map.of(1, new OffsetRange(1_000, 600_000)))) {
                assertThat(count(other, 1)).isEqualTo(599_000);
            }
        }
    }

    private static long count(HistoryReader reader, int partition) {
        long count = 0;
        while (!reader.isDone(partition)) {
            count += reader.next(partition, 5_000).size();
        }
        return count;
    }

    /** What a contract makes of a record, as text. */
    private static final class Decoder {
        private final Map<Integer, Optional<AvroRowDecoder>> decoders = new HashMap<>();

        Decoder(Map<Integer, Schema> schemas, Contract contract) {
            schemas.forEach((id, schema) -> decoders.put(id, decoder(schema, contract)));
        }

        private static Optional<AvroRowDecoder> decoder(Schema schema, Contract contract) {
            try {
                return Optional.of(AvroRowDecoder.of(schema, contract.rowType()));
            } catch (ProblemException e) {
                return Optional.empty();
            }
        }

        String show(Sent sent) {
            return show(sent.offset(), sent.timestamp(), sent.key(), sent.value(), sent.headers());
        }

        String show(ConsumerRecord<byte[], byte[]> r) {
            return show(r.offset(), r.timestamp(), r.key(), r.value(), r.headers());
        }

        private String show(long offset, long timestamp, byte[] key, byte[] value, Iterable<Header> headers) {
            StringBuilder text = new StringBuilder(offset + " " + timestamp + " " + Arrays.toString(key) + " "
                    + show(value));
            headers.forEach(h -> text.append(' ').append(h.key()).append('=').append(Arrays.toString(h.value())));
            return text.toString();
        }

        private String show(byte[] value) {
            Optional<AvroRowDecoder> decoder = value == null
                    ? null
                    : decoders.get(ConfluentFrame.schemaId(value).orElse(-1));
            if (decoder == null) {
                return Arrays.toString(value);
            }
            try {
                return decoder.isEmpty()
                        ? "refused"
                        : Arrays.deepToString((Object[]) deep(decoder.get().decodeFramed(value)));
            } catch (Malformed e) {
                return "refused";
            }
        }

        private static Object deep(Object value) {
            return switch (value) {
                case Object[] row -> Arrays.stream(row).map(Decoder::deep).toArray();
                case List<?> list -> deep(list.toArray());
                case Map<?, ?> map -> deep(new Object[] {map.keySet().toArray(), map.values().toArray()});
                case null, default -> value;
            };
        }
    }
}

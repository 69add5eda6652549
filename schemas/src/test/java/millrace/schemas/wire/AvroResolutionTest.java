package millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import millrace.schemas.contract.Column;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/** A writer's schema that differs from the columns wanted: what Avro's resolution yields, we yield. */
class AvroResolutionTest {
    private static final FieldType TEXT = new FieldType.Text();
    private static final FieldType LONG = new FieldType.Int64();

    private static Schema record(String fields) {
        return new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"x\",\"fields\":[" + fields
                + "]}");
    }

    private static FieldType.Struct row(Field... fields) {
        return new FieldType.Struct(List.of(fields));
    }

    private static Column with(Field field, List<String> aliases, Object defaultValue) {
        return new Column(field, "", false, List.of(), aliases, Optional.ofNullable(defaultValue), false,
                Optional.empty(), false, List.of(), Place.file(""));
    }

    private static GenericRecord generic(Schema schema, Object... values) {
        GenericData.Record record = new GenericData.Record(schema);
        for (int i = 0; i < values.length; i++) {
            record.put(i, values[i]);
        }
        return record;
    }

    private static Object[] read(Schema writer, FieldType.Struct target, Object... values) throws Malformed {
        byte[] bytes = AvroOracle.write(writer, generic(writer, values));
        return AvroRowDecoder.of(writer, target).decode(bytes, 0, bytes.length);
    }

    @Test
    void evolvedSchemasReadAsAvroReadsThem() throws Exception {
        int compared = 0;
        for (long seed = 1; seed <= 2000; seed++) {
            RandomRows random = new RandomRows(seed);
            FieldType.Struct written = random.struct(0);
            FieldType.Struct wanted = evolve(written, random.random());
            Schema writer = AvroTypes.toSchema("t", written);
            Schema reader = AvroTypes.toSchema("t", wanted);
            byte[] bytes = AvroOracle.write(writer, AvroOracle.toGeneric(writer, written, random.row(written)));
            Object expected = RandomRows.comparable(
                    AvroOracle.fromGeneric(wanted, AvroOracle.read(writer, reader, bytes, 0)));
            assertThat(RandomRows.comparable(AvroRowDecoder.of(writer, wanted).decode(bytes, 0, bytes.length)))
                    .as("seed %d: %s read as %s", seed, writer, reader).isEqualTo(expected);
            compared++;
        }
        assertThat(compared).isEqualTo(2000);
    }

    /** Drops, reorders, adds, widens and loosens fields, at every depth, so that the old rows can still be read. */
    private static FieldType.Struct evolve(FieldType.Struct type, Random random) {
        List<Field> fields = new ArrayList<>();
        for (Field f : type.fields()) {
            if (random.nextInt(5) != 0) {
                fields.add(new Field(f.name(), widen(f.type(), random), f.nullable() || random.nextInt(4) == 0));
            }
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            fields.add(Field.optional("added" + i, TEXT));
        }
        if (fields.isEmpty()) {
            fields.add(Field.optional("only", LONG));
        }
        java.util.Collections.shuffle(fields, random);
        return new FieldType.Struct(fields);
    }

    private static FieldType widen(FieldType type, Random random) {
        if (type instanceof FieldType.Struct s) {
            return evolve(s, random);
        } else if (type instanceof FieldType.Array a) {
            return new FieldType.Array(widen(a.element(), random), a.elementNullable() || random.nextBoolean());
        } else if (type instanceof FieldType.Mapping m) {
            return new FieldType.Mapping(widen(m.value(), random), m.valueNullable() || random.nextBoolean());
        } else if (type instanceof FieldType.Int32) {
            return List.of(type, LONG, new FieldType.Float32(), new FieldType.Float64()).get(random.nextInt(4));
        } else if (type instanceof FieldType.Int64) {
            return List.of(type, new FieldType.Float32(), new FieldType.Float64()).get(random.nextInt(3));
        } else if (type instanceof FieldType.Float32) {
            return random.nextBoolean() ? type : new FieldType.Float64();
        } else if (type instanceof FieldType.Text) {
            return random.nextBoolean() ? type : new FieldType.Bytes();
        }
        return type;
    }

    @Test
    void aliasesAndDefaultsFillWhatAnOlderWriterLacks() throws Exception {
        Schema old = record("{\"name\":\"who\",\"type\":\"string\"}");
        BitSet all = new BitSet();
        all.set(0, 3);
        byte[] bytes = AvroOracle.write(old, generic(old, "ann"));
        Object[] row = AvroRowDecoder.of(old, List.of(with(Field.required("user", TEXT), List.of("login", "who"), null),
                with(Field.required("country", TEXT), List.of(), "??"),
                with(Field.optional("age", LONG), List.of(), null)), all).decode(bytes, 0, bytes.length);
        assertThat(row).containsExactly("ann", "??", null);
    }

    @Test
    void foreignTypesReadAsTheNearestOfOurs() throws Exception {
        Schema writer = record(
                """
                    {"name":"kind","type":{"type":"enum","name":"K","symbols":["A","B"]}},
                    {"name":"hash","type":{"type":"fixed","name":"H","size":2}},
                    {"name":"price","type":{"type":"fixed","name":"P","size":4,"logicalType":"decimal","precision":9,"scale":2}},
                    {"name":"id","type":{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}},
                    {"name":"n","type":["int","null","long"]},
                    {"name":"ts","type":{"type":"long","logicalType":"timestamp-nanos"}},
                    {"name":"tree","type":["null",{"type":"record","name":"T","fields":[
                        {"name":"left","type":["null","T"]},{"name":"v","type":["string","int"]}]}]}""");
        Schema tree = writer.getField("tree").schema().getTypes().get(1);
        UUID id = UUID.randomUUID();
        byte[] idBytes = ByteBuffer.allocate(16).putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits()).array();
        FieldType.Struct target = row(Field.required("kind", TEXT), Field.required("hash", new FieldType.Bytes()),
                Field.required("price", new FieldType.Decimal(12, 4)), Field.required("id", new FieldType.Uuid()),
                Field.optional("n", LONG), Field.required("ts", LONG));
        Object[] read = read(writer, target, new GenericData.EnumSymbol(writer.getField("kind").schema(), "B"),
                new GenericData.Fixed(writer.getField("hash").schema(), new byte[] {1, 2}),
                new GenericData.Fixed(writer.getField("price").schema(), new byte[] {0, 0, 4, -46}),
                new GenericData.Fixed(writer.getField("id").schema(), idBytes), 9L, 1_234L,
                generic(tree, generic(tree, null, 7), "x"));
        assertThat(read[0]).isEqualTo("B");
        assertThat(read[1]).isEqualTo(new byte[] {1, 2});
        assertThat(read[2]).isEqualTo(new BigDecimal("12.3400"));
        assertThat(read[3]).isEqualTo(id);
        assertThat(read[4]).isEqualTo(9L);
        assertThat(read[5]).isEqualTo(1234L);
    }

    @Test
    void shapesThatNoRowCarriesAreAllReported() {
        Schema writer = record("""
            {"name":"ok","type":["string","null"]},
            {"name":"either","type":["string","int"]},
            {"name":"deep","type":{"type":"array","items":{"type":"record","name":"T","fields":[
                {"name":"next","type":["null","T"]}]}}},
            {"name":"nothing","type":"null"}""");
        assertThatThrownBy(() -> AvroTypes.fromSchema(writer)).isInstanceOfSatisfying(ProblemException.class,
                e -> assertThat(e.problems()).extracting(Problem::message).containsExactly(
                        "The field \"either\" is a union of 2 types, which a row cannot carry.",
                        "The field \"deep[].next\" is the record x.T inside itself, which a row cannot carry.",
                        "The field \"nothing\" is the type null alone, which a row cannot carry."));
        assertThatThrownBy(() -> AvroTypes.fromSchema(Schema.create(Schema.Type.STRING)))
                .isInstanceOf(ProblemException.class).hasMessageContaining("Expected a record schema, found string");
    }

    @Test
    void aSchemaThatCanNeverFitIsOneProblemPerColumn() {
        Schema writer = record("""
            {"name":"id","type":"string"},
            {"name":"at","type":{"type":"long","logicalType":"local-timestamp-micros"}},
            {"name":"in","type":["null",{"type":"record","name":"I","fields":[{"name":"x","type":"double"}]}]}""");
        FieldType.Struct target = row(Field.required("id", LONG),
                Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true)),
                Field.optional("in", row(Field.required("x", LONG))), Field.required("gone", TEXT));
        assertThatThrownBy(() -> AvroRowDecoder.of(writer, target, new BitSet())).isInstanceOfSatisfying(
                ProblemException.class, e -> assertThat(e.problems()).extracting(Problem::message).containsExactly(
                        "The schema x.R has no field \"gone\", which is required and has no default.",
                        "The schema writes \"id\" as string, expected long.",
                        "The schema writes \"at\" as long (local-timestamp-micros), expected timestamp-micros.",
                        "The schema writes \"in.x\" as double, expected long."));
    }

    @Test
    void aMissingRequiredValueIsSeenEvenInAColumnNobodyNeeds() throws Exception {
        Schema writer = record("{\"name\":\"a\",\"type\":[\"null\",\"string\"]},{\"name\":\"b\",\"type\":\"int\"}");
        FieldType.Struct target = row(Field.required("a", TEXT), Field.required("b", new FieldType.Int32()));
        BitSet onlyB = new BitSet();
        onlyB.set(1);
        byte[] full = AvroOracle.write(writer, generic(writer, "x", 4));
        byte[] empty = AvroOracle.write(writer, generic(writer, null, 4));
        AvroRowDecoder decoder = AvroRowDecoder.of(writer, target, onlyB);
        assertThat(decoder.decode(full, 0, full.length)).containsExactly(null, 4);
        assertThatThrownBy(() -> decoder.decode(empty, 0, empty.length)).isInstanceOfSatisfying(Malformed.class,
                e -> assertThat(List.of(e.code(), e.field(), e.actual()))
                        .containsExactly(WireProblem.RECORD_NULL, "a", "null"));
    }

    @Test
    void valuesOutsideTheColumnNameTheirPath() {
        Schema writer = record("""
            {"name":"o","type":{"type":"array","items":{"type":"record","name":"O","fields":[
                {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":3}}]}}}""");
        Schema item = writer.getField("o").schema().getElementType();
        FieldType.Struct target = row(Field.required("o", new FieldType.Array(
                row(Field.required("price", new FieldType.Decimal(4, 2))), false)));
        GenericRecord fits = generic(item, ByteBuffer.wrap(new byte[] {10}));
        GenericRecord tooFine = generic(item, ByteBuffer.wrap(new byte[] {11}));
        assertThatThrownBy(() -> read(writer, target, List.of(fits, tooFine))).isInstanceOf(Malformed.class)
                .hasMessage("o[1].price: expected decimal(4,2), found \"0.011\"");
    }

    @Test
    void aMillionEmptyItemsInThreeBytesAreRefused() {
        Schema writer = record("{\"name\":\"l\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\","
                + "\"name\":\"E\",\"fields\":[]}}}");
        FieldType.Struct target = row(Field.required("l",
                new FieldType.Array(row(Field.optional("x", TEXT)), false)));
        AvroOutput out = new AvroOutput();
        out.start(0);
        out.writeLong(Integer.MAX_VALUE);
        out.writeLong(0);
        byte[] bytes = out.copy();
        assertThatThrownBy(() -> AvroRowDecoder.of(writer, target).decode(bytes, 0, bytes.length))
                .isInstanceOf(Malformed.class);
    }

    @Test
    void nestedRecordsWithoutEndAreRefusedBeforeTheStackEnds() {
        Schema writer = record("{\"name\":\"t\",\"type\":{\"type\":\"record\",\"name\":\"T\",\"fields\":["
                + "{\"name\":\"next\",\"type\":[\"null\",\"T\"]}]}},{\"name\":\"x\",\"type\":\"int\"}");
        byte[] bytes = new byte[1_000_000];
        java.util.Arrays.fill(bytes, (byte) 2);
        FieldType.Struct target = row(Field.required("x", new FieldType.Int32()));
        assertThatThrownBy(() -> AvroRowDecoder.of(writer, target).decode(bytes, 0, bytes.length))
                .isInstanceOf(Malformed.class).hasMessageContaining("nested values");
    }

    @Test
    void namesThatAvroForbidsAreReported() {
        assertThatThrownBy(() -> AvroTypes.toSchema("t", row(Field.required("user-id", TEXT))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("\"user-id\" cannot be the name of an Avro field");
        assertThat(AvroTypes.recordName("web.clicks-eu.1st")).isEqualTo("web.clicks_eu._1st");
    }

    @Test
    void framesTellWhatTheyAreNot() {
        assertThatThrownBy(() -> ConfluentFrame.requireSchemaId("{\"a\":1}".getBytes()))
                .hasMessage("expected a zero byte and a 4-byte schema id, found first byte 123");
        assertThatThrownBy(() -> ConfluentFrame.requireSchemaId(new byte[] {0, 1})).hasMessageContaining("2 bytes");
        assertThat(ConfluentFrame.schemaId(null)).isEmpty();
    }
}

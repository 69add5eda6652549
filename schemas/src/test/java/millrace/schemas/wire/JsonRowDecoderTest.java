package millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.contract.Column;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import org.junit.jupiter.api.Test;

class JsonRowDecoderTest {
    private static Object[] read(String json, Column... columns) throws Malformed {
        BitSet all = new BitSet();
        all.set(0, columns.length);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return JsonRowDecoder.of(List.of(columns), all).decode(bytes, 0, bytes.length);
    }

    private static Object one(FieldType type, String json) throws Malformed {
        return read("{\"v\":" + json + "}", Column.of(Field.optional("v", type)))[0];
    }

    private static String refused(FieldType type, String json) {
        try {
            return "read as " + one(type, json);
        } catch (Malformed e) {
            return e.getMessage();
        }
    }

    @Test
    void valuesAreReadAsTheirTypes() throws Malformed {
        FieldType.Timestamp millis = new FieldType.Timestamp(TimeUnit.MILLIS, true);
        assertThat(one(new FieldType.Text(), "\"ä\"")).isEqualTo("ä");
        assertThat(one(new FieldType.Bool(), "true")).isEqualTo(true);
        assertThat(one(new FieldType.Int32(), "-7")).isEqualTo(-7);
        assertThat(one(new FieldType.Int64(), "9007199254740993")).isEqualTo(9007199254740993L);
        assertThat(one(new FieldType.Int64(), "1e3")).isEqualTo(1000L);
        assertThat(one(new FieldType.Float64(), "1")).isEqualTo(1.0);
        assertThat(one(new FieldType.Float32(), "0.1")).isEqualTo(0.1f);
        assertThat(one(new FieldType.Decimal(5, 2), "1.5")).isEqualTo(new BigDecimal("1.50"));
        assertThat(one(new FieldType.Decimal(5, 2), "\"123.45\"")).isEqualTo(new BigDecimal("123.45"));
        assertThat(one(new FieldType.Decimal(25, 0), "1234567890123456789012345"))
                .isEqualTo(new BigDecimal("1234567890123456789012345"));
        assertThat(one(new FieldType.Uuid(), "\"00000000-0000-0001-0000-000000000002\"")).isEqualTo(new UUID(1, 2));
        assertThat(one(new FieldType.Bytes(), "\"AQI=\"")).isEqualTo(new byte[] {1, 2});
        assertThat(one(new FieldType.Date(), "\"1970-01-03\"")).isEqualTo(2);
        assertThat(one(millis, "1500")).isEqualTo(1_500_000L);
        assertThat(one(millis, "\"1970-01-01T00:00:01.5Z\"")).isEqualTo(1_500_000L);
        assertThat(one(millis, "\"1970-01-01T02:00:00+02:00\"")).isEqualTo(0L);
        assertThat(one(millis, "\"1970-01-01 00:00:01\"")).isEqualTo(1_000_000L);
        assertThat(one(new FieldType.Timestamp(TimeUnit.MICROS, false), "\"1970-01-01T00:00\"")).isEqualTo(0L);
        assertThat(one(new FieldType.Time(TimeUnit.MICROS), "\"00:00:01\"")).isEqualTo(1_000_000L);
    }

    @Test
    void whatIsNoValueOfTheTypeIsRefusedNotBent() {
        assertThat(refused(new FieldType.Int32(), "2147483648")).isEqualTo("v: expected int, found \"2147483648\"");
        assertThat(refused(new FieldType.Int64(), "1.5")).isEqualTo("v: expected long, found \"1.5\"");
        assertThat(refused(new FieldType.Int64(), "\"1\"")).isEqualTo("v: expected long, found \"1\"");
        assertThat(refused(new FieldType.Text(), "1")).isEqualTo("v: expected string, found \"1\"");
        assertThat(refused(new FieldType.Bool(), "\"true\"")).isEqualTo("v: expected boolean, found \"true\"");
        assertThat(refused(new FieldType.Decimal(3, 1), "1.25")).isEqualTo("v: expected decimal(3,1), found \"1.25\"");
        assertThat(refused(new FieldType.Decimal(3, 1), "100")).isEqualTo("v: expected decimal(3,1), found \"100\"");
        assertThat(refused(new FieldType.Decimal(3, 1), "1e999999999")).startsWith("v: expected decimal(3,1)");
        assertThat(refused(new FieldType.Date(), "\"yesterday\"")).isEqualTo("v: expected date, found \"yesterday\"");
        assertThat(refused(new FieldType.Timestamp(TimeUnit.MICROS, false), "\"1970-01-01T00:00:00Z\""))
                .startsWith("v: expected local-timestamp-micros");
        assertThat(refused(new FieldType.Text(), "{}")).isEqualTo("v: expected string, found an object");
        assertThat(refused(new FieldType.Text(), "\"a\"} x")).startsWith("expected JSON, found not: ");
        assertThat(refused(new FieldType.Text(), "\"a\"}{}")).isEqualTo(
                "expected the end of the record, found an object");
    }

    @Test
    void nestedValuesAndUnknownMembers() throws Malformed {
        FieldType.Struct item = new FieldType.Struct(List.of(Field.required("sku", new FieldType.Text()),
                Field.optional("n", new FieldType.Int32())));
        Column items = Column.of(Field.required("items", new FieldType.Array(item, false)));
        Column tags = Column.of(Field.optional("tags", new FieldType.Mapping(new FieldType.Text(), true)));
        Object[] row = read("{\"x\":{\"y\":[1,{}]},\"items\":[{\"sku\":\"a\",\"n\":1,\"z\":[]},{\"sku\":\"b\"}],"
                + "\"tags\":{\"k\":null,\"l\":\"v\"}}", items, tags);
        assertThat(RandomRows.comparable(row[0])).isEqualTo(List.of(List.of("a", 1), java.util.Arrays.asList("b",
                null)));
        assertThat(((Map<?, ?>) row[1]).get("l")).isEqualTo("v");
        assertThatThrownBy(() -> read("{\"items\":[{\"sku\":\"a\"},{\"n\":1}]}", items, tags))
                .isInstanceOfSatisfying(Malformed.class, e -> assertThat(e.field()).isEqualTo("items[1].sku"));
        assertThatThrownBy(() -> read("{\"items\":[null]}", items))
                .hasMessage("items[0]: expected a value, found null");
    }

    @Test
    void aliasesDefaultsAndColumnsNobodyNeeds() throws Malformed {
        Column user = new Column(Field.required("user", new FieldType.Text()), "", false, List.of(), List.of("login"),
                Optional.empty(), false, Optional.empty(), false, List.of(), Place.file(""));
        Column country = new Column(Field.required("country", new FieldType.Text()), "", false, List.of(), List.of(),
                Optional.of("??"), false, Optional.empty(), false, List.of(), Place.file(""));
        assertThat(read("{\"login\":\"ann\"}", user, country)).containsExactly("ann", "??");
        BitSet second = new BitSet();
        second.set(1);
        JsonRowDecoder decoder = JsonRowDecoder.of(List.of(user, country), second);
        byte[] bytes = "{\"user\":[1],\"country\":\"de\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(decoder.decode(bytes, 0, bytes.length)).containsExactly(null, "de");
        byte[] without = "{\"country\":\"de\"}".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> decoder.decode(without, 0, without.length))
                .hasMessage("user: expected a value, found null");
    }

    @Test
    void everyCutIsMalformedAndAFramedValueIsReadBehindItsHeader() throws Malformed {
        Column c = Column.of(Field.optional("v", new FieldType.Text()));
        BitSet all = new BitSet();
        all.set(0);
        JsonRowDecoder decoder = JsonRowDecoder.of(List.of(c), all);
        byte[] bytes = "\0\0\0\0\1{\"v\":\"abc\",\"w\":[1,2]}".getBytes(StandardCharsets.UTF_8);
        assertThat(decoder.decode(bytes, 0, bytes.length)).containsExactly("abc");
        for (int length = 0; length < bytes.length; length++) {
            int cut = length;
            assertThatThrownBy(() -> decoder.decode(bytes, 0, cut)).as("cut at " + cut).isInstanceOf(Malformed.class);
        }
    }
}

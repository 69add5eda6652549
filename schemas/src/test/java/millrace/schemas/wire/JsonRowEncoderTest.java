package millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import millrace.schemas.contract.Column;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import org.junit.jupiter.api.Test;

class JsonRowEncoderTest {
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 20_000 : 1_000;

    @Test
    void whatIsWrittenIsReadAsTheSameRow() throws Malformed {
        int rows = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            RandomRows random = new RandomRows(seed);
            FieldType.Struct type = random.struct(0);
            Object[] row = random.row(type);
            if (!isJson(row)) {
                continue;
            }
            byte[] json = JsonRowEncoder.of(type).encode(row);
            BitSet all = new BitSet();
            all.set(0, type.fields().size());
            Object[] read = JsonRowDecoder.of(type.fields().stream().map(Column::of).toList(), all).decode(json, 0,
                    json.length);
            assertThat(RandomRows.comparable(read)).as("seed %d: %s", seed, new String(json, StandardCharsets.UTF_8))
                    .isEqualTo(RandomRows.comparable(row));
            rows++;
        }
        assertThat(rows).isGreaterThan(SEEDS / 2);
    }

    /** JSON has no word for numbers that are none. */
    private static boolean isJson(Object value) {
        if (value instanceof Object[] row) {
            return Arrays.stream(row).allMatch(JsonRowEncoderTest::isJson);
        } else if (value instanceof List<?> list) {
            return list.stream().allMatch(JsonRowEncoderTest::isJson);
        } else if (value instanceof Map<?, ?> map) {
            return map.values().stream().allMatch(JsonRowEncoderTest::isJson);
        }
        return !(value instanceof Float f && Float.isNaN(f) || value instanceof Double d && Double.isNaN(d));
    }

    @Test
    void timesAreTextWhateverTheirUnit() {
        FieldType.Struct type = new FieldType.Struct(List.of(
                Field.optional("at", new FieldType.Timestamp(FieldType.TimeUnit.MILLIS, true)),
                Field.optional("day", new FieldType.Date()), Field.optional("none", new FieldType.Text())));
        assertThat(new String(JsonRowEncoder.of(type).encode(new Object[] {1_000_001L, 1, null}),
                StandardCharsets.UTF_8))
                .isEqualTo("{\"at\":\"1970-01-01T00:00:01.000001Z\",\"day\":\"1970-01-02\",\"none\":null}");
    }
}

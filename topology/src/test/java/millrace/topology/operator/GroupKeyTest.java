package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.statestores.store.KeyBytes;
import org.junit.jupiter.api.Test;

/** Which rows are one group: the same that COUNT(DISTINCT ..) takes for one value. */
class GroupKeyTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.optional("d", new FieldType.Float64()), Field.optional("f", new FieldType.Float32()),
            Field.optional("m", new FieldType.Mapping(new FieldType.Int64(), true)),
            Field.optional("s", new FieldType.Struct(List.of(
                    Field.optional("d", new FieldType.Float64()),
                    Field.optional("m", new FieldType.Mapping(new FieldType.Int64(), true)))))));

    private final GroupKey key = new GroupKey(ROW, List.of(0, 1, 2, 3));

    @Test
    void nullIsAGroup() {
        assertThat(key(null, null, null, null)).isEqualTo(key(null, null, null, null))
                .isNotEqualTo(key(0.0, null, null, null));
    }

    @Test
    void everyNotANumberIsTheSame() {
        double other = Double.longBitsToDouble(0x7ff8000000000001L);
        assertThat(key(other, null, null, null)).isEqualTo(key(Double.NaN, null, null, null));
        assertThat(key(null, Float.intBitsToFloat(0x7fc00001), null, null))
                .isEqualTo(key(null, Float.NaN, null, null));
        assertThat(key(null, null, null, new Object[] {other, null}))
                .isEqualTo(key(null, null, null, new Object[] {Double.NaN, null}));
        assertThat(key(0.0, null, null, null)).as("the order of numbers tells them apart")
                .isNotEqualTo(key(-0.0, null, null, null));
    }

    @Test
    void aMapIsTheSameInWhateverOrderItWasWritten() {
        assertThat(key(null, null, map("a", "b"), null)).isEqualTo(key(null, null, map("b", "a"), null));
        assertThat(key(null, null, null, new Object[] {null, map("a", "b")}))
                .isEqualTo(key(null, null, null, new Object[] {null, map("b", "a")}));
        assertThat(key(null, null, map("a"), null)).isNotEqualTo(key(null, null, map("b"), null));
    }

    @Test
    void itsColumnsComeBack() {
        Object[] columns = key.columns(key(1.5, null, map("a"), null).bytes(), 2);
        assertThat(columns).containsExactly(1.5, null, Map.of("a", 1L), null, null, null);
    }

    private static Map<String, Object> map(String... keys) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String k : keys) {
            map.put(k, 1L);
        }
        return map;
    }

    private KeyBytes key(Object... row) {
        return key.of(row).copy();
    }
}

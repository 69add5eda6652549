package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.topology.flow.Element;
import millrace.topology.function.TypeText;
import millrace.topology.function.Values;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Bytes, order and equality of values agree. */
class ValueLayoutTest {
    private static final List<FieldType> TYPES = Stream.of("boolean", "int", "bigint", "real", "double",
            "decimal(38,10)", "text", "uuid", "bytes", "date", "time(6)", "timestamp(6)", "row<a double, b text>",
            "array<double>", "map<text, array<real>>").map(t -> TypeText.parse(t).orElseThrow()).toList();

    @TestFactory
    Stream<DynamicTest> theSameValuesHaveTheSameBytesAndNoOthers() {
        return TYPES.stream().map(type -> DynamicTest.dynamicTest(TypeText.of(type), () -> {
            long seed = Long.getLong("millrace.seed", 20_261_125L);
            List<Object> values = new ArrayList<>();
            RandomRows rows = new RandomRows(new FieldType.Struct(List.of(Field.optional("x", type))),
                    new Random(seed));
            for (int i = 0; i < 4; i++) {
                rows.next(25).stream().map(Element.Row::values).map(r -> r[0]).filter(x -> x != null)
                        .forEach(values::add);
            }
            ValueLayout layout = ValueLayout.of(type);
            for (Object given : values) {
                Object a = layout.canonical(given);
                Object read = layout.read(new StateInput(layout.bytes(a)));
                assertThat(layout.compare(given, a)).as("seed " + seed).isZero();
                assertThat(Values.same(read, a)).as("seed " + seed).isTrue();
                assertThat(layout.bytes(read)).as("seed " + seed).isEqualTo(layout.bytes(a));
                assertThat(layout.key(read)).as("seed " + seed).isEqualTo(layout.key(a)).hasSameHashCodeAs(
                        layout.key(a));
                for (Object b : values) {
                    Object other = layout.canonical(b);
                    boolean same = layout.compare(given, b) == 0;
                    assertThat(Values.same(given, b)).as("%s, %s, seed %s", a, b, seed).isEqualTo(same);
                    assertThat(Arrays.equals(layout.bytes(a), layout.bytes(other))).as("seed " + seed)
                            .isEqualTo(same);
                    assertThat(layout.key(a).equals(layout.key(other))).as("seed " + seed).isEqualTo(same);
                    assertThat(Integer.signum(layout.compare(b, given))).as("seed " + seed)
                            .isEqualTo(-Integer.signum(layout.compare(given, b)));
                }
            }
        }));
    }

    @Test
    void halfASurrogatePairIsNotAQuestionMark() {
        ValueLayout texts = ValueLayout.of(new FieldType.Text());
        for (String text : List.of("?", "\uD83D", "\uDE00?", "a?b", "\uD83D\uDE00", "?\uD83D\uDE00")) {
            assertThat(texts.read(new StateInput(texts.bytes(text)))).isEqualTo(text);
        }
        assertThat(texts.bytes("\uD83D")).isNotEqualTo(texts.bytes("?"));
    }

    @Test
    void timesOfAllUnitsAreNumbers() {
        ValueLayout times = ValueLayout.of(new FieldType.Timestamp(TimeUnit.MILLIS, true));
        assertThat(times.read(new StateInput(times.bytes(-5L)))).isEqualTo(-5L);
    }
}

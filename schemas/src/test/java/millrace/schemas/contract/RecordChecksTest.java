package millrace.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordChecksTest {
    private static Contract contract(String... properties) {
        return ContractFile.read("c.yaml", """
            apiVersion: v3.2.0
            kind: DataContract
            id: t
            version: "1"
            schema:
              - name: t
                properties:
            """ + String.join("", Arrays.stream(properties).map(p -> "      - " + p + "\n").toList()));
    }

    private static String first(String property, Object value) {
        Violation v = RecordChecks.of(contract(property)).firstViolation(new Object[] {value});
        return v == null ? "fine" : v.field() + ": expected " + v.expected() + ", found " + v.actual();
    }

    @Test
    void numbersKeepTheirBounds() {
        String whole = "{name: n, logicalType: integer, logicalTypeOptions: {minimum: 1, exclusiveMaximum: 10}}";
        assertThat(first(whole, 1L)).isEqualTo("fine");
        assertThat(first(whole, 9L)).isEqualTo("fine");
        assertThat(first(whole, 0L)).isEqualTo("n: expected at least 1 and less than 10, found 0");
        assertThat(first(whole, 10L)).isEqualTo("n: expected at least 1 and less than 10, found 10");
        assertThat(first(whole, null)).isEqualTo("fine");
        String broken = "{name: n, logicalType: integer, logicalTypeOptions: {exclusiveMinimum: 1.5, maximum: 2.5}}";
        assertThat(first(broken, 1L)).startsWith("n:");
        assertThat(first(broken, 2L)).isEqualTo("fine");
        assertThat(first(broken, 3L)).startsWith("n:");
        String huge = "{name: n, logicalType: integer, logicalTypeOptions: {maximum: 1e40}}";
        assertThat(first(huge, Long.MAX_VALUE)).isEqualTo("fine");
        String real = "{name: n, logicalType: number, logicalTypeOptions: {exclusiveMinimum: 0, maximum: 0.1}}";
        assertThat(first(real, 0.1)).isEqualTo("fine");
        assertThat(first(real, 0.0)).isEqualTo("n: expected more than 0 and at most 0.1, found 0.0");
        assertThat(first(real, Double.NaN)).endsWith("found NaN");
        String money = "{name: n, physicalType: \"decimal(9,2)\", logicalTypeOptions: {minimum: 0, multipleOf: 0.05}}";
        assertThat(first(money, new BigDecimal("0.15"))).isEqualTo("fine");
        assertThat(first(money, new BigDecimal("-0.05"))).isEqualTo("n: expected at least 0, found -0.05");
        assertThat(first(money, new BigDecimal("0.12"))).isEqualTo("n: expected a multiple of 0.05, found 0.12");
    }

    @Test
    void datesAndTimesKeepTheirBounds() {
        String day = "{name: d, logicalType: date, logicalTypeOptions: {minimum: \"1970-01-02\"}}";
        assertThat(first(day, 1)).isEqualTo("fine");
        assertThat(first(day, 0)).isEqualTo("d: expected at least 1970-01-02, found 1970-01-01");
        String at = "{name: t, logicalType: timestamp, logicalTypeOptions: {exclusiveMaximum: \"1970-01-01T00:00:01Z\"}}";
        assertThat(first(at, 999_999L)).isEqualTo("fine");
        assertThat(first(at, 1_000_000L))
                .isEqualTo("t: expected less than 1970-01-01T00:00:01Z, found 1970-01-01T00:00:01Z");
    }

    @Test
    void textsKeepTheirLengthShapeAndWords() {
        String text = "{name: s, logicalType: string, logicalTypeOptions: {minLength: 2, maxLength: 3, pattern: '[a-z😀]+'}}";
        assertThat(first(text, "ab")).isEqualTo("fine");
        assertThat(first(text, "😀😀😀")).isEqualTo("fine");
        assertThat(first(text, "a")).isEqualTo("s: expected 2 to 3 characters, found a");
        assertThat(first(text, "ab1")).isEqualTo("s: expected text matching [a-z😀]+, found ab1");
        String words = "{name: s, logicalType: string, enum: [{value: play}, {value: pause}]}";
        assertThat(first(words, "play")).isEqualTo("fine");
        assertThat(first(words, "PLAY")).isEqualTo("s: expected one of play, pause, found PLAY");
        assertThat(first("{name: s, logicalType: integer, enum: [{value: 1}, {value: 2}]}", 2L)).isEqualTo("fine");
        assertThat(first("{name: s, logicalType: integer, enum: [{value: 1}, {value: 2}]}", 3L))
                .isEqualTo("s: expected one of 1, 2, found 3");
    }

    @Test
    void promisesInsideAreFoundWithTheirPath() {
        String nested = "{name: o, logicalType: array, logicalTypeOptions: {maxItems: 2, uniqueItems: true}, items: "
                + "{logicalType: object, properties: [{name: m, logicalType: map, map: {key: {logicalType: string},"
                + " value: {logicalType: integer, logicalTypeOptions: {minimum: 5}}}}]}}";
        Object[] good = {Map.of("a", 5L)};
        Object[] bad = {Map.of("a", 4L)};
        assertThat(first(nested, Collections.singletonList((Object) good))).isEqualTo("fine");
        assertThat(first(nested, List.of(good, bad))).isEqualTo("o[1].m[a]: expected at least 5, found 4");
        assertThat(first(nested, List.of(good, good.clone())))
                .startsWith("o: expected elements that are all different");
        assertThat(first(nested, List.of(good, good, good))).startsWith("o: expected at most 2 elements");
        List<Object> many = new ArrayList<>();
        for (long i = 0; i < 40; i++) {
            many.add(i);
        }
        String distinct = "{name: l, logicalType: array, logicalTypeOptions: {uniqueItems: true}, items: "
                + "{logicalType: integer}}";
        assertThat(first(distinct, many)).isEqualTo("fine");
        many.add(7L);
        assertThat(first(distinct, many)).startsWith("l: expected elements that are all different");
    }

    @Test
    void whatTheContractDemandsOfEachRecordIsAValue() {
        assertThat(first("{name: s, logicalType: string, quality: [{metric: nullValues, mustBe: 0}]}", null))
                .isEqualTo("s: expected a value, found null");
    }

    @Test
    void theFirstOfSeveralColumnsIsToldAndOnlyCheckedColumnsAreNeeded() {
        RecordChecks checks = RecordChecks.of(contract("{name: a, logicalType: string}",
                "{name: b, logicalType: integer, logicalTypeOptions: {minimum: 1}}",
                "{name: c, logicalType: string, logicalTypeOptions: {maxLength: 1}}"));
        assertThat(checks.columns().stream()).containsExactly(1, 2);
        assertThat(checks.firstViolation(new Object[] {"x", 0L, "long"}).field()).isEqualTo("b");
        assertThat(checks.firstViolation(new Object[] {null, 1L, "l"})).isNull();
    }
}

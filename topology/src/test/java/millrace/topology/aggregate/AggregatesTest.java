package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.FunctionFailure;
import millrace.topology.function.TypeText;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.plan.AggregateCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the library says about a call before it runs. */
class AggregatesTest {
    private final Aggregates aggregates = Aggregates.builtIn();

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "count  |                | bigint", "COUNT | row<a int>      | bigint", "SUM | int | bigint",
            "SUM    | bigint         | bigint", "SUM   | decimal(12,2)   | decimal(38,2)", "SUM | real | double",
            "SUM    | double         | double", "AVG   | int             | bigint", "AVG | bigint | bigint",
            "AVG    | decimal(12,2)  | decimal(38,6)", "AVG | decimal(38,10) | decimal(38,10)",
            "AVG    | real           | double", "MIN | date | date", "MAX | text | text", "MAX | boolean | boolean",
            "FIRST_VALUE | array<int> | array<int>", "LAST_VALUE | uuid | uuid", "ANY_VALUE | int | int",
            "VAR_POP | int | double", "STDDEV_SAMP | decimal(3,1) | double", "BOOL_OR | boolean | boolean",
            "BIT_AND | int | int", "STRING_AGG | text | text",
            "COLLECT_SET | int | array<int not null>"})
    void aCallHasAType(String function, String argument, String result) {
        List<FieldType> types = argument == null ? List.of() : List.of(type(argument));
        Resolution resolution = aggregates.resolve(function, types, types.stream().map(t -> true).toList(), List.of(),
                Over.ALL);
        assertThat(resolution).isInstanceOfSatisfying(Resolution.Resolved.class, r -> {
            assertThat(TypeText.of(r.type())).isEqualTo(TypeText.of(type(result)));
            assertThat(r.nullable()).isEqualTo(!function.equalsIgnoreCase("COUNT"));
            assertThat(r.arguments()).isEqualTo(types);
        });
    }

    @Test
    void onlyNullsOrNoRowsGiveNull() {
        assertThat(aggregates.resolve("SUM", List.of(type("int")), List.of(false), List.of(), Over.ALL)).isEqualTo(
                new Resolution.Resolved(type("bigint"), false, true, List.of(type("int")), true));
        assertThat(aggregates.resolve("COUNT", List.of(type("int")), List.of(true), List.of(), Over.DISTINCT))
                .isEqualTo(new Resolution.Resolved(type("bigint"), false, false, List.of(type("int")), true));
    }

    @Test
    void whatCannotBeCalledIsSaidWithTheWaysToCallIt() {
        assertThat(aggregates.resolve("SUM", List.of(type("text")), List.of(true), List.of(), Over.DISTINCT))
                .isInstanceOfSatisfying(Resolution.Refused.class, r -> {
                    assertThat(r.found()).isEqualTo("SUM(DISTINCT text)");
                    assertThat(r.reason()).isEqualTo("Expected a number, found text.");
                    assertThat(r.forms()).contains("SUM(int or bigint) -> bigint");
                });
        assertThat(aggregates.resolve("MAX", List.of(type("map<text, int>")), List.of(true), List.of(), Over.ALL))
                .isInstanceOfSatisfying(Resolution.Refused.class,
                        r -> assertThat(r.reason()).isEqualTo("map<text, int> has no order."));
        assertThat(aggregates.resolve("AVG", List.of(), List.of(), List.of(), Over.ALL))
                .isInstanceOfSatisfying(Resolution.Refused.class,
                        r -> assertThat(r.reason()).isEqualTo("It takes one argument."));
        assertThat(aggregates.resolve("COUNT", List.of(), List.of(), List.of(), Over.DISTINCT))
                .isInstanceOfSatisfying(Resolution.Refused.class,
                        r -> assertThat(r.reason()).isEqualTo("DISTINCT needs a column."));
    }

    @Test
    void anUnknownNameSuggestsTheNearest() {
        assertThat(aggregates.resolve("coun", List.of(), List.of(), List.of(), Over.ALL))
                .isEqualTo(new Resolution.Unknown("coun", Optional.of("COUNT")));
        assertThat(aggregates.resolve("HARMONIC", List.of(), List.of(), List.of(), Over.ALL))
                .isEqualTo(new Resolution.Unknown("HARMONIC", Optional.empty()));
    }

    @Test
    void aCallOfAnotherTypeIsNotBound() {
        FieldType.Struct input = new FieldType.Struct(List.of(Field.optional("x", type("int"))));
        assertThatThrownBy(() -> aggregates.bind(new AggregateCall("SUM", List.of(0), Over.ALL, OptionalInt.empty(),
                List.of(), type("int"), true), input, InputChanges.APPEND_ONLY))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("SUM");
    }

    @Test
    void aSumThatDoesNotFitSaysSo() {
        assertThatThrownBy(() -> Group.of("x bigint", "9223372036854775807, 1").call("SUM(x)"))
                .isInstanceOf(FunctionFailure.class).hasMessage(
                        "the sum 9223372036854775808 does not fit BIGINT: cast the argument to DECIMAL(38, 0)");
        assertThat(Group.of("x bigint", "9223372036854775807, 1, -1").call("SUM(x)")).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> Group.of("x decimal(38,0)", "99999999999999999999999999999999999999, 1")
                .call("SUM(x)")).isInstanceOf(FunctionFailure.class).hasMessage(
                        "the sum 100000000000000000000000000000000000000 does not fit DECIMAL(38, 0)");
    }

    @Test
    void severalArgumentsAndConstants() {
        assertThat(typeOf("MIN_BY", List.of(), "text", "double")).isEqualTo("text");
        assertThat(typeOf("ARG_MAX", List.of(), "row<a int>", "date")).isEqualTo("row<a int>");
        assertThat(typeOf("ARRAY_AGG", List.of(), "date")).isEqualTo("array<date>");
        assertThat(typeOf("MAP_AGG", List.of(), "text", "bigint")).isEqualTo("map<text, bigint>");
        assertThat(typeOf("LISTAGG", List.of("; "), "text")).isEqualTo("text");
        assertThat(typeOf("PERCENTILE", List.of(0.5), "bigint")).isEqualTo("double");
        assertThat(typeOf("DECAYED_SUM", List.of(3600), "decimal(3,1)")).isEqualTo("double");
        assertThat(typeOf("DECAYED_COUNT", List.of(3600L))).isEqualTo("double");
        assertThat(aggregates.named("percentile").orElseThrow().constantsFrom()).hasValue(1);
        assertThat(aggregates.named("DECAYED_COUNT").orElseThrow().constantsFrom()).hasValue(0);
        assertThat(aggregates.named("MIN_BY").orElseThrow().constantsFrom()).isEmpty();
    }

    @Test
    void constantsThatMakeNoSenseAreRefused() {
        assertThat(typeOf("PERCENTILE", List.of(95), "int")).isEqualTo("The share must be from 0 to 1, found 95.");
        assertThat(typeOf("PERCENTILE", List.of("x"), "int")).isEqualTo("The share must be a number, found x.");
        assertThat(typeOf("PERCENTILE", List.of(), "int")).isEqualTo("It takes 2 arguments.");
        assertThat(typeOf("DECAYED_COUNT", List.of(0.5))).isEqualTo(
                "The half-life must be a whole number of seconds, from 1 to 1000000000, found 0.5.");
        assertThat(typeOf("LISTAGG", List.of(1), "text")).isEqualTo("The separator must be text.");
        assertThat(typeOf("LISTAGG", List.of(), "int")).isEqualTo("Expected text, found int: cast it.");
        assertThat(typeOf("MAP_AGG", List.of(), "int", "int")).isEqualTo("The keys of a map are text, found int.");
        assertThat(aggregates.resolve("DECAYED_SUM", List.of(type("int")), List.of(true), List.of(60), Over.DISTINCT))
                .isInstanceOfSatisfying(Resolution.Refused.class, r -> {
                    assertThat(r.found()).isEqualTo("DECAYED_SUM(DISTINCT int, 60)");
                    assertThat(r.reason()).isEqualTo("It cannot be called with DISTINCT.");
                });
    }

    @Test
    void aSampleOfOneHasNoVariance() {
        assertThat(aggregates.resolve("VAR_SAMP", List.of(type("int")), List.of(false), List.of(), Over.ALL))
                .isInstanceOfSatisfying(Resolution.Resolved.class, r -> assertThat(r.nullable()).isTrue());
        assertThat(aggregates.resolve("VAR_POP", List.of(type("int")), List.of(false), List.of(), Over.ALL))
                .isInstanceOfSatisfying(Resolution.Resolved.class, r -> assertThat(r.nullable()).isFalse());
        assertThat(Group.of("x int", "7").call("VAR_SAMP(x)")).isNull();
        assertThat(Group.of("x int", "7").call("VAR_POP(x)")).isEqualTo(0.0);
    }

    @Test
    void whatCannotTakeRowsBackSaysSo() {
        assertThat(aggregates.resolve("APPROX_COUNT_DISTINCT", List.of(type("int")), List.of(true), List.of(),
                Over.ALL)).isInstanceOfSatisfying(Resolution.Resolved.class,
                        r -> assertThat(r.retracts()).isFalse());
        FieldType.Struct input = new FieldType.Struct(List.of(Field.optional("x", type("int"))));
        assertThatThrownBy(() -> aggregates.bind(new AggregateCall("APPROX_COUNT_DISTINCT", List.of(0), Over.ALL,
                OptionalInt.empty(), List.of(), type("bigint"), false), input, InputChanges.RETRACTING))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Of the result, or why there is none. */
    private String typeOf(String function, List<Object> constants, String... columns) {
        List<FieldType> types = Stream.of(columns).map(AggregatesTest::type).toList();
        return switch (aggregates.resolve(function, types, types.stream().map(t -> true).toList(), constants,
                Over.ALL)) {
            case Resolution.Resolved r -> TypeText.of(r.type());
            case Resolution.Refused r -> r.reason();
            case Resolution.Unknown r -> r.toString();
        };
    }

    private static FieldType type(String text) {
        return TypeText.parse(text).orElseThrow();
    }
}

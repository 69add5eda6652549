package millrace.topology.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.Test;

class CalcCompilerTest {
    private static final Boolean[] THREE = {true, false, null};

    @Test
    void logicHasThreeValues() throws ExpressionFailure {
        RowFunction f = compile("a boolean, b boolean", "SELECT a AND b AS c1, a OR b AS c2, NOT a AS c3, a = b AS c4,"
                + " a IS TRUE AS c5, a IS NOT TRUE AS c6, a IS FALSE AS c7, a IS NOT FALSE AS c8, a IS UNKNOWN AS c9,"
                + " a IS DISTINCT FROM b AS c10, COALESCE(a, b) AS c11, CASE WHEN a THEN 1 ELSE 2 END AS c12 FROM t");
        for (Boolean a : THREE) {
            for (Boolean b : THREE) {
                Boolean and = Boolean.FALSE.equals(a) || Boolean.FALSE.equals(b)
                        ? Boolean.FALSE
                        : a == null || b == null ? null : Boolean.TRUE;
                Boolean or = Boolean.TRUE.equals(a) || Boolean.TRUE.equals(b)
                        ? Boolean.TRUE
                        : a == null || b == null ? null : Boolean.FALSE;
                assertThat(f.apply(new Object[] {a, b})).as(a + " " + b).containsExactly(and, or,
                        a == null ? null : !a, a == null || b == null ? null : a.equals(b), Boolean.TRUE.equals(a),
                        !Boolean.TRUE.equals(a), Boolean.FALSE.equals(a), !Boolean.FALSE.equals(a), a == null,
                        a != b, a != null ? a : b, Boolean.TRUE.equals(a) ? 1 : 2);
            }
        }
    }

    @Test
    void aConditionKeepsARowOnlyIfItIsTrue() throws ExpressionFailure {
        RowFunction f = compile("a boolean, b int", "SELECT b AS c FROM t WHERE a OR b > 5");
        assertThat(f.apply(new Object[] {true, null})).containsExactly((Object) null);
        assertThat(f.apply(new Object[] {null, 6})).containsExactly(6);
        assertThat(f.apply(new Object[] {null, 5})).isNull();
        assertThat(f.apply(new Object[] {false, null})).isNull();
    }

    @Test
    void anOperandThatCannotMatterIsNotComputed() throws ExpressionFailure {
        RowFunction f = compile("a int, b int", "SELECT a = 0 OR b / a > 1 AS c1, a <> 0 AND b / a > 1 AS c2,"
                + " COALESCE(b, 1 / a) AS c3 FROM t");
        assertThat(f.apply(new Object[] {0, 4})).containsExactly(true, false, 4);
        assertThatThrownBy(() -> f.apply(new Object[] {0, null})).isInstanceOf(ExpressionFailure.class)
                .hasMessage("1 / a: division by zero");
    }

    @Test
    void theFailureNamesTheInnermostExpression() {
        RowFunction f = compile("a int, s text", "SELECT CHAR_LENGTH(s) + (CAST(s AS INT) * 2) / a AS c FROM t");
        assertThatThrownBy(() -> f.apply(new Object[] {0, "12"})).hasMessage(
                "CAST(s AS int) * 2 / a: division by zero");
        assertThatThrownBy(() -> f.apply(new Object[] {0, "x"})).hasMessage(
                "CAST(s AS int): 'x' is not a value of type int");
        assertThatThrownBy(() -> f.apply(new Object[] {0, "2147483647"})).hasMessage(
                "CAST(s AS int) * 2: integer overflow");
    }

    @Test
    void aThousandColumnsAndHugeExpressionsCompile() throws ExpressionFailure {
        RowFunction columns = compile("a int, b int", "SELECT " + IntStream.range(0, 1000)
                .mapToObj(i -> "a * " + i + " + b AS c" + i).collect(Collectors.joining(", ")) + " FROM t");
        assertThat(columns.apply(new Object[] {2, 1})).hasSize(1000).startsWith(1, 3, 5).endsWith(1999);

        RowFunction cases = compile("a int", "SELECT CASE " + IntStream.range(0, 800)
                .mapToObj(i -> "WHEN a = " + i + " THEN 'v" + i + "'").collect(Collectors.joining(" "))
                + " END AS c FROM t");
        assertThat(cases.apply(new Object[] {799})).containsExactly("v799");
        assertThat(cases.apply(new Object[] {800})).containsExactly((Object) null);

        RowFunction ors = compile("a int, s text", "SELECT a FROM t WHERE " + IntStream.range(0, 500)
                .mapToObj(i -> "a + " + i + " = 500 AND s = 'x" + i + "'").collect(Collectors.joining(" OR ")));
        assertThat(ors.apply(new Object[] {1, "x499"})).containsExactly(1);
        assertThat(ors.apply(new Object[] {1, "x498"})).isNull();

        RowFunction in = compile("s text", "SELECT s FROM t WHERE s IN (" + IntStream.range(0, 5000)
                .mapToObj(i -> "'k" + i + "'").collect(Collectors.joining(", ")) + ")");
        assertThat(in.apply(new Object[] {"k4999"})).containsExactly("k4999");
        assertThat(in.apply(new Object[] {"k5000"})).isNull();
        assertThat(in.apply(new Object[] {null})).isNull();

        String deep = "a" + " + 1".repeat(600);
        assertThat(compile("a int", "SELECT " + deep + " AS c FROM t").apply(new Object[] {1})).containsExactly(601);
    }

    @Test
    void instancesShareNothingThatChanges() throws ExpressionFailure {
        PlanNode.Calc calc = calc("s text, p text", "SELECT REGEXP_LIKE(s, p) AS c FROM t");
        var functions = new CalcCompiler(FunctionLibrary.builtIn()).compile(calc);
        RowFunction one = functions.get();
        RowFunction two = functions.get();
        assertThat(one).isNotSameAs(two);
        for (String p : List.of("a", "b", "a")) {
            assertThat(one.apply(new Object[] {"a", p})).containsExactly(p.equals("a"));
            assertThat(two.apply(new Object[] {"b", p})).containsExactly(p.equals("b"));
        }
    }

    @Test
    void theInputIsNotChanged() throws ExpressionFailure {
        Object[] row = {1, "a"};
        compile("a int, s text", "SELECT a + 1 AS a, UPPER(s) AS s FROM t").apply(row);
        assertThat(Arrays.asList(row)).containsExactly(1, "a");
    }

    private static RowFunction compile(String columns, String sql) {
        return new CalcCompiler(FunctionLibrary.builtIn()).compile(calc(columns, sql)).get();
    }

    private static PlanNode.Calc calc(String columns, String sql) {
        Plan plan = SqlCompiler.compile(List.of(TestContracts.contract("t", columns)),
                List.of(Model.of("silver", "m", "m.sql", sql)), FunctionLibrary.builtIn()).get(0);
        return (PlanNode.Calc) plan.root();
    }
}

package millrace.topology.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Standard expressions give what Calcite's own interpreter gives for them, which shares no evaluation code with ours. */
class CalciteOracleTest {
    private static final List<String> EXPRESSIONS = List.of(
            "1 + 2 * 3 - 4", "7 / 2", "-7 / 2", "MOD(-7, 3)", "1.5 * 2.25", "10.00 - 0.05", "CAST(7 AS DECIMAL(10,2))",
            "1 < 2", "2.5 >= 2.50", "'a' < 'b'", "'abc' = 'abc'", "NULLIF(1, 1)", "NULLIF(1, 2)",
            "COALESCE(CAST(NULL AS INTEGER), 3)", "CASE WHEN 1 = 2 THEN NULL ELSE 1 END",
            "CASE WHEN 1 > 2 THEN 'a' WHEN 1 < 2 THEN 'bbb' ELSE 'cc' END", "CASE 3 WHEN 1 THEN 'x' END",
            "3 BETWEEN 1 AND 5", "3 NOT IN (1, 2)", "NULL IS NULL", "NOT (1 = 1 AND 2 = 3)", "1 IS NOT DISTINCT FROM 2",
            "CAST(NULL AS BOOLEAN) AND FALSE", "CAST(NULL AS BOOLEAN) OR TRUE", "CAST(NULL AS BOOLEAN) AND TRUE",
            "UPPER('straus')", "LOWER('ABC')", "INITCAP('hello world')", "CHAR_LENGTH('hello')",
            "SUBSTRING('hello' FROM 2)", "SUBSTRING('hello' FROM 2 FOR 3)", "SUBSTRING('hello' FROM 10 FOR 3)",
            "SUBSTRING('hello' FROM -1 FOR 3)", "POSITION('l' IN 'hello')", "POSITION('z' IN 'hello')",
            "OVERLAY('abcdef' PLACING 'XY' FROM 3)", "OVERLAY('abcdef' PLACING 'X' FROM 2 FOR 4)",
            "TRIM(BOTH 'x' FROM 'xxaxx')", "TRIM(LEADING 'x' FROM 'xxaxx')", "TRIM(TRAILING 'x' FROM 'xxaxx')",
            "TRIM('  a ')", "'a' || 'b' || 'c'", "REPLACE('banana', 'an', 'AN')", "'abc' LIKE 'a%'", "'abc' LIKE '_b_'",
            "'abc' LIKE 'b%'", "'a%c' LIKE 'a!%c' ESCAPE '!'", "'abc' SIMILAR TO '(a|b)+c'", "'ab.c' LIKE 'ab.%'",
            "ABS(-3)", "ABS(-1.5)", "FLOOR(-1.5)", "CEIL(1.2)", "FLOOR(2.0)", "SIGN(-7)", "POWER(2, 10)", "SQRT(16)",
            "LN(1)", "EXP(0)", "ROUND(2.5, 0)", "ROUND(1234.567, 1)", "TRUNCATE(1.259, 2)",
            "CAST('17' AS INTEGER)", "CAST(' 17 ' AS INTEGER)", "CAST('1.25' AS DECIMAL(5,2))",
            "CAST(17 AS VARCHAR)",
            "CAST(1e3 AS INTEGER)", "CAST('2026-11-20' AS DATE)", "CAST(DATE '2026-11-20' AS VARCHAR)",
            "CAST(TIMESTAMP '2026-11-20 10:41:02' AS DATE)", "CAST(DATE '2026-11-20' AS TIMESTAMP)",
            "EXTRACT(YEAR FROM DATE '2026-11-20')", "EXTRACT(QUARTER FROM DATE '2026-11-20')",
            "EXTRACT(MONTH FROM DATE '2026-11-20')", "EXTRACT(WEEK FROM DATE '2026-01-01')",
            "EXTRACT(WEEK FROM DATE '2027-01-01')", "EXTRACT(DAY FROM DATE '2026-11-20')",
            "EXTRACT(DOW FROM DATE '2026-11-22')", "EXTRACT(ISODOW FROM DATE '2026-11-22')",
            "EXTRACT(DOY FROM DATE '2024-12-31')", "EXTRACT(ISOYEAR FROM DATE '2027-01-01')",
            "EXTRACT(CENTURY FROM DATE '2000-01-01')", "EXTRACT(CENTURY FROM DATE '2001-01-01')",
            "EXTRACT(MILLENNIUM FROM DATE '2000-01-01')", "EXTRACT(DECADE FROM DATE '1999-01-01')",
            "EXTRACT(EPOCH FROM TIMESTAMP '2026-11-20 10:41:02')",
            "EXTRACT(HOUR FROM TIMESTAMP '2026-11-20 10:41:02')",
            "EXTRACT(MINUTE FROM TIMESTAMP '1969-12-31 23:59:58')",
            "EXTRACT(SECOND FROM TIMESTAMP '1969-12-31 23:59:58')",
            "FLOOR(TIMESTAMP '2026-11-20 10:41:02' TO HOUR)", "FLOOR(TIMESTAMP '1969-12-31 10:41:02' TO DAY)",
            "FLOOR(TIMESTAMP '2026-11-20 10:41:02' TO MONTH)", "FLOOR(DATE '2026-11-20' TO YEAR)",
            "CEIL(TIMESTAMP '2026-11-20 10:41:02' TO HOUR)", "CEIL(TIMESTAMP '2026-11-20 10:00:00' TO HOUR)",
            "CEIL(TIMESTAMP '2026-11-20 10:00:00' TO MONTH)",
            "TIMESTAMP '2026-11-20 10:41:02' + INTERVAL '1' DAY",
            "TIMESTAMP '2026-03-31 10:00:00' - INTERVAL '1' MONTH",
            "DATE '2024-02-29' + INTERVAL '1' YEAR", "DATE '2026-11-20' - INTERVAL '1' DAY",
            "TIMESTAMP '2026-11-20 10:41:02' - INTERVAL '1:30' MINUTE TO SECOND",
            "TIMESTAMPADD(HOUR, 25, TIMESTAMP '2026-11-20 10:41:02')", "TIMESTAMPADD(MONTH, 1, DATE '2026-01-31')",
            "TIMESTAMPDIFF(DAY, TIMESTAMP '2026-11-20 10:00:00', TIMESTAMP '2026-11-22 09:59:59')",
            "TIMESTAMPDIFF(HOUR, TIMESTAMP '2026-11-22 10:00:00', TIMESTAMP '2026-11-20 09:59:59')",
            "TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-01-31 00:00:00', TIMESTAMP '2026-03-30 00:00:00')",
            "TIMESTAMPDIFF(YEAR, DATE '2024-02-29', DATE '2026-02-28')",
            "CARDINALITY(ARRAY[1, 2, 3])", "ARRAY[1, 2, 3][2]", "MAP['a', 1, 'b', 2]['b']", "ELEMENT(ARRAY[7])",
            "JSON_VALUE('{\"a\": {\"b\": [1, 2]}}', '$.a.b[1]')", "JSON_EXISTS('{\"a\": 1}', '$.a')",
            "JSON_EXISTS('{\"a\": 1}', '$.b')");

    @TestFactory
    Stream<DynamicTest> ourValueIsCalcites() {
        return EXPRESSIONS.stream().map(e -> DynamicTest.dynamicTest(e, () -> {
            String ours = ours(e);
            assertThat(ours).isEqualTo(calcites(e));
        }));
    }

    /** As text; numbers without trailing zeros, since the types may differ in scale. */
    private static String text(Object value) {
        return value instanceof Number n
                ? new BigDecimal(n.toString()).stripTrailingZeros().toPlainString()
                : value == null ? null : value.toString().replaceFirst("\\.0$", "").stripTrailing();
    }

    private static String ours(String expression) throws ExpressionFailure {
        boolean time = expression.matches("(FLOOR|CEIL|TIMESTAMP|DATE|TIMESTAMPADD|CAST)\\b.*")
                && expression.matches(".*(DATE|TIMESTAMP) ?('.*|\\)$)") && !expression.contains("TIMESTAMPDIFF")
                && !expression.endsWith("VARCHAR)");
        Plan plan = SqlCompiler.compile(List.of(TestContracts.contract("one", "k int")), List.of(Model.of("silver", "m",
                "m.sql", "SELECT " + (time ? "CAST(" + expression + " AS VARCHAR)" : expression) + " AS x FROM one")),
                FunctionLibrary.builtIn()).get(0);
        return text(new CalcCompiler(FunctionLibrary.builtIn()).compile((PlanNode.Calc) plan.root()).get()
                .apply(new Object[0])[0]);
    }

    private static String calcites(String expression) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("fun", "standard,postgresql,bigquery");
        properties.setProperty("timeZone", "UTC");
        try (Connection c = DriverManager.getConnection("jdbc:calcite:", properties);
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT " + expression + " FROM (VALUES (1))")) {
            r.next();
            Object value = r.getObject(1);
            return text(value);
        }
    }
}

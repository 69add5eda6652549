package millrace.topology.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.topology.function.FunctionFailure;
import millrace.topology.function.ScalarFunction;

/** What generated code calls beside the function library. Public only because the code lives in another loader. */
public final class CalcRuntime {
    private CalcRuntime() {}

    /** Turns whatever an expression threw into the failure of that expression. */
    public static ExpressionFailure failure(String expression, RuntimeException e) {
        return new ExpressionFailure(expression, switch (e) {
            case FunctionFailure f -> f.getMessage();
            case ArithmeticException a -> String.valueOf(a.getMessage());
            case ClassCastException c -> "a value has another type than declared: " + c.getMessage();
            default -> e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
        });
    }

    /** What a value that breaks a data test is answered with. */
    public static FunctionFailure broken(Object value) {
        String text = String.valueOf(value);
        return new FunctionFailure("found " + (value == null
                ? "NULL"
                : text.length() > 80
                        ? text.substring(0, 80) + "…"
                        : text));
    }

    /** Calls a user's function; whatever it throws becomes a failure. */
    public static Object call(ScalarFunction function, Object[] arguments) {
        try {
            return function.call(arguments);
        } catch (FunctionFailure e) {
            throw e;
        } catch (Exception | LinkageError | StackOverflowError e) {
            throw new FunctionFailure(function.name() + " threw " + e.getClass().getSimpleName()
                    + (e.getMessage() == null ? "" : ": " + e.getMessage()));
        }
    }

    /** Casts the elements of an array; {@code element} works on rows of one value. */
    public static List<Object> castList(List<?> list, RowFunction element) {
        List<Object> out = new ArrayList<>(list.size());
        for (Object o : list) {
            out.add(cast(o, element));
        }
        return out;
    }

    /** Casts the values of a map. */
    public static Map<Object, Object> castMap(Map<?, ?> map, RowFunction element) {
        Map<Object, Object> out = new LinkedHashMap<>();
        map.forEach((k, v) -> out.put(k, cast(v, element)));
        return out;
    }

    /** Casts the fields of a row. */
    public static Object[] castRow(Object[] row, RowFunction fields) {
        try {
            return fields.apply(row);
        } catch (ExpressionFailure e) {
            throw new FunctionFailure(e.reason());
        }
    }

    private static Object cast(Object value, RowFunction element) {
        return value == null ? null : castRow(new Object[] {value}, element)[0];
    }
}

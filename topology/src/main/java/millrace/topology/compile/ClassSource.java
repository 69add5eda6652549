package millrace.topology.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.plan.Expression;

/**
 * The source text of one class: constants as fields, one method that tests and projects, and more methods where one
 * would grow beyond what the JVM compiles to machine code.
 */
final class ClassSource {
    static final String NAME = "millrace.topology.compile.Generated";
    /** About how many expression nodes a method holds; HotSpot never compiles methods over 8,000 bytes. */
    static final int METHOD_SIZE = 250;

    private final FunctionLibrary functions;
    private final CalcCompiler compiler;
    private final List<Supplier<?>> constants = new ArrayList<>();
    private final StringBuilder fields = new StringBuilder();
    private final StringBuilder constructor = new StringBuilder();
    private final StringBuilder methods = new StringBuilder();
    private final List<String> texts = new ArrayList<>();
    private int methodCount;

    ClassSource(FunctionLibrary functions, CalcCompiler compiler) {
        this.functions = functions;
        this.compiler = compiler;
    }

    List<Supplier<?>> constants() {
        return constants;
    }

    FunctionLibrary functions() {
        return functions;
    }

    CalcCompiler compiler() {
        return compiler;
    }

    String write(List<Expression> condition, List<Expression> projections) {
        MethodSource apply = new MethodSource(this);
        condition.forEach(apply::returnNullUnless);
        apply.line("Object[] out = new Object[" + projections.size() + "];");
        List<Integer> chunk = new ArrayList<>();
        int size = condition.stream().mapToInt(ClassSource::size).sum();
        boolean first = true;
        for (int i = 0; i < projections.size(); i++) {
            int more = size(projections.get(i));
            if (size + more > METHOD_SIZE && !chunk.isEmpty()) {
                flush(apply, chunk, projections, first);
                first = false;
                size = 0;
            }
            chunk.add(i);
            size += more;
        }
        flush(apply, chunk, projections, first);
        apply.line("return out;");
        String body = apply.body();
        String table = constant("String[]", texts.toArray(String[]::new));
        return "package millrace.topology.compile;\n"
                + "public final class Generated implements RowFunction {\n" + fields
                + "  public Generated(Object[] constants) {\n" + constructor + "  }\n"
                + method("public Object[] apply(Object[] row)", body).replace("TEXTS", table)
                + methods.toString().replace("TEXTS", table) + "}\n";
    }

    /** The first columns are computed where the condition was, so that they share what it computed already. */
    private void flush(MethodSource apply, List<Integer> chunk, List<Expression> projections, boolean inline) {
        if (inline) {
            chunk.forEach(i -> apply.line("out[" + i + "] = " + apply.boxed(projections.get(i)) + ";"));
        } else {
            MethodSource part = new MethodSource(this);
            chunk.forEach(i -> part.line("out[" + i + "] = " + part.boxed(projections.get(i)) + ";"));
            String name = "columns" + methodCount++;
            methods.append(method("private void " + name + "(Object[] row, Object[] out)", part.body()));
            apply.line(name + "(row, out);");
        }
        chunk.clear();
    }

    /** A method of its own for a large expression; gives the call, whose result is an {@code Object}. */
    String outlined(Expression e) {
        MethodSource part = new MethodSource(this);
        part.line("return " + part.boxedAsRoot(e) + ";");
        String name = "value" + methodCount++;
        methods.append(method("private Object " + name + "(Object[] row)", part.body()));
        return name + "(row)";
    }

    private static String method(String head, String body) {
        return "  " + head + " throws ExpressionFailure {\n    int at = 0;\n    try {\n" + body
                + "    } catch (RuntimeException e) {\n      throw CalcRuntime.failure(TEXTS[at], e);\n    }\n  }\n";
    }

    /** A field that holds the same object for all instances. */
    String constant(String type, Object value) {
        return constantPerInstance(type, () -> value);
    }

    /** A field that holds an object of its own in each instance. */
    String constantPerInstance(String type, Supplier<?> value) {
        String name = "k" + constants.size();
        fields.append("  private final ").append(type).append(' ').append(name).append(";\n");
        constructor.append("    this.").append(name).append(" = (").append(type).append(") constants[")
                .append(constants.size()).append("];\n");
        constants.add(value);
        return name;
    }

    /** The number by which a failure finds the text of its expression. */
    int text(String expression) {
        int i = texts.indexOf(expression);
        if (i < 0) {
            texts.add(expression);
            i = texts.size() - 1;
        }
        return i;
    }

    static int size(Expression e) {
        return switch (e) {
            case Expression.Column c -> 1;
            case Expression.Literal l -> 0;
            case Expression.Nested n -> 1 + size(n.row());
            case Expression.Call c -> 1 + c.operands().stream().mapToInt(ClassSource::size).sum();
        };
    }
}

package millrace.topology.compile;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.topology.explain.ExpressionText;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Expression.Call;
import millrace.topology.plan.Expression.Literal;

/**
 * Writes the statements of one method. Every expression becomes a local variable, beside it a boolean that says whether
 * it is NULL where its Java type cannot. A boolean value that is NULL is held as {@code false}. What was computed in a
 * block that encloses the present one is not computed again.
 */
final class MethodSource {
    /**
     * A computed value.
     *
     * @param code a variable or constant
     * @param isNull an expression that is true if the value is NULL; "false" if it never is
     */
    record Value(String code, String isNull, JavaKind kind) {
        boolean neverNull() {
            return isNull.equals("false");
        }

        String boxed() {
            if (!kind.primitive) {
                return code;
            }
            return neverNull()
                    ? kind.boxed(code)
                    : isNull.equals("true") ? "null" : isNull + " ? null : (Object) " + kind.boxed(code);
        }
    }

    /** Nested calls of these short-circuit, and are split where they grow. */
    private static final Set<String> LOGIC = Set.of("AND", "OR");
    private static final int MOST_OPERANDS = 60;

    private final ClassSource source;
    private final CallSource calls;
    private final StringBuilder body = new StringBuilder();
    private final Deque<Map<Expression, Value>> scopes = new ArrayDeque<>();
    private int variables;

    MethodSource(ClassSource source) {
        this.source = source;
        this.calls = new CallSource(this, source);
        scopes.push(new HashMap<>());
    }

    String body() {
        return body.toString();
    }

    void line(String text) {
        body.append("      ").append(text).append('\n');
    }

    String variable() {
        return "v" + variables++;
    }

    String boxed(Expression e) {
        // A column that goes through as it is stays in its box.
        return e instanceof Expression.Column c ? "row[" + c.index() + "]" : value(e).boxed();
    }

    String boxedAsRoot(Expression e) {
        return compute(e).boxed();
    }

    void returnNullUnless(Expression condition) {
        if (condition instanceof Call c && c.function().equals("AND") && c.operands().size() <= MOST_OPERANDS) {
            c.operands().forEach(this::returnNullUnless);
        } else {
            line("if (!" + value(condition).code() + ") { return null; }");
        }
    }

    /** Marks what is computed next, for the message if it fails. */
    void at(Expression e) {
        line("at = " + source.text(ExpressionText.of(e)) + ";");
    }

    Value value(Expression e) {
        for (Map<Expression, Value> scope : scopes) {
            Value known = scope.get(e);
            if (known != null) {
                return known;
            }
        }
        Value value;
        if (e instanceof Call && ClassSource.size(e) > ClassSource.METHOD_SIZE) {
            value = fromObject(source.outlined(e), JavaKind.of(e.type()));
        } else {
            value = compute(e);
        }
        scopes.peek().put(e, value);
        return value;
    }

    private Value compute(Expression e) {
        return switch (e) {
            case Expression.Column c -> column(c);
            case Literal l -> literal(l);
            case Expression.Nested n -> nested(n);
            case Call c -> call(c);
        };
    }

    private Value column(Expression.Column c) {
        return fromObject("row[" + c.index() + "]", JavaKind.of(c.type()));
    }

    private Value nested(Expression.Nested n) {
        Value row = value(n.row());
        String at = row.code() + "[" + n.index() + "]";
        return fromObject(row.neverNull() ? at : row.isNull() + " ? null : " + at, JavaKind.of(n.type()));
    }

    /** A variable that holds what {@code object}, an expression of type Object, gives. */
    Value fromObject(String object, JavaKind kind) {
        String v = variable();
        if (!kind.primitive) {
            line(kind.java + " " + v + " = (" + kind.java + ") (" + object + ");");
            return new Value(v, v + " == null", kind);
        }
        line("Object o" + v + " = " + object + ";");
        line("boolean n" + v + " = o" + v + " == null;");
        line(kind.java + " " + v + " = n" + v + " ? " + kind.zero + " : " + kind.unboxed("o" + v) + ";");
        return new Value(v, "n" + v, kind);
    }

    private Value literal(Literal l) {
        JavaKind kind = JavaKind.of(l.type());
        if (l.value() == null) {
            return new Value(kind.primitive ? kind.zero : "((" + kind.java + ") null)", "true", kind);
        }
        return new Value(switch (l.value()) {
            case Boolean b -> b.toString();
            case Integer i -> i == Integer.MIN_VALUE ? "Integer.MIN_VALUE" : "(" + i + ")";
            case Long n -> n == Long.MIN_VALUE ? "Long.MIN_VALUE" : "(" + n + "L)";
            case Float f -> "(" + f + "f)";
            case Double d -> "(" + d + "d)";
            default -> source.constant(kind.java, l.value());
        }, "false", kind);
    }

    // ---- blocks

    interface Block {
        void write(String label);
    }

    /** A block that can be left early; what is computed inside is forgotten after it. */
    void block(Block content) {
        String label = "L" + variables++;
        line(label + ": {");
        inner(() -> content.write(label));
        line("}");
    }

    void inner(Runnable content) {
        scopes.push(new HashMap<>());
        content.run();
        scopes.pop();
    }

    // ---- calls that decide which operands are computed

    private Value call(Call c) {
        return switch (c.function()) {
            case "AND" -> and(c);
            case "OR" -> or(c);
            case "CASE" -> caseOf(c);
            case "COALESCE" -> coalesce(c);
            case "NOT" -> not(value(c.operands().get(0)));
            case "IS NULL" -> bool(value(c.operands().get(0)).isNull());
            case "IS NOT NULL" -> bool("!(" + value(c.operands().get(0)).isNull() + ")");
            case "IS TRUE" -> bool(value(c.operands().get(0)).code());
            case "IS NOT TRUE" -> bool("!" + value(c.operands().get(0)).code());
            case "IS FALSE" -> {
                Value v = value(c.operands().get(0));
                yield bool("!" + v.code() + " && !(" + v.isNull() + ")");
            }
            case "IS NOT FALSE" -> {
                Value v = value(c.operands().get(0));
                yield bool(v.code() + " || " + v.isNull());
            }
            case "IN" -> in(c);
            default -> calls.write(c);
        };
    }

    Value bool(String code) {
        String v = variable();
        line("boolean " + v + " = " + code + ";");
        return new Value(v, "false", JavaKind.BOOLEAN);
    }

    private Value not(Value v) {
        Value result = bool(v.neverNull() ? "!" + v.code() : "!(" + v.isNull() + ") && !" + v.code());
        return new Value(result.code(), v.isNull(), JavaKind.BOOLEAN);
    }

    private Value and(Call c) {
        String v = variable();
        line("boolean " + v + " = false; boolean n" + v + " = false;");
        block(label -> {
            for (Expression e : split(c)) {
                Value o = value(e);
                if (o.neverNull()) {
                    line("if (!" + o.code() + ") { n" + v + " = false; break " + label + "; }");
                } else {
                    line("if (!" + o.code() + " && !(" + o.isNull() + ")) { n" + v + " = false; break " + label
                            + "; }");
                    line("n" + v + " |= " + o.isNull() + ";");
                }
            }
            line(v + " = !n" + v + ";");
        });
        return new Value(v, "n" + v, JavaKind.BOOLEAN);
    }

    private Value or(Call c) {
        String v = variable();
        line("boolean " + v + " = false; boolean n" + v + " = false;");
        block(label -> {
            for (Expression e : split(c)) {
                Value o = value(e);
                line("if (" + o.code() + ") { " + v + " = true; n" + v + " = false; break " + label + "; }");
                if (!o.neverNull()) {
                    line("n" + v + " |= " + o.isNull() + ";");
                }
            }
        });
        return new Value(v, "n" + v, JavaKind.BOOLEAN);
    }

    /** The operands, long lists as nested calls, which may become methods of their own. */
    private static List<Expression> split(Call c) {
        if (!LOGIC.contains(c.function()) || c.operands().size() <= MOST_OPERANDS) {
            return c.operands();
        }
        List<Expression> out = new ArrayList<>(c.operands().subList(0, MOST_OPERANDS));
        out.add(new Call(c.function(), c.operands().subList(MOST_OPERANDS, c.operands().size()), c.type(),
                c.nullable()));
        return out;
    }

    private Value caseOf(Call c) {
        JavaKind kind = JavaKind.of(c.type());
        String v = declare(kind);
        List<Expression> o = c.operands();
        int last = o.size() - 1 > 2 * MOST_OPERANDS ? 2 * MOST_OPERANDS : o.size() - 1;
        Expression otherwise = last == o.size() - 1
                ? o.get(last)
                : new Call("CASE", o.subList(last, o.size()), c.type(), c.nullable());
        block(label -> {
            for (int i = 0; i < last; i += 2) {
                Expression result = o.get(i + 1);
                line("if (" + value(o.get(i)).code() + ") {");
                inner(() -> {
                    assign(v, kind, value(result));
                    line("break " + label + ";");
                });
                line("}");
            }
            assign(v, kind, value(otherwise));
        });
        return new Value(v, kind.primitive ? "n" + v : v + " == null", kind);
    }

    private Value coalesce(Call c) {
        JavaKind kind = JavaKind.of(c.type());
        String v = declare(kind);
        block(label -> {
            for (int i = 0; i < c.operands().size(); i++) {
                Value o = value(c.operands().get(i));
                if (i == c.operands().size() - 1) {
                    assign(v, kind, o);
                } else {
                    line("if (!(" + o.isNull() + ")) {");
                    assign(v, kind, o);
                    line("break " + label + ";");
                    line("}");
                }
            }
        });
        return new Value(v, kind.primitive ? "n" + v : v + " == null", kind);
    }

    /** Declares a variable that is NULL until it is assigned. */
    String declare(JavaKind kind) {
        String v = variable();
        line(kind.java + " " + v + " = " + kind.zero + ";" + (kind.primitive ? " boolean n" + v + " = true;" : ""));
        return v;
    }

    private void assign(String v, JavaKind kind, Value o) {
        line(v + " = " + o.code() + ";" + (kind.primitive ? " n" + v + " = " + o.isNull() + ";" : ""));
    }

    private Value in(Call c) {
        Value left = value(c.operands().get(0));
        List<Expression> rights = c.operands().subList(1, c.operands().size());
        String test;
        if (left.kind() == JavaKind.BYTES || rights.size() <= 4) {
            test = rights.stream().map(r -> calls.equal(left, c.operands().get(0).type(), value(r), r.type()))
                    .collect(Collectors.joining(" || "));
        } else {
            Set<Object> set = rights.stream().map(r -> ((Literal) r).value())
                    .collect(Collectors.toCollection(HashSet::new));
            test = source.constant("java.util.Set", set) + ".contains(" + left.kind().boxed(left.code()) + ")";
        }
        Value result = bool(left.neverNull() ? test : "!(" + left.isNull() + ") && (" + test + ")");
        return new Value(result.code(), left.isNull(), JavaKind.BOOLEAN);
    }
}

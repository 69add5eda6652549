package millrace.topology.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.topology.compile.MethodSource.Value;
import millrace.topology.function.DateFormat;
import millrace.topology.function.FunctionFailure;
import millrace.topology.function.FunctionSignature;
import millrace.topology.function.JsonPath;
import millrace.topology.function.Parameter;
import millrace.topology.function.Regex;
import millrace.topology.function.ScalarFunction;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Expression.Call;
import millrace.topology.plan.Expression.Literal;
import millrace.topology.plan.PassedOn;

/** Writes calls whose operands are all computed first: NULL in, NULL out, but for a few. */
final class CallSource {
    private static final String FUNCTIONS = "millrace.topology.function.";
    private static final Map<String, String> COMPARISONS = Map.of("=", "==", "<>", "!=", "<", "<", "<=", "<=", ">",
            ">", ">=", ">=");
    private static final Map<String, String> EXACT = Map.of("+", "Math.addExact", "-", "Math.subtractExact", "*",
            "Math.multiplyExact", "/", FUNCTIONS + "Arithmetic.divide", "%", FUNCTIONS + "Arithmetic.mod");

    private final MethodSource method;
    private final ClassSource source;

    CallSource(MethodSource method, ClassSource source) {
        this.method = method;
        this.source = source;
    }

    Value write(Call c) {
        List<Expression> o = c.operands();
        return switch (c.function()) {
            case "=", "<>", "<", "<=", ">", ">=" -> comparison(c);
            case "IS DISTINCT FROM" -> distinct(o, "");
            case "IS NOT DISTINCT FROM" -> distinct(o, "!");
            case "+", "-", "*", "/", "%" -> arithmetic(c);
            case "NEG" -> strict(c, v -> negated(v.get(0)));
            case "||" -> strict(c, v -> v.stream().map(Value::code).collect(Collectors.joining(" + ")));
            case "CAST" -> cast(c);
            case "TRY_CAST" -> tryCast(c);
            case "LIKE", "ILIKE", "SIMILAR TO" -> like(c);
            case "GREATEST" -> extreme(c, ">");
            case "LEAST" -> extreme(c, "<");
            case "EXTRACT" -> strict(c, v -> unit(c) + ".from(" + v.get(1).code() + ")");
            case "FLOOR TO" -> strict(c, v -> unit(c) + ".floor(" + v.get(1).code() + ")");
            case "CEIL TO" -> strict(c, v -> unit(c) + ".ceil(" + v.get(1).code() + ")");
            case "TIMESTAMPADD" -> strict(c, v -> inUnit(c,
                    unit(c) + ".plus(" + v.get(2).code() + ", " + v.get(1).code() + ")"));
            case "TIMESTAMPDIFF" -> strict(c, v -> difference(c, v));
            case "+INTERVAL" -> strict(c, v -> shifted(c, v));
            case "+MONTHS" -> strict(c, v -> FUNCTIONS + "TimeFunctions.plusMonths(" + v.get(0).code() + ", "
                    + v.get(1).code() + ")");
            case "ITEM" -> item(c);
            case "ROW" -> created(c, "new Object[] {" + boxed(o) + "}");
            case "ARRAY" -> created(c, "java.util.Arrays.asList(new Object[] {" + boxed(o) + "})");
            case "MAP" -> {
                String entries = boxed(o);
                method.at(c);
                yield created(c, FUNCTIONS + "CollectionFunctions.map(new Object[] {" + entries + "})");
            }
            case PassedOn.TESTED -> tested(c);
            case "CONCAT_WS" -> concatWithSeparator(c);
            default -> library(c);
        };
    }

    private interface Body {
        /** Source text of the result; the operands are not NULL. */
        String of(List<Value> operands);
    }

    /** NULL if any operand is; what the body gives otherwise, which is never NULL. */
    private Value strict(Call c, Body body) {
        return strict(c, c.operands().stream().map(method::value).toList(), body);
    }

    private Value strict(Call c, List<Value> operands, Body body) {
        JavaKind kind = JavaKind.of(c.type());
        String anyNull = anyNull(operands);
        String code = body.of(operands);
        method.at(c);
        String v = method.variable();
        if (anyNull.equals("false")) {
            method.line(kind.java + " " + v + " = " + code + ";");
            return new Value(v, "false", kind);
        }
        if (kind.primitive) {
            method.line("boolean n" + v + " = " + anyNull + ";");
            method.line(kind.java + " " + v + " = n" + v + " ? " + kind.zero + " : " + code + ";");
            return new Value(v, "n" + v, kind);
        }
        method.line(kind.java + " " + v + " = null; if (!(" + anyNull + ")) { " + v + " = " + code + "; }");
        return new Value(v, v + " == null", kind);
    }

    private static String anyNull(List<Value> operands) {
        List<String> parts = operands.stream().filter(v -> !v.neverNull()).map(v -> "(" + v.isNull() + ")").distinct()
                .toList();
        return parts.isEmpty() ? "false" : String.join(" || ", parts);
    }

    private Value created(Call c, String code) {
        JavaKind kind = JavaKind.of(c.type());
        String v = method.variable();
        method.line(kind.java + " " + v + " = " + code + ";");
        return new Value(v, "false", kind);
    }

    private String boxed(List<Expression> operands) {
        return operands.stream().map(o -> "(Object) (" + method.value(o).boxed() + ")")
                .collect(Collectors.joining(", "));
    }

    // ---- comparison

    private Value comparison(Call c) {
        Value a = method.value(c.operands().get(0));
        Value b = method.value(c.operands().get(1));
        String test = compare(c.function(), a, c.operands().get(0).type(), b, c.operands().get(1).type());
        String anyNull = anyNull(List.of(a, b));
        if (anyNull.equals("false")) {
            return method.bool(test);
        }
        String v = method.variable();
        method.line("boolean n" + v + " = " + anyNull + ";");
        method.line("boolean " + v + " = !n" + v + " && " + test + ";");
        return new Value(v, "n" + v, JavaKind.BOOLEAN);
    }

    String equal(Value a, FieldType at, Value b, FieldType bt) {
        return compare("=", a, at, b, bt);
    }

    /** A test of two values that are not NULL. */
    private static String compare(String function, Value a, FieldType at, Value b, FieldType bt) {
        String op = COMPARISONS.get(function);
        boolean equality = function.equals("=") || function.equals("<>");
        String x = a.code();
        String y = b.code();
        if (at instanceof FieldType.Date && bt instanceof FieldType.Timestamp) {
            x = FUNCTIONS + "TimeFunctions.midnight(" + x + ")";
        } else if (bt instanceof FieldType.Date && at instanceof FieldType.Timestamp) {
            y = FUNCTIONS + "TimeFunctions.midnight(" + y + ")";
        } else if (a.kind().isNumber() && b.kind().isNumber()) {
            JavaKind common = JavaKind.common(a.kind(), b.kind());
            x = a.kind().widened(x, common);
            y = b.kind().widened(y, common);
            return common.primitive
                    ? "(" + x + " " + op + " " + y + ")"
                    : "(" + x + ".compareTo(" + y + ") " + op
                            + " 0)";
        }
        return switch (a.kind()) {
            case INT, LONG, FLOAT, DOUBLE -> "(" + x + " " + op + " " + y + ")";
            case BOOLEAN -> equality
                    ? "(" + x + " " + op + " " + y + ")"
                    : "(Boolean.compare(" + x + ", " + y + ") " + op + " 0)";
            case TEXT, UUID -> equality
                    ? (function.equals("<>") ? "!" : "") + x + ".equals(" + y + ")"
                    : "(" + FUNCTIONS + "Values.compare(" + x + ", " + y + ") " + op + " 0)";
            case BYTES -> "(" + FUNCTIONS + "Values.compare(" + x + ", " + y + ") " + op + " 0)";
            case DECIMAL -> "(" + x + ".compareTo(" + y + ") " + op + " 0)";
            case ROW, LIST, MAP -> {
                if (!equality) {
                    throw new IllegalArgumentException("rows, arrays and maps have no order");
                }
                yield (function.equals("<>") ? "!" : "") + FUNCTIONS + "Values.same(" + x + ", " + y + ")";
            }
        };
    }

    private Value distinct(List<Expression> o, String not) {
        Value a = method.value(o.get(0));
        Value b = method.value(o.get(1));
        String equal = compare("=", a, o.get(0).type(), b, o.get(1).type());
        return method.bool(not + "((" + a.isNull() + ") ? !(" + b.isNull() + ") : (" + b.isNull() + ") || !" + equal
                + ")");
    }

    private Value extreme(Call c, String op) {
        return strict(c, values -> {
            String best = values.get(0).code();
            JavaKind kind = values.get(0).kind();
            for (Value v : values.subList(1, values.size())) {
                String x = best;
                best = "(" + compare(op, new Value(x, "false", kind), c.type(), v, c.type()) + " ? " + x + " : "
                        + v.code() + ")";
            }
            return best;
        });
    }

    // ---- numbers

    private Value arithmetic(Call c) {
        return strict(c, v -> {
            JavaKind result = JavaKind.of(c.type());
            JavaKind kind = JavaKind.common(v.get(0).kind(), v.get(1).kind());
            if (result == JavaKind.DECIMAL && kind != JavaKind.DECIMAL) {
                kind = JavaKind.DECIMAL;
            }
            String x = v.get(0).kind().widened(v.get(0).code(), kind);
            String y = v.get(1).kind().widened(v.get(1).code(), kind);
            String code = switch (kind) {
                case INT, LONG -> EXACT.get(c.function()) + "(" + x + ", " + y + ")";
                case DECIMAL -> decimal(c, x, y);
                default -> c.function().equals("/") || c.function().equals("%")
                        ? EXACT.get(c.function()) + "(" + x + ", " + y + ")"
                        : "(" + x + " " + c.function() + " " + y + ")";
            };
            if (kind == result) {
                return code;
            }
            FieldType from = switch (kind) {
                case DECIMAL -> new FieldType.Decimal(38, 0);
                case DOUBLE -> new FieldType.Float64();
                default -> new FieldType.Int64();
            };
            return CastSource.of(code, from, c.type());
        });
    }

    private static String decimal(Call c, String x, String y) {
        FieldType.Decimal type = c.type() instanceof FieldType.Decimal d ? d : new FieldType.Decimal(38, 6);
        String code = switch (c.function()) {
            case "+" -> x + ".add(" + y + ")";
            case "-" -> x + ".subtract(" + y + ")";
            case "*" -> x + ".multiply(" + y + ")";
            case "/" -> FUNCTIONS + "Arithmetic.divide(" + x + ", " + y + ", " + type.scale() + ")";
            default -> FUNCTIONS + "Arithmetic.mod(" + x + ", " + y + ")";
        };
        return FUNCTIONS + "Casts.fit(" + code + ", " + type.precision() + ", " + type.scale() + ")";
    }

    private static String negated(Value v) {
        return switch (v.kind()) {
            case INT, LONG -> "Math.negateExact(" + v.code() + ")";
            case DECIMAL -> v.code() + ".negate()";
            default -> "(-" + v.code() + ")";
        };
    }

    // ---- casts

    private Value cast(Call c) {
        FieldType from = c.operands().get(0).type();
        return strict(c, v -> castCode(v.get(0).code(), from, c.type()));
    }

    private String castCode(String code, FieldType from, FieldType to) {
        if (from.equals(to)) {
            return code;
        }
        if (from instanceof FieldType.Struct a && to instanceof FieldType.Struct b
                && a.fields().size() == b.fields().size()) {
            List<Expression> fields = IntStream.range(0, a.fields().size())
                    .mapToObj(i -> element(i, a.fields().get(i), b.fields().get(i).type())).toList();
            return "CalcRuntime.castRow(" + code + ", " + inner(fields) + ")";
        } else if (from instanceof FieldType.Array a && to instanceof FieldType.Array b) {
            return "CalcRuntime.castList(" + code + ", " + inner(List.of(element(0,
                    new Field("element", a.element(), a.elementNullable()), b.element()))) + ")";
        } else if (from instanceof FieldType.Mapping a && to instanceof FieldType.Mapping b) {
            return "CalcRuntime.castMap(" + code + ", " + inner(List.of(element(0,
                    new Field("value", a.value(), a.valueNullable()), b.value()))) + ")";
        }
        return CastSource.of(code, from, to);
    }

    private static Expression element(int i, Field field, FieldType to) {
        Expression column = new Expression.Column(i, field.name(), field.type(), true);
        return field.type().equals(to) ? column : new Call("CAST", List.of(column), to, true);
    }

    private String inner(List<Expression> fields) {
        return source.constant("RowFunction", source.compiler().projections(fields));
    }

    private Value tryCast(Call c) {
        Value o = method.value(c.operands().get(0));
        JavaKind kind = JavaKind.of(c.type());
        String code = castCode(o.code(), c.operands().get(0).type(), c.type());
        String v = method.declare(kind);
        String assigned = v + " = " + code + ";" + (kind.primitive ? " n" + v + " = false;" : "");
        method.line("if (!(" + o.isNull() + ")) { try { " + assigned + " } catch (" + FUNCTIONS
                + "FunctionFailure e) { " + v + " = " + kind.zero + "; } catch (ArithmeticException e) { " + v + " = "
                + kind.zero + "; } }");
        return new Value(v, kind.primitive ? "n" + v : v + " == null", kind);
    }

    // ---- text

    private Value like(Call c) {
        Regex.Syntax syntax = switch (c.function()) {
            case "LIKE" -> Regex.Syntax.LIKE;
            case "ILIKE" -> Regex.Syntax.ILIKE;
            default -> Regex.Syntax.SIMILAR;
        };
        List<Value> operands = c.operands().stream().map(method::value).toList();
        String direct = syntax == Regex.Syntax.LIKE && c.operands().size() == 2
                && c.operands().get(1) instanceof Literal l && l.value() instanceof String pattern
                        ? direct(operands.get(0).code(), pattern)
                        : null;
        if (direct != null) {
            return strict(c, List.of(operands.get(0)), v -> direct);
        }
        String regex = source.constantPerInstance(FUNCTIONS + "Regex", () -> new Regex(syntax));
        return strict(c, operands, v -> FUNCTIONS + "PatternFunctions.matches(" + v.get(0).code() + ", " + regex
                + ".of(" + v.get(1).code() + (v.size() > 2 ? ", " + v.get(2).code() : "") + "))");
    }

    /** Patterns such as {@code 'x'}, {@code 'x%'}, {@code '%x'} and {@code '%x%'} need no regular expression. */
    private String direct(String code, String pattern) {
        String inside = pattern.replaceAll("^%|%$", "");
        if (inside.contains("%") || inside.contains("_") || pattern.equals("%")) {
            return null;
        }
        String text = source.constant("String", inside);
        boolean open = pattern.startsWith("%");
        boolean end = pattern.endsWith("%");
        String test = open && end ? "contains" : open ? "endsWith" : end ? "startsWith" : "equals";
        return code + "." + test + "(" + text + ")";
    }

    private Value concatWithSeparator(Call c) {
        Value separator = method.value(c.operands().get(0));
        String parts = boxed(c.operands().subList(1, c.operands().size()));
        return strict(c, List.of(separator), v -> FUNCTIONS + "TextFunctions.concatWithSeparator("
                + separator.code() + ", new Object[] {" + parts + "})");
    }

    // ---- data tests

    private Value tested(Call c) {
        Value value = method.value(c.operands().get(0));
        Value passed = method.value(c.operands().get(1));
        method.line("at = " + source.text("data test " + ((Literal) c.operands().get(2)).value()) + ";");
        method.line("if (!(" + passed.code() + " || " + passed.isNull() + ")) { throw CalcRuntime.broken("
                + value.boxed() + "); }");
        return c.nullable() ? value : new Value(value.code(), "false", value.kind());
    }

    // ---- time

    private static String unit(Call c) {
        return FUNCTIONS + "TimeUnitName." + unitName(c);
    }

    private static String unitName(Call c) {
        return millrace.topology.function.TimeUnitName.of((String) ((Literal) c.operands().get(0)).value()).name();
    }

    private static String difference(Call c, List<Value> v) {
        String code = unit(c) + ".between(" + v.get(1).code() + ", " + v.get(2).code() + ")";
        return JavaKind.of(c.type()) == JavaKind.INT ? "Math.toIntExact(" + code + ")" : code;
    }

    private static String shifted(Call c, List<Value> v) {
        String sum = "Math.addExact(" + v.get(0).code() + ", " + v.get(1).code() + ")";
        return c.type() instanceof FieldType.Time ? "Math.floorMod(" + sum + ", 86400000000L)" : sum;
    }

    private static String inUnit(Call c, String code) {
        boolean millis = c.type() instanceof FieldType.Timestamp t && t.unit() == TimeUnit.MILLIS;
        return millis && unitName(c).equals("MICROSECOND") ? FUNCTIONS + "Casts.millis(" + code + ")" : code;
    }

    // ---- what is inside a value

    private Value item(Call c) {
        Value of = method.value(c.operands().get(0));
        Value index = method.value(c.operands().get(1));
        return method.fromObject(anyNull(List.of(of, index)) + " ? null : " + FUNCTIONS + "CollectionFunctions.item("
                + of.code() + ", " + index.code() + ")", JavaKind.of(c.type()));
    }

    // ---- the library

    private Value library(Call c) {
        List<FieldType> types = c.operands().stream()
                .map(e -> e instanceof Literal l && l.value() == null ? null : e.type()).toList();
        FunctionSignature signature = source.functions().resolve(c.function(), types)
                .orElseThrow(() -> new IllegalArgumentException("there is no function " + c.function() + types));
        return switch (signature.body()) {
            case FunctionSignature.Body.Static s -> staticCall(c, signature, s);
            case FunctionSignature.Body.User u -> userCall(c, u);
        };
    }

    private Value staticCall(Call c, FunctionSignature signature, FunctionSignature.Body.Static s) {
        List<Value> operands = c.operands().stream().map(method::value).toList();
        Body body = v -> {
            List<String> arguments = new ArrayList<>();
            for (int i = 0; i < v.size(); i++) {
                arguments.add(argument(signature.parameters().get(i), c.operands().get(i), v.get(i)));
            }
            String code = s.method().getDeclaringClass().getName() + "." + s.method().getName() + "("
                    + String.join(", ", arguments) + ")";
            return c.type() instanceof FieldType.Decimal d
                    ? FUNCTIONS + "Casts.fit(" + code + ", " + d.precision() + ", " + d.scale() + ")"
                    : code;
        };
        if (!signature.mayGiveNull()) {
            return strict(c, operands, body);
        }
        String anyNull = anyNull(operands);
        String code = body.of(operands);
        method.at(c);
        return method.fromObject(anyNull.equals("false") ? code : anyNull + " ? null : (Object) " + code,
                JavaKind.of(c.type()));
    }

    private String argument(Parameter parameter, Expression e, Value v) {
        return switch (parameter) {
            case REGEX -> kept("Regex", () -> new Regex(Regex.Syntax.JAVA), v);
            case FORMAT -> kept("DateFormat", DateFormat::new, v);
            case JSONPATH -> e instanceof Literal l && l.value() instanceof String path && isPath(path)
                    ? source.constant(FUNCTIONS + "JsonPath", JsonPath.parse(path))
                    : kept("JsonPath.Kept", JsonPath.Kept::new, v);
            case ANY -> v.kind().boxed(v.code());
            default -> v.code();
        };
    }

    /** What is made of a text once, as long as the text stays the same. */
    private String kept(String type, Supplier<?> value, Value text) {
        return source.constantPerInstance(FUNCTIONS + type, value) + ".of(" + text.code() + ")";
    }

    private static boolean isPath(String path) {
        try {
            JsonPath.parse(path);
            return true;
        } catch (FunctionFailure e) {
            return false;
        }
    }

    private Value userCall(Call c, FunctionSignature.Body.User user) {
        String instance = source.constantPerInstance(ScalarFunction.class.getName(), user.instances());
        List<Value> operands = c.operands().stream().map(method::value).toList();
        String call = "CalcRuntime.call(" + instance + ", new Object[] {" + operands.stream()
                .map(v -> "(Object) (" + v.boxed() + ")").collect(Collectors.joining(", ")) + "})";
        String anyNull = user.calledOnNull() ? "false" : anyNull(operands);
        method.at(c);
        Value result = method.fromObject(anyNull.equals("false") ? call : anyNull + " ? null : " + call,
                JavaKind.of(c.type()));
        if (!(c.type() instanceof FieldType.Decimal d)) {
            return result;
        }
        String v = method.variable();
        method.line("java.math.BigDecimal " + v + " = " + result.isNull() + " ? null : " + FUNCTIONS + "Casts.fit("
                + result.code() + ", " + d.precision() + ", " + d.scale() + ");");
        return new Value(v, v + " == null", JavaKind.DECIMAL);
    }
}

package millrace.topology.sql;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.row.FieldType;
import millrace.topology.function.Casts;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.function.FunctionSignature;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Expression.Call;
import millrace.topology.plan.Expression.Literal;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlLikeOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.TimestampString;

/** Calcite's expressions as ours. Intervals become numbers: microseconds, or months. */
final class RexToExpression {
    /** An expression that parses and validates but has no counterpart here; the message says what it is. */
    static final class Unsupported extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unsupported(String message) {
            super(message);
        }
    }

    private final FieldType.Struct input;
    private final FunctionLibrary library;

    RexToExpression(FieldType.Struct input, FunctionLibrary library) {
        this.input = input;
        this.library = library;
    }

    Expression convert(RexNode node) {
        return switch (node) {
            case RexInputRef ref -> {
                var field = input.fields().get(ref.getIndex());
                yield new Expression.Column(ref.getIndex(), field.name(), field.type(), field.nullable());
            }
            case RexLiteral literal -> literal(literal);
            case RexFieldAccess access -> {
                Expression row = convert(access.getReferenceExpr());
                var field = ((FieldType.Struct) row.type()).fields().get(access.getField().getIndex());
                yield new Expression.Nested(row, access.getField().getIndex(), field.name(), field.type(),
                        row.nullable() || field.nullable());
            }
            case RexCall call -> call(call);
            default -> throw new Unsupported(node.toString());
        };
    }

    private static FieldType type(RelDataType type) {
        if (SqlTypeName.INTERVAL_TYPES.contains(type.getSqlTypeName())) {
            return new FieldType.Int64();
        }
        return SqlTypes.fromCalcite(type).orElseThrow(() -> new Unsupported("a value of type " + type));
    }

    private Expression literal(RexLiteral literal) {
        SqlTypeName name = literal.getType().getSqlTypeName();
        if (literal.isNull()) {
            FieldType type = name == SqlTypeName.NULL ? new FieldType.Text() : type(literal.getType());
            return new Literal(null, type, true);
        }
        if (name == SqlTypeName.SYMBOL) {
            return text(String.valueOf(literal.getValue()));
        }
        if (SqlTypeName.YEAR_INTERVAL_TYPES.contains(name)) {
            return new Literal(literal.getValueAs(Long.class), new FieldType.Int64(), false);
        }
        if (SqlTypeName.DAY_INTERVAL_TYPES.contains(name)) {
            return new Literal(Math.multiplyExact(literal.getValueAs(Long.class), 1000L), new FieldType.Int64(),
                    false);
        }
        FieldType type = type(literal.getType());
        Object value = switch (type) {
            case FieldType.Bool t -> literal.getValueAs(Boolean.class);
            case FieldType.Int32 t -> literal.getValueAs(Integer.class);
            case FieldType.Int64 t -> literal.getValueAs(Long.class);
            case FieldType.Float32 t -> literal.getValueAs(Float.class);
            case FieldType.Float64 t -> literal.getValueAs(Double.class);
            case FieldType.Decimal t -> literal.getValueAs(BigDecimal.class).setScale(t.scale(), RoundingMode.HALF_UP);
            case FieldType.Text t -> literal.getValueAs(String.class);
            case FieldType.Uuid t -> literal.getValueAs(UUID.class);
            case FieldType.Bytes t -> literal.getValueAs(byte[].class);
            case FieldType.Date t -> literal.getValueAs(Integer.class);
            case FieldType.Time t -> Casts.time(literal.getValueAs(org.apache.calcite.util.TimeString.class)
                    .toString());
            case FieldType.Timestamp t -> Casts.timestamp(literal.getValueAs(TimestampString.class).toString());
            case FieldType.Struct t -> throw new Unsupported("a constant row");
            case FieldType.Array t -> throw new Unsupported("a constant array");
            case FieldType.Mapping t -> throw new Unsupported("a constant map");
        };
        return new Literal(value, type, false);
    }

    private static Literal text(String s) {
        return new Literal(s, new FieldType.Text(), false);
    }

    private Expression call(RexCall call) {
        SqlOperator op = call.getOperator();
        boolean nullable = call.getType().isNullable();
        if (op instanceof SqlOperators.LibraryFunction) {
            return library(op.getName(), call.getOperands().stream().map(this::convert).toList(), nullable);
        }
        FieldType type = type(call.getType());
        if (op == SqlStdOperatorTable.MINUS_DATE || isShift(call)) {
            return timeArithmetic(call, type, nullable);
        }
        List<Expression> o = new ArrayList<>(call.getOperands().stream().map(this::convert).toList());
        return switch (call.getKind()) {
            case CAST -> cast(call, o.get(0), "CAST", type, nullable);
            case SAFE_CAST -> cast(call, o.get(0), "TRY_CAST", type, true);
            case REINTERPRET -> castTo(o.get(0), type);
            case AND, OR -> logic(call.getKind().name(), o, nullable);
            case NOT -> new Call("NOT", o, type, nullable);
            case IS_NULL, IS_UNKNOWN -> new Call("IS NULL", o, type, false);
            case IS_NOT_NULL -> new Call("IS NOT NULL", o, type, false);
            case IS_TRUE -> new Call("IS TRUE", o, type, false);
            case IS_NOT_TRUE -> new Call("IS NOT TRUE", o, type, false);
            case IS_FALSE -> new Call("IS FALSE", o, type, false);
            case IS_NOT_FALSE -> new Call("IS NOT FALSE", o, type, false);
            case EQUALS, NOT_EQUALS, LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL -> new Call(
                    op.getName(), untypedNulls(o), type, nullable);
            case IS_DISTINCT_FROM, IS_NOT_DISTINCT_FROM -> new Call(op.getName(), untypedNulls(o), type, false);
            case PLUS, MINUS, TIMES, DIVIDE, MOD -> new Call(call.getKind() == SqlKind.MOD ? "%" : op.getName(), o,
                    type, nullable);
            case MINUS_PREFIX -> negated(o.get(0), type, nullable);
            case PLUS_PREFIX -> o.get(0);
            case CASE -> new Call("CASE", branches(o, type), type, nullable);
            case COALESCE, NVL -> new Call("COALESCE", castAll(o, type), type, nullable);
            case NULLIF -> new Call("CASE", List.of(new Call("=", o, new FieldType.Bool(), true),
                    new Literal(null, type, true), castTo(o.get(0), type)), type, true);
            case IF -> new Call("CASE", branches(o, type), type, nullable);
            case GREATEST, LEAST -> new Call(call.getKind().name(), castAll(o, type), type, nullable);
            case LIKE, SIMILAR, RLIKE -> like(call, o, type, nullable);
            case ITEM -> item(o, type, nullable);
            case ROW -> new Call("ROW", castFields(o, (FieldType.Struct) type), type, false);
            case ARRAY_VALUE_CONSTRUCTOR -> new Call("ARRAY", castAll(o, ((FieldType.Array) type).element()), type,
                    false);
            case MAP_VALUE_CONSTRUCTOR -> new Call("MAP", entries(o, (FieldType.Mapping) type), type, false);
            case EXTRACT -> new Call("EXTRACT", List.of(o.get(0), timestamp(o.get(1))), type, nullable);
            case FLOOR, CEIL -> o.size() == 2
                    ? floorTo(call.getKind().name(), o, type, nullable)
                    : library(call.getKind().name(), o, nullable);
            case TIMESTAMP_ADD -> shifted(o, type, nullable);
            case TIMESTAMP_DIFF -> new Call("TIMESTAMPDIFF", List.of(o.get(0), timestamp(o.get(1)),
                    timestamp(o.get(2))), type, nullable);
            case TRIM -> library(trim(call), List.of(o.get(2), o.get(1)), nullable);
            default -> named(call, op, o, type, nullable);
        };
    }

    private Expression named(RexCall call, SqlOperator op, List<Expression> o, FieldType type, boolean nullable) {
        if (op == SqlStdOperatorTable.CONCAT || op == SqlLibraryOperators.CONCAT_FUNCTION) {
            if (!(type instanceof FieldType.Text)) {
                throw new Unsupported("|| between values that are not text");
            }
            return new Call("||", flat("||", castAll(o, type)), type, nullable);
        } else if (op == SqlLibraryOperators.CONCAT_WS) {
            return new Call("CONCAT_WS", castAll(o, type), type, nullable);
        } else if (op == SqlLibraryOperators.IFNULL || op == SqlLibraryOperators.NVL) {
            return new Call("COALESCE", castAll(o, type), type, nullable);
        } else if (op == SqlStdOperatorTable.JSON_VALUE) {
            return jsonValue(call, o, type);
        } else if (op == SqlStdOperatorTable.JSON_EXISTS) {
            return library("JSON_EXISTS", o.subList(0, 2), nullable);
        }
        return library(op.getName(), o, nullable);
    }

    /** Whether this is a moment plus or minus an interval. */
    private static boolean isShift(RexCall call) {
        return (call.getKind() == SqlKind.PLUS || call.getKind() == SqlKind.MINUS)
                && SqlTypeName.DATETIME_TYPES.contains(call.getType().getSqlTypeName());
    }

    /** {@code ts + interval}, {@code ts - interval} and {@code (ts - ts) unit}. */
    private Expression timeArithmetic(RexCall call, FieldType type, boolean nullable) {
        RexNode left = call.getOperands().get(0);
        RexNode right = call.getOperands().get(1);
        SqlTypeName result = call.getType().getSqlTypeName();
        if (SqlTypeName.INTERVAL_TYPES.contains(result)) {
            boolean months = SqlTypeName.YEAR_INTERVAL_TYPES.contains(result);
            return new Call("TIMESTAMPDIFF", List.of(text(months ? "MONTH" : "MICROSECOND"), timestamp(convert(right)),
                    timestamp(convert(left))), type, nullable);
        }
        if (SqlTypeName.INTERVAL_TYPES.contains(left.getType().getSqlTypeName())) {
            RexNode swap = left;
            left = right;
            right = swap;
        }
        boolean months = SqlTypeName.YEAR_INTERVAL_TYPES.contains(right.getType().getSqlTypeName());
        Expression interval = convert(right);
        if (call.getOperator() == SqlStdOperatorTable.MINUS_DATE || call.getKind() == SqlKind.MINUS) {
            interval = negated(interval, new FieldType.Int64(), interval.nullable());
        }
        Expression base = convert(left);
        if (base.type() instanceof FieldType.Time) {
            return new Call("+INTERVAL", List.of(base, interval), type, nullable);
        }
        Expression ts = timestamp(base);
        return castTo(new Call(months ? "+MONTHS" : "+INTERVAL", List.of(ts, interval), ts.type(), nullable), type);
    }

    private Expression shifted(List<Expression> o, FieldType type, boolean nullable) {
        Expression ts = timestamp(o.get(2));
        FieldType result = type instanceof FieldType.Date ? ts.type() : type;
        return castTo(new Call("TIMESTAMPADD", List.of(o.get(0), castTo(o.get(1), new FieldType.Int64()),
                castTo(ts, result)), result, nullable), type);
    }

    private Expression floorTo(String name, List<Expression> o, FieldType type, boolean nullable) {
        Expression ts = timestamp(o.get(0));
        return castTo(new Call(name + " TO", List.of(o.get(1), ts), ts.type(), nullable), type);
    }

    /** A date or time of day seen as a timestamp, for functions that know only these. */
    private static Expression timestamp(Expression e) {
        return switch (e.type()) {
            case FieldType.Timestamp t -> e;
            case FieldType.Date t -> castTo(e, new FieldType.Timestamp(FieldType.TimeUnit.MICROS, false));
            case FieldType.Time t -> castTo(e, new FieldType.Timestamp(FieldType.TimeUnit.MICROS, false));
            default -> throw new Unsupported("a unit of time of " + millrace.topology.function.TypeText.of(e.type()));
        };
    }

    private static Expression negated(Expression e, FieldType type, boolean nullable) {
        if (e instanceof Literal l && l.value() != null) {
            Object value = switch (l.value()) {
                case Long n -> Math.negateExact(n);
                case Integer n -> n == Integer.MIN_VALUE ? null : (Object) (-n);
                case BigDecimal n -> n.negate();
                case Double n -> -n;
                default -> null;
            };
            if (value != null && l.type().equals(type)) {
                return new Literal(value, type, false);
            }
        }
        return new Call("NEG", List.of(e), type, nullable);
    }

    /** Nested AND and OR as one call, and {@code x = 1 OR x = 2 OR ..} as IN. */
    private static Expression logic(String name, List<Expression> operands, boolean nullable) {
        List<Expression> o = flat(name, operands);
        if (name.equals("OR") && o.size() > 2 && equalsConstant(o.get(0))) {
            Expression left = ((Call) o.get(0)).operands().get(0);
            if (o.stream().allMatch(e -> equalsConstant(e) && ((Call) e).operands().get(0).equals(left))) {
                List<Expression> in = new ArrayList<>(List.of(left));
                o.forEach(e -> in.add(((Call) e).operands().get(1)));
                return new Call("IN", in, new FieldType.Bool(), nullable);
            }
        }
        return new Call(name, o, new FieldType.Bool(), nullable);
    }

    private static boolean equalsConstant(Expression e) {
        return e instanceof Call c && c.function().equals("=") && c.operands().get(1) instanceof Literal l
                && l.value() != null && l.type().equals(c.operands().get(0).type());
    }

    private static List<Expression> flat(String name, List<Expression> operands) {
        List<Expression> out = new ArrayList<>();
        for (Expression e : operands) {
            if (e instanceof Call c && c.function().equals(name)) {
                out.addAll(c.operands());
            } else {
                out.add(e);
            }
        }
        return out;
    }

    private Expression like(RexCall call, List<Expression> o, FieldType type, boolean nullable) {
        String name = call.getOperator().getName().toUpperCase(java.util.Locale.ROOT);
        boolean negated = call.getOperator() instanceof SqlLikeOperator like && like.isNegated();
        String plain = name.replaceFirst("^NOT ", "");
        Expression result = plain.equals("RLIKE")
                ? library("REGEXP_LIKE", o, nullable)
                : new Call(plain, o, type, nullable);
        return negated ? new Call("NOT", List.of(result), type, nullable) : result;
    }

    private static Expression item(List<Expression> o, FieldType type, boolean nullable) {
        Expression of = o.get(0);
        if (of.type() instanceof FieldType.Struct s) {
            if (o.get(1) instanceof Literal l) {
                int i = l.value() instanceof Integer n ? n - 1 : s.indexOf(String.valueOf(l.value()));
                if (i >= 0 && i < s.fields().size()) {
                    var f = s.fields().get(i);
                    return new Expression.Nested(of, i, f.name(), f.type(), of.nullable() || f.nullable());
                }
            }
            throw new Unsupported("a field of a row by a computed name");
        }
        Expression index = of.type() instanceof FieldType.Array
                ? castTo(o.get(1), new FieldType.Int32())
                : castTo(o.get(1), new FieldType.Text());
        return new Call("ITEM", List.of(of, index), type, true);
    }

    private Expression cast(RexCall call, Expression e, String function, FieldType type, boolean nullable) {
        RelDataType target = call.getType();
        if (e instanceof Literal l && l.value() == null) {
            return new Literal(null, type, true);
        }
        Expression result = e.type().equals(type) ? e : new Call(function, List.of(e), type, nullable);
        boolean cut = target.getSqlTypeName() == SqlTypeName.VARCHAR && target.getPrecision() >= 0
                && target.getPrecision() < 65536 && !fitsAlready(call.getOperands().get(0).getType(), target);
        return cut
                ? new Call("LEFT", List.of(result, new Literal(target.getPrecision(), new FieldType.Int32(), false)),
                        type, nullable)
                : result;
    }

    private static boolean fitsAlready(RelDataType from, RelDataType to) {
        return SqlTypeName.CHAR_TYPES.contains(from.getSqlTypeName()) && from.getPrecision() >= 0
                && from.getPrecision() <= to.getPrecision();
    }

    private static String trim(RexCall call) {
        SqlTrimFunction.Flag flag = ((RexLiteral) call.getOperands().get(0)).getValueAs(SqlTrimFunction.Flag.class);
        return switch (flag) {
            case BOTH -> "BTRIM";
            case LEADING -> "LTRIM";
            case TRAILING -> "RTRIM";
        };
    }

    private Expression jsonValue(RexCall call, List<Expression> o, FieldType type) {
        for (RexNode behaviour : call.getOperands().subList(2, call.getOperands().size())) {
            String word = behaviour.toString();
            if (word.contains("ERROR") && !word.contains("ON") && behaviour == call.getOperands().get(2)
                    || word.contains("DEFAULT")) {
                throw new Unsupported("DEFAULT and ERROR in JSON_VALUE (use COALESCE)");
            }
        }
        Expression scalar = library("JSON_VALUE", o.subList(0, 2), true);
        return type instanceof FieldType.Text ? scalar : new Call("TRY_CAST", List.of(scalar), type, true);
    }

    private Expression library(String name, List<Expression> operands, boolean nullable) {
        List<FieldType> types = operands.stream()
                .map(e -> e instanceof Literal l && l.value() == null ? null : e.type()).toList();
        FunctionSignature signature = library.resolve(name, types)
                .orElseThrow(() -> new Unsupported("the function " + name + " with these arguments"));
        List<Expression> cast = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            Expression e = operands.get(i);
            Optional<FieldType> wanted = signature.castOf(i, e.type());
            cast.add(wanted.isPresent() ? castTo(e, wanted.get()) : e);
        }
        FieldType type = signature.resultType(cast.stream().map(Expression::type).toList());
        return new Call(signature.name(), cast, type, nullable || signature.mayGiveNull());
    }

    private static List<Expression> branches(List<Expression> o, FieldType type) {
        List<Expression> out = new ArrayList<>();
        for (int i = 0; i < o.size(); i++) {
            boolean condition = i % 2 == 0 && i != o.size() - 1;
            out.add(condition ? o.get(i) : castTo(o.get(i), type));
        }
        return out;
    }

    private static List<Expression> entries(List<Expression> o, FieldType.Mapping type) {
        List<Expression> out = new ArrayList<>();
        for (int i = 0; i < o.size(); i++) {
            out.add(castTo(o.get(i), i % 2 == 0 ? new FieldType.Text() : type.value()));
        }
        return out;
    }

    private static List<Expression> castFields(List<Expression> o, FieldType.Struct type) {
        List<Expression> out = new ArrayList<>();
        for (int i = 0; i < o.size(); i++) {
            out.add(castTo(o.get(i), type.fields().get(i).type()));
        }
        return out;
    }

    private static List<Expression> castAll(List<Expression> o, FieldType type) {
        return o.stream().map(e -> castTo(e, type)).toList();
    }

    /** Gives an untyped NULL the type of what it is compared with. */
    private static List<Expression> untypedNulls(List<Expression> o) {
        Expression a = o.get(0);
        Expression b = o.get(1);
        boolean an = a instanceof Literal l && l.value() == null;
        boolean bn = b instanceof Literal l && l.value() == null;
        return List.of(an ? new Literal(null, b.type(), true) : a, bn ? new Literal(null, a.type(), true) : b);
    }

    /** The expression as a value of a type; itself if it is one. */
    static Expression castTo(Expression e, FieldType type) {
        if (e.type().equals(type)) {
            return e;
        }
        if (e instanceof Literal l && l.value() == null) {
            return new Literal(null, type, true);
        }
        return new Call("CAST", List.of(e), type, e.nullable());
    }
}

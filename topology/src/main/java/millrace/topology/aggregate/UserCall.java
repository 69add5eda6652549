package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import millrace.schemas.row.FieldType;
import millrace.topology.function.FunctionFailure;
import millrace.topology.function.TypeText;

/** Calls of a user's function: whatever it throws, and a result that is not of its type, is a {@link FunctionFailure}. */
final class UserCall<S> {
    private final UserAggregate<S> function;
    private final String name;
    private final FieldType resultType;

    UserCall(UserAggregate<S> function) {
        this.function = function;
        name = function.name();
        resultType = function.resultType();
    }

    UserAggregate<S> function() {
        return function;
    }

    <T> T of(Callable<T> call) {
        try {
            return call.call();
        } catch (FunctionFailure e) {
            throw e;
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            throw new FunctionFailure(name + ": " + (e.getMessage() == null ? e.getClass().getName() : e.getMessage()));
        }
    }

    void add(S state, Object[] arguments) {
        of(() -> {
            function.add(state, arguments);
            return null;
        });
    }

    Object result(S state) {
        Object value = of(() -> function.result(state));
        if (value instanceof BigDecimal d && resultType instanceof FieldType.Decimal type) {
            BigDecimal scaled = of(() -> d.setScale(type.scale(), RoundingMode.UNNECESSARY));
            if (scaled.precision() <= type.precision()) {
                return scaled;
            }
        } else if (value == null || javaType(resultType).isInstance(value)) {
            return value;
        }
        throw new FunctionFailure(name + ": expected " + TypeText.of(resultType) + ", found "
                + value.getClass().getSimpleName() + " " + value);
    }

    private static Class<?> javaType(FieldType type) {
        return switch (type) {
            case FieldType.Bool t -> Boolean.class;
            case FieldType.Int32 t -> Integer.class;
            case FieldType.Date t -> Integer.class;
            case FieldType.Int64 t -> Long.class;
            case FieldType.Time t -> Long.class;
            case FieldType.Timestamp t -> Long.class;
            case FieldType.Float32 t -> Float.class;
            case FieldType.Float64 t -> Double.class;
            case FieldType.Decimal t -> BigDecimal.class;
            case FieldType.Text t -> String.class;
            case FieldType.Uuid t -> UUID.class;
            case FieldType.Bytes t -> byte[].class;
            case FieldType.Struct t -> Object[].class;
            case FieldType.Array t -> List.class;
            case FieldType.Mapping t -> Map.class;
        };
    }
}

package millrace.topology.aggregate;

import java.util.List;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction.Unfit;
import millrace.topology.function.TypeText;

/** What functions ask of their arguments. */
final class Types {
    static final FieldType.Int64 BIGINT = new FieldType.Int64();
    static final FieldType.Float64 DOUBLE = new FieldType.Float64();

    private Types() {}

    static void count(List<?> arguments, int expected, List<Object> constants, int expectedConstants) throws Unfit {
        if (arguments.size() != expected || constants.size() != expectedConstants) {
            int all = expected + expectedConstants;
            throw new Unfit("It takes " + (all == 0 ? "no arguments" : all == 1 ? "one argument" : all + " arguments")
                    + ".");
        }
    }

    static boolean isInteger(FieldType type) {
        return type instanceof FieldType.Int32 || type instanceof FieldType.Int64;
    }

    static boolean isFloating(FieldType type) {
        return type instanceof FieldType.Float32 || type instanceof FieldType.Float64;
    }

    static void number(FieldType type) throws Unfit {
        if (!isInteger(type) && !isFloating(type) && !(type instanceof FieldType.Decimal)) {
            throw new Unfit("Expected a number, found " + TypeText.of(type) + ".");
        }
    }

    static void ordered(FieldType type) throws Unfit {
        if (type instanceof FieldType.Struct || type instanceof FieldType.Array || type instanceof FieldType.Mapping) {
            throw new Unfit(TypeText.of(type) + " has no order.");
        }
    }

    /** A result that is NULL if and only if no value counts. */
    static Resolution.Resolved nullable(FieldType type, List<FieldType> types, List<Boolean> nullable) {
        return new Resolution.Resolved(type, nullable.contains(true), true, types, true);
    }
}

package millrace.topology.aggregate;

import java.util.List;
import java.util.OptionalInt;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;

/** MIN and MAX. */
final class ExtremeFunctions {
    private ExtremeFunctions() {}

    private static final String NANS = " NaN is above all numbers, minus zero below zero.";

    static final List<AggregateFunction> ALL = List.of(
            function("MIN", End.FIRST, "The smallest value that is not NULL; NULL if there is none." + NANS,
                    new Example("MIN(x)", "x int", "3, NULL, 2", "2"),
                    new Example("MIN(x)", "x text", "'b', 'a'", "'a'")),
            function("MAX", End.LAST, "The largest value that is not NULL; NULL if there is none." + NANS,
                    new Example("MAX(x)", "x int", "3, NULL, 2", "3"),
                    new Example("MAX(x)", "x boolean", "FALSE, TRUE", "TRUE")));

    private static AggregateFunction function(String name, End end, String doc, Example... examples) {
        return new AggregateFunction(name, List.of(name + "(any but row, array, map) -> the same"), doc,
                OptionalInt.empty(), List.of(examples), Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, 0);
                    Types.ordered(types.get(0));
                    return Types.nullable(types.get(0), types, nullable);
                }, b -> bind(b, end));
    }

    private static Aggregator<?> bind(Binding b, End end) {
        if (b.retracting()) {
            return MultisetAggregator.extreme(b.column(), b.layout(), end);
        }
        return switch (b.type()) {
            case FieldType.Int32 t -> new LongExtremeAggregator(b.column(), t, end);
            case FieldType.Int64 t -> new LongExtremeAggregator(b.column(), t, end);
            case FieldType.Date t -> new LongExtremeAggregator(b.column(), t, end);
            case FieldType.Time t -> new LongExtremeAggregator(b.column(), t, end);
            case FieldType.Timestamp t -> new LongExtremeAggregator(b.column(), t, end);
            default -> new ExtremeAggregator(b.column(), b.layout(), end);
        };
    }
}

package millrace.topology.aggregate;

import java.util.List;
import java.util.OptionalInt;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;
import millrace.topology.aggregate.PlacedValuesAggregator.Nulls;

/** Functions that look to the total order of the rows. */
final class OrderFunctions {
    private OrderFunctions() {}

    static final List<AggregateFunction> ALL = List.of(
            edge("FIRST_VALUE", End.FIRST, "The first value that is not NULL, by event time and then by origin;"
                    + " NULL if there is none. Never by arrival.",
                    new Example("FIRST_VALUE(x)", "x int", "NULL, 2, 3", "2")),
            edge("LAST_VALUE", End.LAST, "The last value that is not NULL, by event time and then by origin;"
                    + " NULL if there is none. Never by arrival.",
                    new Example("LAST_VALUE(x)", "x int", "3, 2, NULL", "2")),
            edge("ANY_VALUE", End.FIRST, "One of the values that are not NULL, and always the same one: the first by"
                    + " event time and then by origin; NULL if there is none.",
                    new Example("ANY_VALUE(x)", "x text", "NULL, 'b', 'a'", "'b'")));

    /** NULL is passed over, as by Flink. */
    private static AggregateFunction edge(String name, End end, String doc, Example... examples) {
        return new AggregateFunction(name, List.of(name + "(any) -> the same"), doc, OptionalInt.empty(),
                List.of(examples), Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, 0);
                    return Types.nullable(types.get(0), types, nullable);
                }, b -> b.retracting()
                        ? new PlacedValuesAggregator(b.columns(), b.layout(), Nulls.SKIPPED, b.order(),
                                values -> placedValue(end == End.FIRST ? values.first() : values.last()))
                        : new PlacedValueAggregator(b.column(), b.layout(), b.order(), end));
    }

    private static Object placedValue(Object placed) {
        return placed == null ? null : ((PlacedValue) placed).value();
    }
}

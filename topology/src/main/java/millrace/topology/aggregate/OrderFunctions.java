package millrace.topology.aggregate;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;

/** Functions that give one value, chosen by the total order of the rows. */
final class OrderFunctions {
    private OrderFunctions() {}

    static final List<AggregateFunction> ALL = all();

    private static List<AggregateFunction> all() {
        AggregateFunction minBy = by("MIN_BY", End.FIRST, "The first argument of the row whose second one is the"
                + " smallest; rows where that is NULL do not count. Of several such rows, the first by event time and"
                + " then by origin.",
                new Example("MIN_BY(city, t)", "city text, t int", "('Rome', 31), ('Oslo', 12), ('Graz', 12)",
                        "'Oslo'"));
        AggregateFunction maxBy = by("MAX_BY", End.LAST, "The first argument of the row whose second one is the"
                + " largest; rows where that is NULL do not count. Of several such rows, the first by event time and"
                + " then by origin.",
                new Example("MAX_BY(city, t)", "city text, t int", "('Rome', 31), ('Oslo', 12), ('Pisa', 31)",
                        "'Rome'"));
        return List.of(
                end("FIRST_VALUE", End.FIRST, "The first value that is not NULL, by event time and then by origin;"
                        + " NULL if there is none. Never by arrival.",
                        new Example("FIRST_VALUE(x)", "x int", "NULL, 2, 3", "2")),
                end("LAST_VALUE", End.LAST, "The last value that is not NULL, by event time and then by origin;"
                        + " NULL if there is none. Never by arrival.",
                        new Example("LAST_VALUE(x)", "x int", "3, 2, NULL", "2")),
                end("ANY_VALUE", End.FIRST, "One of the values that are not NULL, and always the same one: the first by"
                        + " event time and then by origin; NULL if there is none.",
                        new Example("ANY_VALUE(x)", "x text", "NULL, 'b', 'a'", "'b'")),
                minBy, minBy.named("ARG_MIN"), maxBy, maxBy.named("ARG_MAX"));
    }

    /** NULL is passed over, as by Flink. */
    private static AggregateFunction end(String name, End end, String doc, Example... examples) {
        return new AggregateFunction(name, List.of(name + "(any) -> the same"), doc, OptionalInt.empty(),
                List.of(examples), Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, 0);
                    return Types.nullable(types.get(0), types, nullable);
                }, b -> b.retracting()
                        ? new PlacedValuesAggregator(b.columns(), b.layout(), v -> v != null,
                                PlacedValue.order(b.layout()), b.order(),
                                values -> placedValue(end == End.FIRST ? values.first() : values.last()))
                        : new PlacedValueAggregator(b.column(), b.layout(), b.order(), end));
    }

    private static Object placedValue(Object placed) {
        return placed == null ? null : ((PlacedValue) placed).value();
    }

    private static AggregateFunction by(String name, End end, String doc, Example... examples) {
        return new AggregateFunction(name, List.of(name + "(any, any but row, array, map) -> as its first argument"),
                doc, OptionalInt.empty(), List.of(examples), Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                    Types.count(types, 2, constants, 0);
                    Types.ordered(types.get(1));
                    return Types.nullable(types.get(0), types, nullable);
                }, b -> by(b, end));
    }

    private static Aggregator<?> by(Binding b, End end) {
        ValueLayout values = ValueLayout.of(b.types().get(0));
        ValueLayout ranks = ValueLayout.of(b.types().get(1));
        if (!b.retracting()) {
            return new ValueByAggregator(b.columns()[0], values, b.columns()[1], ranks, b.order(), end);
        }
        Comparator<PlacedValue> byRank = (x, y) -> ranks.compare(((Object[]) x.value())[1], ((Object[]) y.value())[1]);
        Comparator<PlacedValue> bestFirst = (end == End.FIRST ? byRank : byRank.reversed())
                .thenComparing(PlacedValue::place)
                .thenComparing((x, y) -> ValueLayout.compareNullable(values, ((Object[]) x.value())[0],
                        ((Object[]) y.value())[0]));
        return new PlacedValuesAggregator(b.columns(), ValueLayout.tuple(b.types()), v -> ((Object[]) v)[1] != null,
                bestFirst, b.order(), all -> {
                    PlacedValue best = (PlacedValue) all.first();
                    return best == null ? null : ((Object[]) best.value())[0];
                });
    }
}

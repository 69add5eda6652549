package millrace.topology.aggregate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.StringJoiner;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;
import millrace.topology.aggregate.AggregateFunction.Unfit;
import millrace.topology.function.TypeText;
import millrace.topology.function.Values;

/** Functions that give many values as one. Each keeps its whole group, which is all that bounds its memory. */
final class CollectionFunctions {
    private CollectionFunctions() {}

    private static final String MEMORY = " Keeps all of them: nothing but the group bounds its memory.";

    static final List<AggregateFunction> ALL = all();

    private static List<AggregateFunction> all() {
        AggregateFunction stringAgg = new AggregateFunction("STRING_AGG",
                List.of("STRING_AGG(text) -> text", "STRING_AGG(text, separator) -> text"),
                "The texts that are not NULL one after the other, by event time and then by origin, with a separator"
                        + " (',' if none is given); NULL if there are none." + MEMORY,
                OptionalInt.of(1), List.of(new Example("STRING_AGG(x)", "x text", "'b', NULL, 'a'", "'b,a'"),
                        new Example("STRING_AGG(x, '; ')", "x text", "'b', 'a'", "'b; a'"),
                        new Example("STRING_AGG(DISTINCT x)", "x text", "'b', 'a', 'b'", "'b,a'")),
                Repeats.ARE_ITS_OWN_MATTER, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, Math.min(1, constants.size()));
                    if (!(types.get(0) instanceof FieldType.Text)) {
                        throw new Unfit("Expected text, found " + TypeText.of(types.get(0)) + ": cast it.");
                    }
                    if (!constants.isEmpty() && !(constants.get(0) instanceof String)) {
                        throw new Unfit("The separator must be text.");
                    }
                    return Types.nullable(types.get(0), types, nullable);
                }, CollectionFunctions::joined);
        return List.of(
                new AggregateFunction("ARRAY_AGG", List.of("ARRAY_AGG(any) -> array"),
                        "All values in an array, NULLs too, by event time and then by origin; NULL if there are no rows."
                                + MEMORY,
                        OptionalInt.empty(), List.of(new Example("ARRAY_AGG(x)", "x int", "3, NULL, 1, 3",
                                "[3, NULL, 1, 3]"), new Example("ARRAY_AGG(DISTINCT x)", "x int", "3, 1, 3", "[3, 1]")),
                        Repeats.ARE_ITS_OWN_MATTER, (types, nullable, constants) -> {
                            Types.count(types, 1, constants, 0);
                            return new Resolution.Resolved(new FieldType.Array(types.get(0), nullable.get(0)), false,
                                    true, types, true);
                        }, CollectionFunctions::array),
                stringAgg, stringAgg.named("LISTAGG"),
                new AggregateFunction("COLLECT_SET", List.of("COLLECT_SET(any) -> array"),
                        "The different values that are not NULL in an array, in their order; NULL if there are none."
                                + MEMORY,
                        OptionalInt.empty(),
                        List.of(new Example("COLLECT_SET(x)", "x int", "3, NULL, 1, 3", "[1, 3]")),
                        Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                            Types.count(types, 1, constants, 0);
                            return Types.nullable(new FieldType.Array(types.get(0), false), types, nullable);
                        }, b -> MultisetAggregator.set(b.column(), b.layout())),
                new AggregateFunction("MAP_AGG", List.of("MAP_AGG(text, any) -> map"),
                        "A map from the first argument, where it is not NULL, to the second; of a repeated key the last"
                                + " value counts, by event time and then by origin. NULL if there are no keys."
                                + MEMORY,
                        OptionalInt.empty(),
                        List.of(new Example("MAP_AGG(k, v)", "k text, v int", "('b', 1), ('a', 2), ('b', 3)",
                                "{'a': 2, 'b': 3}")),
                        Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                            Types.count(types, 2, constants, 0);
                            if (!(types.get(0) instanceof FieldType.Text)) {
                                throw new Unfit("The keys of a map are text, found " + TypeText.of(types.get(0)) + ".");
                            }
                            return Types.nullable(new FieldType.Mapping(types.get(1), nullable.get(1)), types,
                                    nullable.subList(0, 1));
                        }, CollectionFunctions::map));
    }

    private static Aggregator<?> array(Binding b) {
        return new PlacedValuesAggregator(b.columns(), b.layout(), v -> true, PlacedValue.order(b.layout()), b.order(),
                values -> {
                    List<Object> list = new ArrayList<>();
                    PlacedValuesAggregator.each(values, b.layout(), b.over(), list::add);
                    return list.isEmpty() ? null : list;
                });
    }

    private static Aggregator<?> joined(Binding b) {
        String separator = b.constants().isEmpty() ? "," : (String) b.constants().get(0);
        return new PlacedValuesAggregator(b.columns(), b.layout(), v -> v != null, PlacedValue.order(b.layout()),
                b.order(), values -> {
                    StringJoiner text = new StringJoiner(separator).setEmptyValue("");
                    int[] count = {0};
                    PlacedValuesAggregator.each(values, b.layout(), b.over(), v -> {
                        text.add((String) v);
                        count[0]++;
                    });
                    return count[0] == 0 ? null : text.toString();
                });
    }

    private static Aggregator<?> map(Binding b) {
        ValueLayout values = ValueLayout.of(b.types().get(1));
        return new PlacedValuesAggregator(b.columns(), ValueLayout.tuple(b.types()), v -> ((Object[]) v)[0] != null,
                (x, y) -> {
                    Object[] p = (Object[]) x.value();
                    Object[] q = (Object[]) y.value();
                    int c = Values.compare((String) p[0], (String) q[0]);
                    c = c != 0 ? c : x.place().compareTo(y.place());
                    return c != 0 ? c : ValueLayout.compareNullable(values, p[1], q[1]);
                }, b.order(), all -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    for (Multiset.Tally tally : all.tallies()) {
                        if (tally.count() > 0) {
                            Object[] entry = (Object[]) ((PlacedValue) tally.value()).value();
                            map.put((String) entry[0], entry[1]);
                        }
                    }
                    return map.isEmpty() ? null : map;
                });
    }
}

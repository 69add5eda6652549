package millrace.topology.aggregate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.schemas.problem.Nearest;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction.Repeats;
import millrace.topology.function.TypeText;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.plan.AggregateCall;

/** Every aggregate function that SQL can call by name. Immutable. */
public final class Aggregates {
    private static final Aggregates BUILT_IN = new Aggregates(Stream.of(SumFunctions.ALL, ExtremeFunctions.ALL,
            OrderFunctions.ALL, CollectionFunctions.ALL, LogicFunctions.ALL, SpreadFunctions.ALL,
            ApproximateFunctions.ALL).flatMap(List::stream)
            .toList());

    private final List<AggregateFunction> functions;
    private final Map<String, AggregateFunction> byName = new TreeMap<>();

    private Aggregates(List<AggregateFunction> functions) {
        this.functions = functions;
        functions.forEach(f -> byName.put(f.name(), f));
    }

    public static Aggregates builtIn() {
        return BUILT_IN;
    }

    /** In the order of the documentation. */
    public List<AggregateFunction> functions() {
        return functions;
    }

    public Collection<String> names() {
        return byName.keySet();
    }

    /** @param name in any case */
    public Optional<AggregateFunction> named(String name) {
        return Optional.ofNullable(byName.get(name.toUpperCase(Locale.ROOT)));
    }

    /**
     * What a call gives, and whether it can be.
     *
     * @param function in any case
     * @param types of the columns that are its arguments
     * @param nullable whether each of them may be NULL
     * @param constants the arguments from {@link AggregateFunction#constantsFrom} on
     */
    public Resolution resolve(String function, List<FieldType> types, List<Boolean> nullable, List<Object> constants,
            Over over) {
        AggregateFunction found = named(function).orElse(null);
        if (found == null) {
            return new Resolution.Unknown(function, Nearest.to(function, names()));
        }
        try {
            if (over == Over.DISTINCT && found.repeats() == Repeats.ARE_WANTED) {
                throw new AggregateFunction.Unfit("It cannot be called with DISTINCT.");
            }
            if (over == Over.DISTINCT && types.isEmpty()) {
                throw new AggregateFunction.Unfit("DISTINCT needs a column.");
            }
            return found.typing().type(types, nullable, constants);
        } catch (AggregateFunction.Unfit e) {
            String arguments = Stream.concat(types.stream().map(TypeText::of), constants.stream().map(String::valueOf))
                    .collect(Collectors.joining(", "));
            return new Resolution.Refused(found.name() + "(" + (over == Over.DISTINCT ? "DISTINCT " : "") + arguments
                    + ")", e.getMessage(), found.forms());
        }
    }

    /**
     * What runs a call. An instance serves one task.
     *
     * @param call as {@link #resolve} allows it, with the type that it gives
     * @param input the rows that are aggregated
     * @throws IllegalArgumentException if the call is not as {@link #resolve} allows it
     */
    public Aggregator<?> bind(AggregateCall call, FieldType.Struct input, InputChanges changes) {
        List<Field> columns = call.arguments().stream().map(c -> input.fields().get(c)).toList();
        List<FieldType> types = columns.stream().map(Field::type).toList();
        Resolution resolution = resolve(call.function(), types, columns.stream().map(Field::nullable).toList(),
                call.constants(), call.over());
        if (!(resolution instanceof Resolution.Resolved resolved) || !resolved.type().equals(call.type())
                || !resolved.arguments().equals(types)
                || changes == InputChanges.RETRACTING && !resolved.retracts()) {
            throw new IllegalArgumentException(call + " over " + changes + " rows: " + resolution);
        }
        AggregateFunction function = named(call.function()).orElseThrow();
        int[] indexes = call.arguments().stream().mapToInt(Integer::intValue).toArray();
        Aggregator<?> bound = function.binder().bind(new Binding(indexes, types, call.constants(), call.type(),
                call.over(), new TotalOrder(input), changes));
        if (call.over() == Over.DISTINCT && function.repeats() == Repeats.COUNT) {
            bound = new Distinct<>(bound, indexes,
                    types.size() == 1 ? ValueLayout.of(types.get(0)) : ValueLayout.tuple(types));
        }
        return call.filter().isPresent() ? new Filtered<>(bound, call.filter().getAsInt()) : bound;
    }

    /** Whether a call can take rows back that it has seen. */
    public boolean retracts(AggregateCall call, FieldType.Struct input) {
        List<Field> columns = call.arguments().stream().map(c -> input.fields().get(c)).toList();
        return resolve(call.function(), columns.stream().map(Field::type).toList(),
                columns.stream().map(Field::nullable).toList(), call.constants(),
                call.over()) instanceof Resolution.Resolved resolved && resolved.retracts();
    }

    /** These functions and more. */
    Aggregates with(List<AggregateFunction> more) {
        List<AggregateFunction> all = new ArrayList<>(functions);
        all.addAll(more);
        return new Aggregates(List.copyOf(all));
    }
}

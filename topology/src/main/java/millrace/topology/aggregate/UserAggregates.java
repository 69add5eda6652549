package millrace.topology.aggregate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction.Repeats;
import millrace.topology.aggregate.AggregateFunction.Unfit;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.function.FunctionProblem;
import millrace.topology.function.TypeText;
import millrace.topology.plan.AggregateCall.Over;

/** A user's own aggregate functions, as a class loader finds them. */
public final class UserAggregates {
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, List<Signature>> found = new LinkedHashMap<>();

    private UserAggregates() {}

    /** One class of a user. */
    private record Signature(String name, List<FieldType> arguments, FieldType result, String origin,
            Supplier<UserAggregate<?>> instances) {
        String text() {
            return name + "(" + arguments.stream().map(TypeText::of).collect(Collectors.joining(", ")) + ")";
        }
    }

    /**
     * The built-in functions and those that the loader's jars declare.
     *
     * @param where the jars are, for messages
     * @throws ProblemException with every function that cannot be used
     */
    public static Aggregates load(ClassLoader loader, String where) {
        return new UserAggregates().loaded(loader, where);
    }

    @SuppressWarnings("rawtypes")
    private Aggregates loaded(ClassLoader loader, String where) {
        Iterator<ServiceLoader.Provider<UserAggregate>> providers = ServiceLoader.load(UserAggregate.class, loader)
                .stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                ServiceLoader.Provider<UserAggregate> provider = providers.next();
                declare(provider.type().getName(), provider::get);
            } catch (ServiceConfigurationError | LinkageError e) {
                problems.add(Problem.of(FunctionProblem.FUNCTION_BROKEN, where, String.valueOf(e.getMessage())));
            }
        }
        return library();
    }

    /** The built-in functions and some others; {@code instances} give a new one at each call. */
    static Aggregates of(List<Supplier<UserAggregate<?>>> instances) {
        UserAggregates aggregates = new UserAggregates();
        instances.forEach(i -> aggregates.declare(i.get().getClass().getName(), i));
        return aggregates.library();
    }

    private Aggregates library() {
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return Aggregates.builtIn().with(found.values().stream().map(UserAggregates::function).toList());
    }

    private void declare(String origin, Supplier<? extends UserAggregate<?>> instances) {
        Signature signature;
        boolean deterministic;
        try {
            UserAggregate<?> function = instances.get();
            signature = new Signature(String.valueOf(function.name()).toUpperCase(Locale.ROOT),
                    List.copyOf(function.argumentTypes()), function.resultType(), origin, instances::get);
            deterministic = function.deterministic();
        } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_BROKEN, origin, "It cannot say what it is: " + e));
            return;
        }
        String name = signature.name();
        if (!name.matches("[A-Z_][A-Z0-9_]*") || signature.result() == null || signature.arguments().isEmpty()) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_BROKEN, origin, signature.result() == null
                    ? "Its resultType() is null."
                    : signature.arguments().isEmpty()
                            ? "It has no arguments: one at least is needed."
                            : "Its name \"" + name
                                    + "\" must be of letters, digits and _, not starting with a digit."));
        } else if (!deterministic) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_NOT_DETERMINISTIC, origin, name
                    + " says that it is not deterministic: a replay could not give the rows that the live run gave."));
        } else if (Aggregates.builtIn().named(name).isPresent() || !FunctionLibrary.builtIn().named(name).isEmpty()) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_NAME_TAKEN, origin, name + " is a built-in function."));
        } else {
            List<Signature> same = found.computeIfAbsent(name, n -> new ArrayList<>());
            same.stream().filter(s -> s.arguments().equals(signature.arguments())).findFirst().ifPresentOrElse(
                    s -> problems.add(Problem.of(FunctionProblem.FUNCTION_DECLARED_TWICE, origin,
                            signature.text() + " is declared by " + s.origin() + " too.")),
                    () -> same.add(signature));
        }
    }

    private static AggregateFunction function(List<Signature> signatures) {
        String name = signatures.get(0).name();
        return new AggregateFunction(name,
                signatures.stream().map(s -> s.text() + " -> " + TypeText.of(s.result())).toList(),
                "From " + signatures.stream().map(Signature::origin).distinct().collect(Collectors.joining(", ")) + ".",
                OptionalInt.empty(), List.of(), Repeats.ARE_ITS_OWN_MATTER, (types, nullable, constants) -> {
                    if (!constants.isEmpty()) {
                        throw new Unfit("Its arguments are columns.");
                    }
                    Signature best = best(signatures, types);
                    return new Resolution.Resolved(best.result(), true, true, best.arguments(), true);
                }, b -> bind(signatures.stream().filter(s -> s.arguments().equals(b.types())).findFirst()
                        .orElseThrow().instances().get(), b));
    }

    /** The one that needs the fewest casts, of those the one declared first. */
    private static Signature best(List<Signature> signatures, List<FieldType> types) throws Unfit {
        Signature best = null;
        int least = Integer.MAX_VALUE;
        for (Signature s : signatures) {
            int casts = 0;
            boolean fits = s.arguments().size() == types.size();
            for (int i = 0; fits && i < types.size(); i++) {
                casts += types.get(i).equals(s.arguments().get(i)) ? 0 : 1;
                fits = widens(types.get(i), s.arguments().get(i));
            }
            if (fits && casts < least) {
                least = casts;
                best = s;
            }
        }
        if (best == null) {
            throw new Unfit("Its arguments must have the types that it declares.");
        }
        return best;
    }

    /** Whether a cast loses nothing that the user would miss. */
    private static boolean widens(FieldType from, FieldType to) {
        return from.equals(to) || switch (to) {
            case FieldType.Int64 t -> from instanceof FieldType.Int32;
            case FieldType.Float64 t -> Types.isInteger(from) || from instanceof FieldType.Float32;
            case FieldType.Decimal t -> from instanceof FieldType.Decimal d
                    ? d.scale() <= t.scale() && d.precision() - d.scale() <= t.precision() - t.scale()
                    : from instanceof FieldType.Int32 && t.precision() - t.scale() >= 10
                            || from instanceof FieldType.Int64 && t.precision() - t.scale() >= 19;
            case FieldType.Time t -> from instanceof FieldType.Time;
            case FieldType.Timestamp t -> from instanceof FieldType.Timestamp f && f.zoned() == t.zoned();
            default -> false;
        };
    }

    private static <S> Aggregator<?> bind(UserAggregate<S> function, Binding b) {
        function.open();
        UserCall<S> call = new UserCall<>(function);
        ValueLayout layout = ValueLayout.tuple(b.types());
        if (!function.combines() || b.retracting() || b.over() == Over.DISTINCT && function.calledOnNull()) {
            return inOrder(call, layout, b);
        }
        UserAggregator<S> combining = new UserAggregator<>(call, b.columns());
        return b.over() == Over.ALL
                ? combining
                : new Distinct<>(combining, b.columns(), b.types().size() == 1 ? b.layout() : layout);
    }

    private static <S> Aggregator<?> inOrder(UserCall<S> call, ValueLayout layout, Binding b) {
        boolean calledOnNull = call.function().calledOnNull();
        boolean one = b.types().size() == 1;
        ValueLayout values = one ? b.layout() : layout;
        return new PlacedValuesAggregator(b.columns(), values,
                v -> calledOnNull || v != null && (one || Arrays.stream((Object[]) v).allMatch(x -> x != null)),
                PlacedValue.order(values), b.order(), all -> {
                    S state = call.of(call.function()::create);
                    PlacedValuesAggregator.each(all, values, b.over(),
                            v -> call.add(state, one ? new Object[] {v} : ((Object[]) v).clone()));
                    return call.result(state);
                });
    }
}

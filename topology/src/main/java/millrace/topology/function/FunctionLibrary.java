package millrace.topology.function;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import millrace.schemas.row.FieldType;

/** Every function that SQL can call by name. Immutable. */
public final class FunctionLibrary {
    /** The classes whose methods are callable, in the order of the documentation. */
    static final List<Class<?>> BUILT_IN_CLASSES = List.of(TextFunctions.class, PatternFunctions.class,
            NumberFunctions.class, TimeFunctions.class, HashFunctions.class, JsonFunctions.class,
            CollectionFunctions.class);
    private static final FunctionLibrary BUILT_IN = new FunctionLibrary(BUILT_IN_CLASSES.stream()
            .flatMap(c -> signatures(c).stream()).toList());

    private final Map<String, List<FunctionSignature>> byName = new TreeMap<>();

    private FunctionLibrary(Collection<FunctionSignature> signatures) {
        signatures.forEach(s -> byName.computeIfAbsent(s.name(), n -> new ArrayList<>()).add(s));
    }

    public static FunctionLibrary builtIn() {
        return BUILT_IN;
    }

    /** This library and more functions. */
    FunctionLibrary with(List<FunctionSignature> more) {
        List<FunctionSignature> all = new ArrayList<>();
        byName.values().forEach(all::addAll);
        all.addAll(more);
        return new FunctionLibrary(all);
    }

    /** The signatures of one class, in a stable order. */
    static List<FunctionSignature> signatures(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).filter(m -> m.isAnnotationPresent(Sql.class))
                .map(FunctionSignature::of)
                .sorted(Comparator.comparing(FunctionSignature::name)
                        .thenComparing(s -> s.doc().isEmpty())
                        .thenComparing(s -> s.parameters().size()).thenComparing(FunctionSignature::text))
                .toList();
    }

    public Collection<String> names() {
        return byName.keySet();
    }

    /** The ways to call a name; empty if there is no such function. */
    public List<FunctionSignature> named(String name) {
        return byName.getOrDefault(name.toUpperCase(Locale.ROOT), List.of());
    }

    /**
     * The cheapest way to call a name with values of these types.
     *
     * @param arguments null stands for an untyped NULL
     */
    public Optional<FunctionSignature> resolve(String name, List<FieldType> arguments) {
        FunctionSignature best = null;
        int least = Integer.MAX_VALUE;
        for (FunctionSignature s : named(name)) {
            OptionalInt cost = s.costOf(arguments);
            if (cost.isPresent() && cost.getAsInt() < least) {
                least = cost.getAsInt();
                best = s;
            }
        }
        return Optional.ofNullable(best);
    }

}

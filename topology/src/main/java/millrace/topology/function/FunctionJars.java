package millrace.topology.function;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.FieldType;

/** A user's own functions, from a folder of jars. */
public final class FunctionJars {
    private final List<Problem> problems = new ArrayList<>();
    private final List<FunctionSignature> found = new ArrayList<>();

    private FunctionJars() {}

    /**
     * The built-in library and the functions of every jar in a folder, which see the engine's classes but not each
     * other's loader's children. The built-in library alone if there is no such folder.
     *
     * @throws ProblemException with every function that cannot be used
     */
    public static FunctionLibrary load(Path folder) {
        return load(loader(folder), folder);
    }

    /** The same for jars whose loader is there already, see {@link #loader}. */
    public static FunctionLibrary load(ClassLoader loader, Path folder) {
        return loader == FunctionJars.class.getClassLoader()
                ? FunctionLibrary.builtIn()
                : new FunctionJars().found(loader, folder);
    }

    /** The loader of every jar in a folder; the engine's own if there is none. */
    public static ClassLoader loader(Path folder) {
        List<URL> jars = jars(folder);
        // Open as long as the process lives: functions may load further classes at any time.
        return jars.isEmpty()
                ? FunctionJars.class.getClassLoader()
                : new URLClassLoader("functions", jars.toArray(URL[]::new), FunctionJars.class.getClassLoader());
    }

    private static List<URL> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<URL> urls = new ArrayList<>();
            for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
                urls.add(jar.toUri().toURL());
            }
            return urls;
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FunctionLibrary found(ClassLoader loader, Path folder) {
        Iterator<ServiceLoader.Provider<ScalarFunction>> providers = ServiceLoader.load(ScalarFunction.class, loader)
                .stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                ServiceLoader.Provider<ScalarFunction> provider = providers.next();
                declare(provider);
            } catch (ServiceConfigurationError | LinkageError e) {
                problems.add(Problem.of(FunctionProblem.FUNCTION_BROKEN, folder.toString(), reason(e)));
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return FunctionLibrary.builtIn().with(found);
    }

    private void declare(ServiceLoader.Provider<ScalarFunction> provider) {
        String origin = provider.type().getName() + " of " + jarOf(provider.type());
        String name;
        List<FieldType> arguments;
        FieldType result;
        boolean deterministic;
        boolean calledOnNull;
        try {
            ScalarFunction function = provider.get();
            name = String.valueOf(function.name());
            arguments = List.copyOf(function.argumentTypes());
            result = function.resultType();
            deterministic = function.deterministic();
            calledOnNull = function.calledOnNull();
        } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_BROKEN, origin, "It cannot say what it is: " + reason(e)));
            return;
        }
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || result == null) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_BROKEN, origin, result == null
                    ? "Its resultType() is null."
                    : "Its name \"" + name + "\" must be of letters, digits and _, not starting with a digit."));
            return;
        }
        FunctionSignature signature = new FunctionSignature(name.toUpperCase(Locale.ROOT),
                arguments.stream().map(FunctionJars::parameter).toList(), new FunctionSignature.Result.Fixed(result),
                new FunctionSignature.Body.User(() -> opened(provider), arguments, calledOnNull), true, origin,
                List.of());
        if (!deterministic) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_NOT_DETERMINISTIC, origin, signature.name()
                    + " says that it is not deterministic: a replay could not give the rows that the live run gave."));
        } else if (!FunctionLibrary.builtIn().named(name).isEmpty() || LANGUAGE.contains(signature.name())) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_NAME_TAKEN, origin,
                    signature.name() + " is a built-in function."));
        } else if (same(signature, arguments).isPresent()) {
            problems.add(Problem.of(FunctionProblem.FUNCTION_DECLARED_TWICE, origin, signature.text()
                    + " is declared by " + same(signature, arguments).get().doc() + " too."));
        } else {
            found.add(signature);
        }
    }

    /** Names that the language itself takes. */
    private static final List<String> LANGUAGE = List.of("COALESCE", "NULLIF", "GREATEST", "LEAST", "CONCAT",
            "CONCAT_WS", "IF", "NVL", "IFNULL", "EXTRACT", "TRIM", "CAST", "TRY_CAST", "TIMESTAMPADD", "TIMESTAMPDIFF",
            "ROW", "ARRAY", "MAP", "MOD", "CASE", "COUNT", "SUM", "AVG", "MIN", "MAX");

    private Optional<FunctionSignature> same(FunctionSignature signature, List<FieldType> arguments) {
        return found.stream().filter(f -> f.name().equals(signature.name())
                && f.body() instanceof FunctionSignature.Body.User u && u.argumentTypes().equals(arguments))
                .findFirst();
    }

    private static ScalarFunction opened(ServiceLoader.Provider<ScalarFunction> provider) {
        ScalarFunction function = provider.get();
        function.open();
        return function;
    }

    private static String reason(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest == e || deepest.getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getMessage() + " (" + deepest.getClass().getSimpleName() + ": " + deepest.getMessage() + ")";
    }

    private static String jarOf(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null
                ? "the class path"
                : Stream.of(source.getLocation().getPath().split("/")).collect(Collectors.toList()).getLast();
    }

    private static Parameter parameter(FieldType type) {
        return switch (type) {
            case FieldType.Bool t -> Parameter.BOOL;
            case FieldType.Int32 t -> Parameter.INT;
            case FieldType.Int64 t -> Parameter.BIGINT;
            case FieldType.Float32 t -> Parameter.REAL;
            case FieldType.Float64 t -> Parameter.DOUBLE;
            case FieldType.Decimal t -> Parameter.DECIMAL;
            case FieldType.Text t -> Parameter.TEXT;
            case FieldType.Uuid t -> Parameter.UUID;
            case FieldType.Bytes t -> Parameter.BYTES;
            case FieldType.Date t -> Parameter.DATE;
            case FieldType.Time t -> Parameter.TIME;
            case FieldType.Timestamp t -> Parameter.TIMESTAMP;
            case FieldType.Struct t -> Parameter.ANY;
            case FieldType.Array t -> Parameter.ARRAY;
            case FieldType.Mapping t -> Parameter.MAP;
        };
    }
}

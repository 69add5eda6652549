package millrace.topology.function;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import millrace.schemas.row.FieldType;

/**
 * One way to call a function.
 *
 * @param name in upper case
 * @param mayGiveNull whether a call may give NULL though no argument is
 * @param doc empty for the second and later signatures of a name
 */
public record FunctionSignature(String name, List<Parameter> parameters, Result result, Body body,
        boolean mayGiveNull, String doc, List<String> examples) {

    public FunctionSignature {
        parameters = List.copyOf(parameters);
        examples = List.copyOf(examples);
    }

    /** What is called. */
    public sealed interface Body {
        /** A public static method whose parameters are the Java types of the signature's. */
        record Static(Method method) implements Body {}

        /** A user's function; each call of {@code instances} gives a new, opened one. */
        record User(Supplier<ScalarFunction> instances, List<FieldType> argumentTypes, boolean calledOnNull)
                implements
                    Body {}
    }

    /** The type of what a call gives. */
    public sealed interface Result {
        record Fixed(FieldType type) implements Result {}

        /** The type of the first argument. */
        record Same() implements Result {}

        /** The type of the second argument. */
        record SameAsSecond() implements Result {}

        /** The first argument's decimal type with one digit more before the point. */
        record Wider() implements Result {}

        /** The first argument's decimal type without digits after the point. */
        record Whole() implements Result {}

        /** The type of an element of the first argument. */
        record Element() implements Result {}

        /** A list of the values of the first argument, a map. */
        record ListOfValues() implements Result {}
    }

    static FunctionSignature of(Method method) {
        Sql sql = method.getAnnotation(Sql.class);
        String text = sql.value();
        int open = text.indexOf('(');
        int close = text.indexOf(')');
        String inner = text.substring(open + 1, close).strip();
        List<Parameter> parameters = new ArrayList<>();
        if (!inner.isEmpty()) {
            for (String word : inner.split(",")) {
                parameters.add(Parameter.valueOf(word.strip().toUpperCase(Locale.ROOT)));
            }
        }
        String result = text.substring(text.indexOf("->") + 2).strip();
        return new FunctionSignature(text.substring(0, open).strip(), parameters, result(result),
                new Body.Static(method), sql.mayGiveNull(), sql.doc(), List.of(sql.examples()));
    }

    private static Result result(String word) {
        return switch (word) {
            case "same" -> new Result.Same();
            case "second" -> new Result.SameAsSecond();
            case "wider" -> new Result.Wider();
            case "whole" -> new Result.Whole();
            case "element" -> new Result.Element();
            case "values" -> new Result.ListOfValues();
            default -> new Result.Fixed(TypeText.parse(word).orElseThrow(() -> new IllegalArgumentException(word)));
        };
    }

    /** What it costs to call this with values of these types; empty if it cannot be. */
    OptionalInt costOf(List<FieldType> arguments) {
        if (arguments.size() != parameters.size()) {
            return OptionalInt.empty();
        }
        int sum = 0;
        for (int i = 0; i < arguments.size(); i++) {
            OptionalInt cost = parameters.get(i).costOf(arguments.get(i));
            if (body instanceof Body.User user && arguments.get(i) != null
                    && isNested(user.argumentTypes().get(i))
                    && !user.argumentTypes().get(i).equals(arguments.get(i))) {
                return OptionalInt.empty();
            }
            if (cost.isEmpty()) {
                return cost;
            }
            sum += cost.getAsInt();
        }
        return OptionalInt.of(sum);
    }

    private static boolean isNested(FieldType type) {
        return type instanceof FieldType.Struct || type instanceof FieldType.Array
                || type instanceof FieldType.Mapping;
    }

    /** The type that argument {@code i} is cast to before the call; empty where it is taken as it is. */
    public Optional<FieldType> castOf(int i, FieldType given) {
        if (body instanceof Body.User user) {
            FieldType wanted = user.argumentTypes().get(i);
            return wanted.equals(given) ? Optional.empty() : Optional.of(wanted);
        }
        return parameters.get(i).castFrom(given);
    }

    /** The type of the result for arguments of these types. */
    public FieldType resultType(List<FieldType> arguments) {
        return switch (result) {
            case Result.Fixed f -> f.type();
            case Result.Same s -> arguments.get(0);
            case Result.SameAsSecond s -> arguments.get(1);
            case Result.Wider w -> arguments.get(0) instanceof FieldType.Decimal d
                    ? new FieldType.Decimal(Math.min(38, d.precision() + 1), d.scale())
                    : arguments.get(0);
            case Result.Whole w -> arguments.get(0) instanceof FieldType.Decimal d
                    ? new FieldType.Decimal(Math.min(38, d.precision() - d.scale() + 1), 0)
                    : arguments.get(0);
            case Result.Element e -> ((FieldType.Array) arguments.get(0)).element();
            case Result.ListOfValues v -> new FieldType.Array(((FieldType.Mapping) arguments.get(0)).value(),
                    ((FieldType.Mapping) arguments.get(0)).valueNullable());
        };
    }

    /** As documentation and messages write it: {@code LPAD(text, int, text)}. */
    public String text() {
        return name + "(" + parameters.stream().map(Parameter::text).collect(Collectors.joining(", ")) + ")";
    }

    /** What the result is, in words. */
    public String resultText() {
        return switch (result) {
            case Result.Fixed f -> TypeText.of(f.type());
            case Result.Same s -> "as its first argument";
            case Result.SameAsSecond s -> "as its second argument";
            case Result.Wider w -> "as its first argument";
            case Result.Whole w -> "whole number of the same kind";
            case Result.Element e -> "element";
            case Result.ListOfValues v -> "array of the values";
        };
    }
}

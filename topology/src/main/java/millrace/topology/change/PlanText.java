package millrace.topology.change;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;
import millrace.topology.plan.Expression;

/** Values of plans and contracts as text: equal values give the same text, in every process. */
final class PlanText {
    private static final int DIGEST_BYTES = 12;

    private final boolean named;

    private PlanText(boolean named) {
        this.named = named;
    }

    static String of(Object value) {
        return new PlanText(true).text(value);
    }

    /** The same for rows whose columns may be called anything: inside of a plan, their places tell them apart. */
    static String unnamed(Object value) {
        return new PlanText(false).text(value);
    }

    private String text(Object value) {
        return switch (value) {
            case null -> "null";
            case FieldType.Struct row when !named -> row.fields().stream()
                    .map(f -> TypeText.of(f.type()) + (f.nullable() ? "" : " not null")).toList().toString();
            case FieldType type -> TypeText.of(type);
            case Expression.Column c -> (named ? text(c.name()) : "#" + c.index()) + text(c.type()) + c.nullable();
            case Record r -> r.getClass().getSimpleName() + components(r);
            case Optional<?> o -> o.map(v -> "[" + text(v) + "]").orElse("[]");
            case Collection<?> all -> all.stream().map(this::text).toList().toString();
            case Map<?, ?> map -> new TreeMap<>(map).entrySet().stream()
                    .map(e -> text(e.getKey()) + "=" + text(e.getValue())).toList().toString();
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case Object[] values -> text(Arrays.asList(values));
            case Pattern pattern -> pattern.pattern();
            // Strings in quotes, so that no text can look like another value.
            case String text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            default -> value.toString();
        };
    }

    private String components(Record r) {
        List<String> texts = new ArrayList<>();
        for (RecordComponent c : r.getClass().getRecordComponents()) {
            try {
                texts.add(text(c.getAccessor().invoke(r)));
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalArgumentException(r.getClass() + " is no value of a plan", e);
            }
        }
        return texts.toString();
    }

    /** Short, and different for different texts. */
    static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

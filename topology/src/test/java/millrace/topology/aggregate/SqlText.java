package millrace.topology.aggregate;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values as a person reads them. */
final class SqlText {
    private SqlText() {}

    static String of(Object value) {
        return switch (value) {
            case null -> "NULL";
            case String s -> "'" + s + "'";
            case Boolean b -> b ? "TRUE" : "FALSE";
            case byte[] b -> "x'" + HexFormat.of().formatHex(b) + "'";
            case Object[] a -> Arrays.stream(a).map(SqlText::of).collect(Collectors.joining(", ", "(", ")"));
            case List<?> l -> l.stream().map(SqlText::of).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> m -> m.entrySet().stream().map(e -> of(e.getKey()) + ": " + of(e.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
            default -> value.toString();
        };
    }
}

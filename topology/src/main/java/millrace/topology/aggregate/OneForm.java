package millrace.topology.aggregate;

import java.util.Optional;
import java.util.function.UnaryOperator;
import millrace.schemas.row.FieldType;

/** Values that are the same made one object or one sequence of bytes: there is one NaN, and the keys of a map are sorted. */
public final class OneForm {
    private OneForm() {}

    /** What makes values of a type so; none where they always are. Takes no null. */
    public static Optional<UnaryOperator<Object>> of(FieldType type) {
        return hasSeveral(type) ? Optional.of(ValueLayout.of(type)::canonical) : Optional.empty();
    }

    private static boolean hasSeveral(FieldType type) {
        return switch (type) {
            case FieldType.Float32 t -> true;
            case FieldType.Float64 t -> true;
            case FieldType.Mapping t -> true;
            case FieldType.Array t -> hasSeveral(t.element());
            case FieldType.Struct t -> t.fields().stream().anyMatch(f -> hasSeveral(f.type()));
            default -> false;
        };
    }
}

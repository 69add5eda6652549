package millrace.topology.function;

import java.util.Optional;
import java.util.OptionalInt;
import millrace.schemas.row.FieldType;

/** What a signature asks of an argument. */
public enum Parameter {
    BOOL, INT, BIGINT, REAL, DOUBLE, DECIMAL, TEXT, UUID, BYTES, DATE, TIME, TIMESTAMP, ARRAY, MAP, ANY,
    /** Text that is a regular expression; compiled once where it is a constant. */
    REGEX,
    /** Text that is a date pattern; compiled once where it is a constant. */
    FORMAT,
    /** Text that is a path into JSON; compiled once where it is a constant. */
    JSONPATH;

    /** What it costs to see a value of this type as the parameter; empty if it cannot. Zero where nothing is lost. */
    OptionalInt costOf(FieldType type) {
        if (type == null) {
            return OptionalInt.of(0); // an untyped NULL fits everywhere
        }
        int cost = switch (this) {
            case BOOL -> type instanceof FieldType.Bool ? 0 : -1;
            case INT -> type instanceof FieldType.Int32 ? 0 : -1;
            case BIGINT -> type instanceof FieldType.Int64 ? 0 : type instanceof FieldType.Int32 ? 1 : -1;
            case DECIMAL -> type instanceof FieldType.Decimal
                    ? 0
                    : type instanceof FieldType.Int32 || type instanceof FieldType.Int64 ? 2 : -1;
            case REAL -> type instanceof FieldType.Float32 ? 0 : -1;
            case DOUBLE -> type instanceof FieldType.Float64
                    ? 0
                    : type instanceof FieldType.Float32
                            ? 1
                            : type instanceof FieldType.Decimal
                                    ? 3
                                    : type instanceof FieldType.Int32 || type instanceof FieldType.Int64 ? 4 : -1;
            case TEXT, REGEX, FORMAT, JSONPATH -> type instanceof FieldType.Text ? 0 : -1;
            case UUID -> type instanceof FieldType.Uuid ? 0 : -1;
            case BYTES -> type instanceof FieldType.Bytes ? 0 : -1;
            case DATE -> type instanceof FieldType.Date ? 0 : -1;
            case TIME -> type instanceof FieldType.Time ? 0 : -1;
            case TIMESTAMP -> type instanceof FieldType.Timestamp ? 0 : type instanceof FieldType.Date ? 2 : -1;
            case ARRAY -> type instanceof FieldType.Array ? 0 : -1;
            case MAP -> type instanceof FieldType.Mapping ? 0 : -1;
            case ANY -> 5;
        };
        return cost < 0 ? OptionalInt.empty() : OptionalInt.of(cost);
    }

    /** The type an argument is cast to before the call; empty where it is taken as it is. */
    Optional<FieldType> castFrom(FieldType given) {
        return switch (this) {
            case BIGINT -> given instanceof FieldType.Int64 ? Optional.empty() : Optional.of(new FieldType.Int64());
            case DECIMAL -> given instanceof FieldType.Int32
                    ? Optional.of(new FieldType.Decimal(10, 0))
                    : given instanceof FieldType.Int64 ? Optional.of(new FieldType.Decimal(19, 0)) : Optional.empty();
            case DOUBLE -> given instanceof FieldType.Float64 ? Optional.empty() : Optional.of(new FieldType.Float64());
            case TIMESTAMP -> given instanceof FieldType.Date
                    ? Optional.of(new FieldType.Timestamp(FieldType.TimeUnit.MICROS, false))
                    : Optional.empty();
            case BOOL, INT, REAL, TEXT, UUID, BYTES, DATE, TIME, ARRAY, MAP, ANY, REGEX, FORMAT, JSONPATH -> Optional
                    .empty();
        };
    }

    /** As documentation and messages write it. */
    public String text() {
        return switch (this) {
            case REGEX -> "regex";
            case FORMAT -> "format";
            case JSONPATH -> "path";
            default -> name().toLowerCase(java.util.Locale.ROOT);
        };
    }
}

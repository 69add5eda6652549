package millrace.topology.compile;

import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.topology.function.TypeText;

/** Source text for casts between plain types. */
final class CastSource {
    private static final String CASTS = "millrace.topology.function.Casts.";
    private static final String TIMES = "millrace.topology.function.TimeFunctions.";

    private CastSource() {}

    static boolean isNested(FieldType type) {
        return type instanceof FieldType.Struct || type instanceof FieldType.Array
                || type instanceof FieldType.Mapping;
    }

    /**
     * The value {@code code} of one type, which is not null, as another type.
     *
     * @throws IllegalArgumentException if there is no such cast
     */
    static String of(String code, FieldType from, FieldType to) {
        JavaKind kind = JavaKind.of(from);
        return switch (to) {
            case FieldType.Bool t when from instanceof FieldType.Text -> CASTS + "bool(" + code + ")";
            case FieldType.Bool t when from instanceof FieldType.Bool -> code;
            case FieldType.Int32 t when kind.isNumber() && !isTime(from) -> kind == JavaKind.INT
                    ? code
                    : CASTS + "int32(" + (kind == JavaKind.FLOAT ? "(double) " : "") + code + ")";
            case FieldType.Int32 t when from instanceof FieldType.Text -> CASTS + "int32(" + code + ")";
            case FieldType.Int64 t when kind.isNumber() && !isTime(from) -> switch (kind) {
                case INT -> "((long) " + code + ")";
                case LONG -> code;
                case FLOAT -> CASTS + "int64((double) " + code + ")";
                default -> CASTS + "int64(" + code + ")";
            };
            case FieldType.Int64 t when from instanceof FieldType.Text -> CASTS + "int64(" + code + ")";
            case FieldType.Float32 t when kind.isNumber() && !isTime(from) -> kind == JavaKind.DECIMAL
                    ? code + ".floatValue()"
                    : "((float) " + code + ")";
            case FieldType.Float32 t when from instanceof FieldType.Text -> CASTS + "float32(" + code + ")";
            case FieldType.Float64 t when kind.isNumber() && !isTime(from) -> kind == JavaKind.DECIMAL
                    ? code + ".doubleValue()"
                    : "((double) " + code + ")";
            case FieldType.Float64 t when from instanceof FieldType.Text -> CASTS + "float64(" + code + ")";
            case FieldType.Decimal t when kind == JavaKind.DECIMAL -> CASTS + "fit(" + code + ", " + t.precision()
                    + ", " + t.scale() + ")";
            case FieldType.Decimal t when kind.isNumber() && !isTime(from) || from instanceof FieldType.Text -> CASTS
                    + "decimal(" + (kind == JavaKind.INT ? "(long) " : "") + code + ", " + t.precision() + ", "
                    + t.scale() + ")";
            case FieldType.Text t -> text(code, from);
            case FieldType.Uuid t when from instanceof FieldType.Text -> CASTS + "uuid(" + code + ")";
            case FieldType.Uuid t when from instanceof FieldType.Uuid -> code;
            case FieldType.Bytes t when from instanceof FieldType.Text -> CASTS + "bytes(" + code + ")";
            case FieldType.Bytes t when from instanceof FieldType.Bytes -> code;
            case FieldType.Date t -> switch (from) {
                case FieldType.Date d -> code;
                case FieldType.Timestamp s -> TIMES + "day(" + code + ")";
                case FieldType.Text s -> CASTS + "date(" + code + ")";
                default -> throw none(from, to);
            };
            case FieldType.Time t -> switch (from) {
                case FieldType.Time s -> inUnit(code, s.unit(), t.unit());
                case FieldType.Timestamp s -> inUnit(TIMES + "timeOfDay(" + code + ")", s.unit(), t.unit());
                case FieldType.Text s -> inUnit(CASTS + "time(" + code + ")", TimeUnit.MICROS, t.unit());
                default -> throw none(from, to);
            };
            case FieldType.Timestamp t -> switch (from) {
                case FieldType.Timestamp s -> inUnit(code, s.unit(), t.unit());
                case FieldType.Date s -> TIMES + "midnight(" + code + ")";
                case FieldType.Time s -> inUnit(code, s.unit(), t.unit());
                case FieldType.Text s -> inUnit(CASTS + "timestamp(" + code + ")", TimeUnit.MICROS, t.unit());
                default -> throw none(from, to);
            };
            default -> throw none(from, to);
        };
    }

    private static boolean isTime(FieldType type) {
        return type instanceof FieldType.Date || type instanceof FieldType.Time
                || type instanceof FieldType.Timestamp;
    }

    private static String text(String code, FieldType from) {
        return switch (from) {
            case FieldType.Text t -> code;
            case FieldType.Date t -> CASTS + "dateText(" + code + ")";
            case FieldType.Time t -> CASTS + "timeText(" + code + ")";
            case FieldType.Timestamp t -> CASTS + "timestampText(" + code + ", " + t.zoned() + ")";
            default -> {
                if (isNested(from)) {
                    throw none(from, new FieldType.Text());
                }
                yield CASTS + "text(" + code + ")";
            }
        };
    }

    private static String inUnit(String code, TimeUnit from, TimeUnit to) {
        return from == TimeUnit.MICROS && to == TimeUnit.MILLIS ? CASTS + "millis(" + code + ")" : code;
    }

    private static IllegalArgumentException none(FieldType from, FieldType to) {
        return new IllegalArgumentException("no cast from " + TypeText.of(from) + " to " + TypeText.of(to));
    }
}

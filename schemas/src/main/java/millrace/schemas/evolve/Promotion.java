package millrace.schemas.evolve;

import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;

/** Which plain types a reader takes for which others, by Avro's rules of resolution, and which mean the same. */
final class Promotion {
    private Promotion() {}

    private enum Raw {
        BOOLEAN, INT, LONG, FLOAT, DOUBLE, STRING, BYTES, RECORD, ARRAY, MAP
    }

    /** Whether Avro reads what was written as one type as another. */
    static boolean readable(FieldType written, FieldType wanted) {
        Raw from = raw(written);
        Raw to = raw(wanted);
        return from == to || switch (from) {
            case INT -> to == Raw.LONG || to == Raw.FLOAT || to == Raw.DOUBLE;
            case LONG -> to == Raw.FLOAT || to == Raw.DOUBLE;
            case FLOAT -> to == Raw.DOUBLE;
            case STRING -> to == Raw.BYTES;
            case BYTES -> to == Raw.STRING;
            default -> false;
        };
    }

    /** Whether the value read is then still the value meant; Avro itself does not look at this. */
    static boolean sameMeaning(FieldType written, FieldType wanted) {
        if (written instanceof FieldType.Decimal from && wanted instanceof FieldType.Decimal to) {
            return from.scale() == to.scale() && from.precision() <= to.precision();
        }
        return written.equals(wanted) || isBare(written) && isBare(wanted)
                || written instanceof FieldType.Uuid && wanted instanceof FieldType.Text;
    }

    /** Nothing is said of a value but its type. */
    private static boolean isBare(FieldType type) {
        return !(type instanceof FieldType.Decimal || type instanceof FieldType.Uuid || type instanceof FieldType.Date
                || type instanceof FieldType.Time || type instanceof FieldType.Timestamp);
    }

    private static Raw raw(FieldType type) {
        if (type instanceof FieldType.Bool) {
            return Raw.BOOLEAN;
        } else if (type instanceof FieldType.Int32 || type instanceof FieldType.Date
                || type instanceof FieldType.Time t && t.unit() == TimeUnit.MILLIS) {
            return Raw.INT;
        } else if (type instanceof FieldType.Int64 || type instanceof FieldType.Time
                || type instanceof FieldType.Timestamp) {
            return Raw.LONG;
        } else if (type instanceof FieldType.Float32) {
            return Raw.FLOAT;
        } else if (type instanceof FieldType.Float64) {
            return Raw.DOUBLE;
        } else if (type instanceof FieldType.Text || type instanceof FieldType.Uuid) {
            return Raw.STRING;
        } else if (type instanceof FieldType.Bytes || type instanceof FieldType.Decimal) {
            return Raw.BYTES;
        } else if (type instanceof FieldType.Struct) {
            return Raw.RECORD;
        }
        return type instanceof FieldType.Array ? Raw.ARRAY : Raw.MAP;
    }
}

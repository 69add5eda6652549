package millrace.topology.compile;

import millrace.schemas.row.FieldType;

/** The Java type that carries values inside generated code, where numbers need no boxes. */
enum JavaKind {
    BOOLEAN("boolean", "Boolean", "false"), INT("int", "Integer", "0"), LONG("long", "Long", "0L"),
    FLOAT("float", "Float", "0f"), DOUBLE("double", "Double", "0d"), DECIMAL("java.math.BigDecimal"),
    TEXT("String"), UUID("java.util.UUID"), BYTES("byte[]"), ROW("Object[]"), LIST("java.util.List"),
    MAP("java.util.Map");

    /** As source text writes it. */
    final String java;
    final String box;
    final String zero;
    final boolean primitive;

    JavaKind(String java, String box, String zero) {
        this.java = java;
        this.box = box;
        this.zero = zero;
        this.primitive = true;
    }

    JavaKind(String java) {
        this.java = java;
        this.box = java;
        this.zero = "null";
        this.primitive = false;
    }

    static JavaKind of(FieldType type) {
        return switch (type) {
            case FieldType.Bool t -> BOOLEAN;
            case FieldType.Int32 t -> INT;
            case FieldType.Date t -> INT;
            case FieldType.Int64 t -> LONG;
            case FieldType.Time t -> LONG;
            case FieldType.Timestamp t -> LONG;
            case FieldType.Float32 t -> FLOAT;
            case FieldType.Float64 t -> DOUBLE;
            case FieldType.Decimal t -> DECIMAL;
            case FieldType.Text t -> TEXT;
            case FieldType.Uuid t -> UUID;
            case FieldType.Bytes t -> BYTES;
            case FieldType.Struct t -> ROW;
            case FieldType.Array t -> LIST;
            case FieldType.Mapping t -> MAP;
        };
    }

    boolean isNumber() {
        return this == INT || this == LONG || this == FLOAT || this == DOUBLE || this == DECIMAL;
    }

    /** The kind in which two numbers are compared or added. */
    static JavaKind common(JavaKind a, JavaKind b) {
        if (a == b) {
            return a;
        } else if (a == DOUBLE || b == DOUBLE || a == FLOAT || b == FLOAT) {
            return DOUBLE;
        }
        return a == DECIMAL || b == DECIMAL ? DECIMAL : LONG;
    }

    /** Source text that turns a number of this kind into a wider one. */
    String widened(String code, JavaKind to) {
        if (this == to) {
            return code;
        }
        return switch (to) {
            case LONG -> "((long) " + code + ")";
            case DOUBLE -> this == DECIMAL ? code + ".doubleValue()" : "((double) " + code + ")";
            case DECIMAL -> "java.math.BigDecimal.valueOf((long) " + code + ")";
            default -> throw new IllegalStateException(this + " to " + to);
        };
    }

    /** Source text of the boxed value. */
    String boxed(String code) {
        return primitive ? box + ".valueOf(" + code + ")" : code;
    }

    /** Source text that takes a value out of an {@code Object} that is not null. */
    String unboxed(String object) {
        return "((" + box + ") " + object + ")" + (primitive ? "." + java + "Value()" : "");
    }
}

package millrace.schemas.row;

/** A named, typed slot of a row. */
public record Field(String name, FieldType type, boolean nullable) {
    public static Field required(String name, FieldType type) {
        return new Field(name, type, false);
    }

    public static Field optional(String name, FieldType type) {
        return new Field(name, type, true);
    }
}

package millrace.schemas.contract;

import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;

/**
 * A column of a contract: its slot in the row and what is promised of its values.
 *
 * @param defaultValue what a reader assumes for records older than the column; in the engine's own representation
 * @param aliases names under which older writers know the column
 * @param mask how a personal value is hidden; present only for personal data
 * @param nested what is promised inside: one column per field of a struct, or one for the element of an array or the
 *        value of a map; empty for plain values
 */
public record Column(Field field, String description, boolean unique, List<Expectation> expectations,
        List<String> aliases, Optional<Object> defaultValue, boolean personal, Optional<Mask> mask, boolean deprecated,
        List<Column> nested, Place place) {

    public Column {
        expectations = List.copyOf(expectations);
        aliases = List.copyOf(aliases);
        nested = List.copyOf(nested);
    }

    /** A column of which nothing is promised but its type. */
    public static Column of(Field field) {
        return new Column(field, "", false, List.of(), List.of(), Optional.empty(), false, Optional.empty(), false,
                List.of(), Place.file(""));
    }

    /** The same column without NULL. */
    Column required() {
        return new Column(Field.required(field.name(), field.type()), description, unique, expectations, aliases,
                defaultValue, personal, mask, deprecated, nested, place);
    }

    /** The same column without what a reader would assume for it. */
    public Column withoutDefault() {
        return new Column(field, description, unique, expectations, aliases, Optional.empty(), personal, mask,
                deprecated, nested, place);
    }

    /** The same column with NULL allowed, for it and for everything inside it. */
    public Column optional() {
        List<Column> inside = inside().stream().map(Column::optional).toList();
        return new Column(new Field(field.name(), typeOf(inside), true), description, unique, expectations, aliases,
                defaultValue, personal, mask, deprecated, inside, place);
    }

    private FieldType typeOf(List<Column> inside) {
        if (field.type() instanceof FieldType.Struct) {
            return new FieldType.Struct(inside.stream().map(Column::field).toList());
        } else if (field.type() instanceof FieldType.Array) {
            return new FieldType.Array(inside.get(0).field().type(), inside.get(0).field().nullable());
        } else if (field.type() instanceof FieldType.Mapping) {
            return new FieldType.Mapping(inside.get(0).field().type(), inside.get(0).field().nullable());
        }
        return field.type();
    }

    /** The columns inside, made from the type where nothing more is promised of them. */
    public List<Column> inside() {
        if (!nested.isEmpty()) {
            return nested;
        }
        FieldType type = field.type();
        return type instanceof FieldType.Struct s
                ? s.fields().stream().map(Column::of).toList()
                : type instanceof FieldType.Array a
                        ? List.of(of(new Field("element", a.element(), a.elementNullable())))
                        : type instanceof FieldType.Mapping m
                                ? List.of(of(new Field("value", m.value(), m.valueNullable())))
                                : List.of();
    }

    public String name() {
        return field.name();
    }

    /** How a personal value is hidden. */
    public enum Mask {
        HASH, REDACT, PARTIAL, ENCRYPT
    }
}

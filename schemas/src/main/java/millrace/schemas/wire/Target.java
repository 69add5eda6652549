package millrace.schemas.wire;

import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;

/** What a decoder must produce for one slot, and how to find it in a writer's schema. */
record Target(String name, FieldType type, boolean nullable, List<String> aliases, Optional<Object> defaultValue,
        List<Target> nested) {

    static List<Target> of(FieldType.Struct row) {
        return row.fields().stream().map(Target::of).toList();
    }

    static List<Target> of(List<Column> columns) {
        return columns.stream().map(Target::of).toList();
    }

    private static Target of(Field field) {
        return new Target(field.name(), field.type(), field.nullable(), List.of(), Optional.empty(),
                inside(field.type()));
    }

    private static Target of(Column c) {
        return new Target(c.name(), c.field().type(), c.field().nullable(), c.aliases(), c.defaultValue(),
                c.nested().isEmpty() ? inside(c.field().type()) : of(c.nested()));
    }

    private static List<Target> inside(FieldType type) {
        if (type instanceof FieldType.Struct s) {
            return of(s);
        } else if (type instanceof FieldType.Array a) {
            return List.of(of(new Field("element", a.element(), a.elementNullable())));
        } else if (type instanceof FieldType.Mapping m) {
            return List.of(of(new Field("value", m.value(), m.valueNullable())));
        }
        return List.of();
    }
}

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
        return of(Column.of(field));
    }

    private static Target of(Column c) {
        return new Target(c.name(), c.field().type(), c.field().nullable(), c.aliases(), c.defaultValue(),
                of(c.inside()));
    }
}

package millrace.sinks.iceberg.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.contract.Column;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;

/**
 * Names that columns had before. Writers of older schemas still use them, and so does a table that has not been renamed. Pure.
 *
 * @param now by the path of a former name, below the present names of what it is in, the present name
 */
public record FormerNames(Map<String, String> now) {
    public static final FormerNames NONE = new FormerNames(Map.of());

    public FormerNames {
        now = Map.copyOf(now);
    }

    /** Those that a contract says. */
    public static FormerNames of(List<Column> columns) {
        Map<String, String> now = new HashMap<>();
        collect("", columns, now);
        return new FormerNames(now);
    }

    private static void collect(String path, List<Column> columns, Map<String, String> now) {
        Set<String> present = columns.stream().map(Column::name).collect(Collectors.toSet());
        for (Column column : columns) {
            // A name that is another column's now is that column's, as it is where records are read.
            column.aliases().stream().filter(alias -> !present.contains(alias))
                    .forEach(alias -> now.putIfAbsent(join(path, alias), column.name()));
            inside(join(path, column.name()), column, now);
        }
    }

    private static void inside(String path, Column column, Map<String, String> now) {
        switch (column.field().type()) {
            case FieldType.Struct struct -> collect(path, column.inside(), now);
            case FieldType.Array array -> inside(path + ".element", column.inside().get(0), now);
            case FieldType.Mapping map -> inside(path + ".value", column.inside().get(0), now);
            default -> {}
        }
    }

    /** The columns of a writer by their present names; one that a writer has beside its successor keeps its own. */
    public FieldType.Struct present(FieldType.Struct written) {
        return now.isEmpty() ? written : present("", written);
    }

    private FieldType.Struct present(String path, FieldType.Struct written) {
        Set<String> taken = written.fields().stream().map(Field::name).collect(Collectors.toSet());
        List<Field> fields = new ArrayList<>();
        for (Field field : written.fields()) {
            String name = now.get(join(path, field.name()));
            String called = name != null && taken.add(name) ? name : field.name();
            fields.add(new Field(called, present(join(path, called), field.type()), field.nullable()));
        }
        return new FieldType.Struct(fields);
    }

    private FieldType present(String path, FieldType type) {
        return switch (type) {
            case FieldType.Struct struct -> present(path, struct);
            case FieldType.Array array -> new FieldType.Array(present(path + ".element", array.element()),
                    array.elementNullable());
            case FieldType.Mapping map -> new FieldType.Mapping(present(path + ".value", map.value()),
                    map.valueNullable());
            default -> type;
        };
    }

    /** Which of some names a column had before. */
    Optional<String> formerOf(String path, String name, Set<String> among) {
        return among.stream().filter(n -> name.equals(now.get(join(path, n)))).sorted().findFirst();
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}

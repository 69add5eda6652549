package millrace.sinks.iceberg.table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.TableEvolution.Change;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Decides how rows of a schema and the schema of a table go together. Pure. */
public final class TableSchemas {
    private final TableSpec spec;
    private final Map<String, Object> defaults;
    private final List<Change> changes = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    private TableSchemas(TableSpec spec, Map<String, Object> defaults) {
        this.spec = spec;
        this.defaults = defaults;
    }

    /**
     * What has to happen before rows of {@code incoming} can be written to the spec's table.
     *
     * @param table the table's schema as committed
     * @param incoming the columns of a writer's schema
     */
    public static TableEvolution fit(TableSpec spec, Schema table, WriterColumns incoming) {
        TableSchemas fit = new TableSchemas(spec, incoming.defaults());
        fit.topLevel(table.asStruct(), incoming.row());
        if (!fit.problems.isEmpty()) {
            return new TableEvolution.Incompatible(fit.problems);
        }
        return fit.changes.isEmpty() ? new TableEvolution.Same() : new TableEvolution.Evolve(fit.changes);
    }

    /**
     * The same for columns without defaults.
     */
    public static TableEvolution fit(TableSpec spec, Schema table, FieldType.Struct incoming) {
        return fit(spec, table, WriterColumns.of(incoming));
    }

    /** Adds the changes of a decision to an uncommitted schema update, which may be part of a transaction. */
    public static void apply(TableEvolution.Evolve evolve, UpdateSchema update) {
        int[] last = {0};
        for (Change change : evolve.changes()) {
            switch (change) {
                // The update gives fresh ids to all that is new; those here only have to differ from each other.
                case Change.Add add -> {
                    Type type = ContractToIceberg.type(add.field().type(), () -> ++last[0]);
                    Literal<?> old = add.old().flatMap(value -> ContractToIceberg.literal(type, value)).orElse(null);
                    update.addColumn(add.parent().isEmpty() ? null : add.parent(), add.field().name(), type, null, old);
                }
                case Change.KeepJson keep -> update.addColumn(OriginColumn.JSON.columnName(),
                        OriginColumn.JSON.field(() -> ++last[0]).type());
                case Change.Widen widen -> update.updateColumn(widen.column(), widen.to());
                case Change.Rename rename -> update.renameColumn(rename.column(), rename.to());
                case Change.Relax relax -> update.makeColumnOptional(relax.column());
            }
        }
    }

    /** Columns of records that a spec's table cannot have, since it uses their names itself. */
    public static List<Problem> reserved(TableSpec spec, FieldType.Struct incoming) {
        return incoming.fields().stream().filter(f -> OriginColumn.named(f.name(), spec.layout()).isPresent())
                .map(f -> Problem.of(SinkProblem.COLUMN_RESERVED, spec.qualifiedName(), "The records of topic "
                        + spec.topic() + " have a column \"" + f.name()
                        + "\", a name that the table uses for the origin of a row.")
                        .withRemedy(SinkProblem.COLUMN_RESERVED.remedy()))
                .toList();
    }

    /**
     * What keeps a table from taking a spec's rows although they have its columns: it keeps changes by another key, or
     * one of the two is about changes and the other is not.
     */
    public static Optional<Problem> otherwiseKept(TableSpec spec, Schema table) {
        boolean keepsChanges = table.findField(OriginColumn.CHANGE.columnName()) != null;
        boolean keepsNewest = !keepsChanges && !table.identifierFieldIds().isEmpty();
        String by = String.join(", ", spec.key());
        String tables = table.identifierFieldNames().isEmpty()
                ? "no key"
                : String.join(", ", new TreeSet<>(table.identifierFieldNames()));
        boolean sameKey = table.identifierFieldNames().equals(Set.copyOf(spec.key()));
        String found = switch (spec.layout()) {
            case BRONZE, BRONZE_RAW, BRONZE_VARIANT -> "";
            case ENGINE -> keepsChanges && !table.identifierFieldIds().isEmpty()
                    ? "The table keeps changes of rows by " + tables + ", and rows no longer change."
                    : keepsNewest ? "The table keeps one row for each " + tables + ", and rows no longer change." : "";
            case CHANGELOG -> keepsNewest
                    ? "All changes of rows by " + by + " are to be kept, and the table keeps one row for each " + tables
                            + "."
                    : !keepsChanges
                            ? "Rows change by " + by + ", and the table keeps rows that do not."
                            : sameKey
                                    ? ""
                                    : "Rows change by " + by + ", and the table keeps changes by " + tables + ".";
            case NEWEST -> keepsChanges
                    ? "One row for each " + by + " is to be kept, and the table keeps all changes by " + tables + "."
                    : !keepsNewest
                            ? "Rows change by " + by + ", and the table keeps rows that do not."
                            : sameKey
                                    ? ""
                                    : "Rows change by " + by + ", and the table keeps one for each " + tables + ".";
        };
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(Problem.of(SinkProblem.TABLE_FORMAT, spec.qualifiedName(), found)
                        .withRemedy("Drop the table and restart the roles, which make it anew from topic "
                                + spec.topic() + "; if that holds records of before, run the pipeline under another "
                                + "name."
                                + (spec.layout() == TableSpec.Layout.NEWEST && keepsChanges
                                        ? " Or say materialized: append in the model's config to go on keeping changes."
                                        : "")));
    }

    private void topLevel(Types.StructType table, FieldType.Struct incoming) {
        problems.addAll(reserved(spec, incoming));
        for (String column : spec.key()) {
            if (incoming.indexOf(column) < 0) {
                problems.add(Problem.of(SinkProblem.COLUMN_INCOMPATIBLE, spec.qualifiedName(), "The records of topic "
                        + spec.topic() + " have no column \"" + column + "\", which is part of the table's key.")
                        .withRemedy(SinkProblem.COLUMN_INCOMPATIBLE.remedy()));
            }
        }
        if (!problems.isEmpty()) {
            return;
        }
        Set<String> origin = new HashSet<>();
        for (OriginColumn column : OriginColumn.values()) {
            if (OriginColumn.named(column.columnName(), spec.layout()).isPresent()) {
                origin.add(column.columnName());
            }
        }
        if (OriginColumn.JSON.isIn(spec.layout()) && table.field(OriginColumn.JSON.columnName()) == null) {
            changes.add(new Change.KeepJson());
        }
        struct(new Path("", ""), table, incoming, origin);
    }

    /** Where a column is: by the names that the table has, which changes go by, and by the present ones. */
    private record Path(String inTable, String present) {
        Path to(String columnInTable, String name) {
            return new Path(join(inTable, columnInTable), join(present, name));
        }

        Path to(String name) {
            return to(name, name);
        }
    }

    private void struct(Path path, Types.StructType table, FieldType.Struct incoming, Set<String> notTheirs) {
        Set<String> given = new HashSet<>(notTheirs);
        Set<String> free = new HashSet<>();
        table.fields().forEach(f -> free.add(f.name()));
        incoming.fields().forEach(f -> free.remove(f.name()));
        for (Field field : incoming.fields()) {
            NestedField column = table.field(field.name());
            if (column == null) {
                Optional<String> former = spec.formerNames().formerOf(path.present(), field.name(), free);
                former.ifPresent(f -> changes.add(new Change.Rename(join(path.inTable(), f), field.name())));
                column = former.map(table::field).orElse(null);
            }
            if (column == null) {
                changes.add(new Change.Add(path.inTable(), field, path.present().isEmpty()
                        ? Optional.ofNullable(defaults.get(field.name()))
                        : Optional.empty()));
            } else {
                given.add(column.name());
                // A key is never null, whatever the schema lets a column be.
                boolean nullable = field.nullable()
                        && !(path.present().isEmpty() && spec.key().contains(field.name()));
                slot(path.to(column.name(), field.name()), column.isRequired(), column.type(), nullable, field.type());
            }
        }
        for (NestedField column : table.fields()) {
            if (column.isRequired() && !given.contains(column.name())) {
                changes.add(new Change.Relax(join(path.inTable(), column.name())));
            }
        }
    }

    private void slot(Path path, boolean required, Type table, boolean nullable, FieldType incoming) {
        if (required && nullable) {
            changes.add(new Change.Relax(path.inTable()));
        }
        switch (incoming) {
            case FieldType.Struct struct when table.isStructType() -> struct(path, table.asStructType(), struct,
                    Set.of());
            case FieldType.Array array when table.isListType() -> slot(path.to("element"),
                    table.asListType().isElementRequired(), table.asListType().elementType(), array.elementNullable(),
                    array.element());
            case FieldType.Mapping map when table.isMapType()
                    && table.asMapType().keyType().typeId() == Type.TypeID.STRING ->
                slot(path.to("value"),
                        table.asMapType().isValueRequired(), table.asMapType().valueType(), map.valueNullable(),
                        map.value());
            default -> {
                Type type = ContractToIceberg.type(incoming, () -> 0);
                if (!table.isPrimitiveType() || !type.isPrimitiveType()) {
                    incompatible(path.inTable(), table, type);
                } else if (!holds(table.asPrimitiveType(), type.asPrimitiveType())) {
                    if (holds(type.asPrimitiveType(), table.asPrimitiveType())) {
                        changes.add(new Change.Widen(path.inTable(), table.asPrimitiveType(), type.asPrimitiveType()));
                    } else {
                        incompatible(path.inTable(), table, type);
                    }
                }
            }
        }
    }

    private void incompatible(String path, Type table, Type incoming) {
        problems.add(Problem.of(SinkProblem.COLUMN_INCOMPATIBLE, spec.qualifiedName(),
                "Column \"" + path + "\" of the table is " + name(table) + ", but topic " + spec.topic()
                        + " now brings " + name(incoming) + ", and neither holds all values of the other.")
                .withRemedy(SinkProblem.COLUMN_INCOMPATIBLE.remedy()));
    }

    private static String name(Type type) {
        return type.isStructType()
                ? "a struct"
                : type.isListType()
                        ? "a list"
                        : type.isMapType()
                                ? "a map"
                                : type.toString();
    }

    /** Whether a column of one type keeps every value of another unchanged. */
    private static boolean holds(Type.PrimitiveType column, Type.PrimitiveType value) {
        if (column.equals(value)) {
            return true;
        }
        return switch (column.typeId()) {
            case LONG -> value.typeId() == Type.TypeID.INTEGER;
            case DOUBLE -> value.typeId() == Type.TypeID.FLOAT;
            case DECIMAL -> value instanceof Types.DecimalType v && column instanceof Types.DecimalType c
                    && c.scale() == v.scale() && c.precision() >= v.precision();
            default -> false;
        };
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}

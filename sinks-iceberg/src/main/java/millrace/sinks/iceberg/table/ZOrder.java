package millrace.sinks.iceberg.table;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The columns whose values lie close together in the files of a table that are rewritten, all of them alike: along the
 * curve of Morton, "A computer oriented geodetic data base and a new technique in file sequencing" (1966).
 * A file that lies so says it in its name, since Iceberg has no sort order of the kind:
 *
 * <pre>
 *   sort_by: zorder(region, at)  ->  millrace.z-order = region,at  ->  00000-0-m-17.z3.8-00001.parquet
 * </pre>
 *
 * @param columns ids of fields that a row has one plain value of; two at least
 */
public record ZOrder(List<Integer> columns) {
    /** The table property that names the columns, with commas between; names that they once had will do. */
    public static final String PROPERTY = "millrace.z-order";
    /** More would say next to nothing of each. */
    public static final int MOST_COLUMNS = 8;
    private static final String MARK = ".z";

    public ZOrder {
        columns = List.copyOf(columns);
    }

    /** That of a table; empty if it has none, or fewer than two of its columns are left. */
    public static Optional<ZOrder> of(Table table) {
        String names = table.properties().get(PROPERTY);
        if (names == null || table.sortOrder().isSorted()) {
            return Optional.empty();
        }
        List<Integer> columns = Arrays.stream(names.split(",")).map(name -> id(table, name.trim()))
                .filter(Objects::nonNull).distinct().limit(MOST_COLUMNS).toList();
        return columns.size() < 2 ? Optional.empty() : Optional.of(new ZOrder(columns));
    }

    private static Integer id(Table table, String name) {
        NestedField field = table.schema().findField(name);
        if (field == null) {
            field = table.schemas().values().stream().map(s -> s.findField(name)).filter(Objects::nonNull)
                    .map(f -> table.schema().findField(f.fieldId())).filter(Objects::nonNull).findFirst().orElse(null);
        }
        return field != null && field.type().isPrimitiveType() && isSingle(table.schema(), field.fieldId())
                ? Integer.valueOf(field.fieldId())
                : null;
    }

    private static boolean isSingle(Schema schema, int id) {
        var parents = TypeUtil.indexParents(schema.asStruct());
        for (Integer parent = parents.get(id); parent != null; parent = parents.get(parent)) {
            if (!schema.findType(parent).isStructType()) {
                return false;
            }
        }
        return true;
    }

    /** The columns as users name them. */
    public List<String> names(Schema schema) {
        return columns.stream().map(schema::findColumnName).toList();
    }

    /** The name of an operation as its files have it in theirs. */
    public String named(String operation) {
        return operation + mark();
    }

    /** Whether a file has been written for it. */
    public boolean isNamed(String location) {
        String name = location.substring(location.lastIndexOf('/') + 1);
        return name.contains(mark() + "-") || name.contains(mark() + TierFiles.MARK);
    }

    private String mark() {
        return MARK + columns.stream().map(String::valueOf).collect(Collectors.joining("."));
    }
}

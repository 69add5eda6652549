package millrace.sinks.iceberg.table;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.contract.Column;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;

/**
 * The columns that the records of a writer have, by their present names.
 *
 * @param defaults what readers assume of records that are older than a column, by the name of the column, in the engine's
 *        own representation
 */
public record WriterColumns(FieldType.Struct row, Map<String, Object> defaults) {
    public WriterColumns {
        defaults = Map.copyOf(defaults);
    }

    /** Columns of which older records have nothing. */
    public static WriterColumns of(FieldType.Struct row) {
        return new WriterColumns(row, Map.of());
    }

    /** @throws millrace.schemas.problem.ProblemException if the schema has what no row can hold */
    public static WriterColumns of(Schema writer, FormerNames names) {
        List<Column> columns = AvroTypes.columnsOf(writer);
        FieldType.Struct row = names
                .present(new FieldType.Struct(columns.stream().map(Column::field).toList()));
        return of(row, columns);
    }

    private static WriterColumns of(FieldType.Struct row, List<Column> columns) {
        Map<String, Object> defaults = new HashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            String name = row.fields().get(i).name();
            columns.get(i).defaultValue().ifPresent(value -> defaults.put(name, value));
        }
        return new WriterColumns(row, defaults);
    }
}

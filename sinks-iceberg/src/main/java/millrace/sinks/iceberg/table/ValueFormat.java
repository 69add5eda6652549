package millrace.sinks.iceberg.table;

import java.util.List;
import millrace.schemas.contract.Column;
import millrace.schemas.row.FieldType;

/** How the values of a topic are written, which decides where the columns of a record are known from. */
public sealed interface ValueFormat {
    /** Avro in Confluent's framing: each record names its schema, and the table follows the schemas that come. */
    record Avro() implements ValueFormat {}

    /**
     * JSON objects. They name no schema: the contract's columns are what is read of them, and the table follows the
     * contract.
     *
     * @param columns the contract's, made optional at any depth: what a record lacks is null in its row, and whether it
     *        may be lacking is for the quarantine to judge
     */
    record Json(List<Column> columns) implements ValueFormat {
        public Json {
            columns = columns.stream().map(Column::optional).toList();
        }

        public FieldType.Struct rowType() {
            return new FieldType.Struct(columns.stream().map(Column::field).toList());
        }

        /**
         * What stands for the registry's id where a change of the table is asked for: the same for the same columns in
         * every process, and negative, as no registry's id is.
         */
        public int schemaId() {
            return rowType().toString().hashCode() | Integer.MIN_VALUE;
        }
    }
}

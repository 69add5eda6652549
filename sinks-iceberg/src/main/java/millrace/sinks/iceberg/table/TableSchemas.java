package millrace.sinks.iceberg.table;

import millrace.schemas.row.FieldType;
import org.apache.iceberg.Schema;

/** Decides how rows of a schema and the schema of a table go together. Pure. */
public final class TableSchemas {
    private TableSchemas() {}

    /**
     * What has to happen before rows of {@code incoming} can be written to the spec's table.
     *
     * @param table the table's schema as committed
     * @param incoming the columns of a writer's schema
     */
    public static TableEvolution fit(TableSpec spec, Schema table, FieldType.Struct incoming) {
        throw new UnsupportedOperationException("follows");
    }

    /** Adds the changes of a decision to an uncommitted schema update, which may be part of a transaction. */
    public static void apply(TableEvolution.Evolve evolve, org.apache.iceberg.UpdateSchema update) {
        throw new UnsupportedOperationException("follows");
    }
}

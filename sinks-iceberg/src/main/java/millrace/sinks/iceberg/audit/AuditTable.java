package millrace.sinks.iceberg.audit;

import java.time.ZoneOffset;
import java.util.Map;
import millrace.schemas.problem.ProblemException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/**
 * The table {@code millrace.audit} of a catalog, one row for each entry.
 */
public final class AuditTable {
    /** As {@code namespace.name}. */
    public static final String NAME = "millrace.audit";
    private static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "id", Types.StringType.get()),
            Types.NestedField.required(2, "done_at", Types.TimestampType.withZone()),
            Types.NestedField.required(3, "who", Types.StringType.get()),
            Types.NestedField.required(4, "pipeline", Types.StringType.get()),
            Types.NestedField.required(5, "action", Types.StringType.get()),
            Types.NestedField.required(6, "subject", Types.StringType.get()),
            Types.NestedField.optional(7, "table_name", Types.StringType.get()),
            Types.NestedField.optional(8, "from_snapshot", Types.LongType.get()),
            Types.NestedField.optional(9, "to_snapshot", Types.LongType.get()),
            Types.NestedField.required(10, "offsets", Types.StringType.get()),
            Types.NestedField.required(11, "revision", Types.StringType.get()),
            Types.NestedField.optional(12, "reason", Types.StringType.get()));

    private static final AppendedTable TABLE = new AppendedTable(NAME, SCHEMA);

    private AuditTable() {}

    /**
     * Writes an entry, if none of its id is there; makes the table first, if there is none.
     *
     * @param catalogProperties Iceberg's
     * @throws ProblemException if the catalog cannot be opened or does not answer
     */
    public static void add(Map<String, String> catalogProperties, AuditEntry entry) {
        TABLE.add(catalogProperties, row(entry), entry.action() + " of " + entry.subject());
    }

    private static Record row(AuditEntry entry) {
        Record row = GenericRecord.create(SCHEMA);
        row.setField("id", entry.id());
        row.setField("done_at", entry.at().atOffset(ZoneOffset.UTC));
        row.setField("who", entry.who());
        row.setField("pipeline", entry.pipeline());
        row.setField("action", entry.action());
        row.setField("subject", entry.subject());
        row.setField("table_name", entry.table().orElse(null));
        row.setField("from_snapshot", entry.from().isPresent() ? entry.from().getAsLong() : null);
        row.setField("to_snapshot", entry.to().isPresent() ? entry.to().getAsLong() : null);
        row.setField("offsets", entry.offsets());
        row.setField("revision", entry.revision());
        row.setField("reason", entry.reason().orElse(null));
        return row;
    }
}

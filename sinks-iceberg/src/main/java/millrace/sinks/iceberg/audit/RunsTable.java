package millrace.sinks.iceberg.audit;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.ProblemException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/** The table {@code millrace.runs} of a catalog, one row for each attempt at something that schedules ask for. */
public final class RunsTable {
    /** As {@code namespace.name}. */
    public static final String NAME = "millrace.runs";
    private static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "id", Types.StringType.get()),
            Types.NestedField.required(2, "pipeline", Types.StringType.get()),
            Types.NestedField.required(3, "schedule", Types.StringType.get()),
            Types.NestedField.required(4, "action", Types.StringType.get()),
            Types.NestedField.required(5, "due_at", Types.TimestampType.withZone()),
            Types.NestedField.required(6, "status", Types.StringType.get()),
            Types.NestedField.required(7, "attempt", Types.IntegerType.get()),
            Types.NestedField.required(8, "ended_at", Types.TimestampType.withZone()),
            Types.NestedField.optional(9, "message", Types.StringType.get()),
            Types.NestedField.required(10, "who", Types.StringType.get()));
    private static final AppendedTable TABLE = new AppendedTable(NAME, SCHEMA);

    /**
     * An attempt that has ended.
     *
     * @param id unique for all time; the same is written once
     */
    public record Row(String id, String pipeline, String schedule, String action, Instant due, String status,
            int attempt, Instant ended, Optional<String> message, String who) {}

    private RunsTable() {}

    /**
     * Writes a row, if none of its id is there; makes the table first, if there is none.
     *
     * @param catalogProperties Iceberg's
     * @throws ProblemException if the catalog cannot be opened or does not answer
     */
    public static void add(Map<String, String> catalogProperties, Row of) {
        Record row = GenericRecord.create(SCHEMA);
        row.setField("id", of.id());
        row.setField("pipeline", of.pipeline());
        row.setField("schedule", of.schedule());
        row.setField("action", of.action());
        row.setField("due_at", of.due().atOffset(ZoneOffset.UTC));
        row.setField("status", of.status());
        row.setField("attempt", of.attempt());
        row.setField("ended_at", of.ended().atOffset(ZoneOffset.UTC));
        row.setField("message", of.message().orElse(null));
        row.setField("who", of.who());
        TABLE.add(catalogProperties, row, of.id());
    }
}

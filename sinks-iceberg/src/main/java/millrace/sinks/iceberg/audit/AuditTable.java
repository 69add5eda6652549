package millrace.sinks.iceberg.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;

/**
 * The table {@code millrace.audit} of a catalog, one row for each entry. Unlike those that topics land in it has no committer:
 * whoever has done something appends to it.
 */
public final class AuditTable {
    /** As {@code namespace.name}. */
    public static final String NAME = "millrace.audit";
    private static final TableIdentifier IDENTIFIER = TableIdentifier.parse(NAME);
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

    private AuditTable() {}

    /**
     * Writes an entry, if none of its id is there; makes the table first, if there is none.
     *
     * @param catalogProperties Iceberg's
     * @throws ProblemException if the catalog cannot be opened or does not answer
     */
    public static void add(Map<String, String> catalogProperties, AuditEntry entry) {
        Catalog catalog = Catalogs.open(catalogProperties);
        try {
            Table table = loadOrCreate(catalog);
            if (!has(table, entry.id())) {
                append(table, entry);
            }
        } catch (ProblemException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ProblemException(Problem.of(SinkProblem.CATALOG_UNAVAILABLE, NAME, entry.action() + " of "
                    + entry.subject() + " is done, but not written down: " + Failure.words(e))
                    .withRemedy("Do it again when the catalog answers; what is done is not done twice."));
        } finally {
            Catalogs.close(catalog);
        }
    }

    private static Table loadOrCreate(Catalog catalog) {
        if (catalog.tableExists(IDENTIFIER)) {
            return catalog.loadTable(IDENTIFIER);
        }
        try {
            if (catalog instanceof SupportsNamespaces namespaces
                    && !namespaces.namespaceExists(Namespace.of(IDENTIFIER.namespace().level(0)))) {
                namespaces.createNamespace(IDENTIFIER.namespace());
            }
        } catch (AlreadyExistsException e) {
            // Someone else was quicker, as may be with the table.
        }
        try {
            return catalog.createTable(IDENTIFIER, SCHEMA, PartitionSpec.unpartitioned(),
                    Map.of(TableProperties.COMMIT_NUM_RETRIES, "20"));
        } catch (AlreadyExistsException e) {
            return catalog.loadTable(IDENTIFIER);
        }
    }

    private static boolean has(Table table, String id) {
        try (TableRows rows = TableRows.of(table, Expressions.equal("id", id), "id")) {
            return rows.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void append(Table table, AuditEntry entry) {
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table).dataFileFormat(FileFormat.PARQUET)
                .build().newDataWriter(OutputFileFactory.builderFor(table, 0, 0)
                        .operationId(UUID.randomUUID().toString()).format(FileFormat.PARQUET).build().newOutputFile(),
                        table.spec(), null);
        try (writer) {
            writer.write(row(entry));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        table.newAppend().appendFile(writer.toDataFile()).commit();
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

package millrace.sinks.iceberg.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;

/**
 * A table of few rows that whoever has something to say appends to. Unlike those that topics land in it has no committer. Rows
 * have a column {@code id}, and the same is written once.
 *
 * @param name {@code namespace.name}
 */
record AppendedTable(String name, Schema schema) {
    /**
     * Writes a row, if none of its id is there; makes the table first, if there is none.
     *
     * @param what is written down, for people
     * @throws ProblemException if the catalog cannot be opened or does not answer
     */
    void add(Map<String, String> catalogProperties, Record row, String what) {
        Catalog catalog = Catalogs.open(catalogProperties);
        try {
            Table table = loadOrCreate(catalog);
            if (!has(table, (String) row.getField("id"))) {
                append(table, row);
            }
        } catch (ProblemException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ProblemException(Problem.of(SinkProblem.CATALOG_UNAVAILABLE, name,
                    what + " is done, but not written down: " + Failure.words(e))
                    .withRemedy("Do it again when the catalog answers; what is done is not done twice."));
        } finally {
            Catalogs.close(catalog);
        }
    }

    private Table loadOrCreate(Catalog catalog) {
        TableIdentifier identifier = TableIdentifier.parse(name);
        if (catalog.tableExists(identifier)) {
            return catalog.loadTable(identifier);
        }
        try {
            if (catalog instanceof SupportsNamespaces namespaces
                    && !namespaces.namespaceExists(Namespace.of(identifier.namespace().level(0)))) {
                namespaces.createNamespace(identifier.namespace());
            }
        } catch (AlreadyExistsException e) {
            // Someone else was quicker, as may be with the table.
        }
        try {
            return catalog.createTable(identifier, schema, PartitionSpec.unpartitioned(),
                    Map.of(TableProperties.COMMIT_NUM_RETRIES, "20"));
        } catch (AlreadyExistsException e) {
            return catalog.loadTable(identifier);
        }
    }

    private static boolean has(Table table, String id) {
        try (TableRows rows = TableRows.of(table, Expressions.equal("id", id), "id")) {
            return rows.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void append(Table table, Record row) {
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table).dataFileFormat(FileFormat.PARQUET)
                .build().newDataWriter(OutputFileFactory.builderFor(table, 0, 0)
                        .operationId(UUID.randomUUID().toString()).format(FileFormat.PARQUET).build().newOutputFile(),
                        table.spec(), null);
        try (writer) {
            writer.write(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        table.newAppend().appendFile(writer.toDataFile()).commit();
    }
}

package millrace.sinks.iceberg.file;

import java.util.List;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.table.TableEvolution;

/** What became of a record that was handed to a {@link StagedWriter}. */
public sealed interface Appended {
    /** The record is a row of an open file; an undecodable one in a bronze table as bytes with an error text. */
    record Written() implements Appended {}

    /**
     * The record's schema needs a change of the table first; nothing was appended. Once the table has changed, append
     * the record to a writer opened on the changed table.
     *
     * @param schemaId the registry's, or {@link millrace.sinks.iceberg.table.ValueFormat.Json#schemaId}
     */
    record NeedsSchema(int schemaId, TableEvolution.Evolve evolve) implements Appended {}

    /**
     * The record cannot be a row of this table: its schema is incompatible with the table's, or it is undecodable and
     * the table has no column for bytes. Nothing was appended, and the same record is refused again until the table
     * changes.
     *
     * @param schemaId -1 where the record names none
     */
    record Refused(int schemaId, List<Problem> problems) implements Appended {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /** The one value of {@link Written}; appending a row allocates no result. */
    Written WRITTEN = new Written();
}

package millrace.sinks.iceberg.commit;

import millrace.schemas.problem.Problem;

/** What came of looking at a table. */
public sealed interface TableLook {
    /** The table is there and its mark can be trusted. */
    record Found(TableState state) implements TableLook {}

    /**
     * Nothing may be written until the problem is gone: the table is missing or was rolled back by someone else, or the
     * catalog does not answer.
     */
    record Unusable(Problem problem) implements TableLook {}
}

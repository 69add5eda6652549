package millrace.sinks.iceberg.event;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * One message of the control topic. Workers ask, committers answer; the key is the table's UUID, so that all events of
 * a table are in one partition, in one order. Every event may arrive twice or, once its sender is gone, never.
 */
public sealed interface SinkEvent {
    /** UUID of the Iceberg table; a table recreated under the same name does not share it. */
    UUID table();

    /** What a committer sends. Answers of an older epoch than one has seen are those of a fenced committer. */
    sealed interface Answer extends SinkEvent {
        long epoch();
    }

    /** A worker proposes closed files. */
    record FilesStaged(UUID table, Proposal proposal) implements SinkEvent {}

    /**
     * A worker has met records of a schema that the table cannot hold yet.
     *
     * @param schemaId the registry's id, not the table's; negative where it is the contract of a JSON topic
     */
    record SchemaNeeded(UUID table, String worker, int schemaId) implements SinkEvent {}

    /** A maintenance worker proposes that files take the place of others. */
    record RewriteStaged(UUID table, Rewrite rewrite) implements SinkEvent {}

    /** Someone proposes that rows take the place of all rows of a stretch of time. */
    record RangeStaged(UUID table, Publication publication) implements SinkEvent {}

    /**
     * Files have taken the place of others.
     *
     * @param rewrite id of the rewrite or publication that has done it
     * @param layout of the table since then; positions of an older one can be followed for a while
     */
    record Rewritten(UUID table, long epoch, String rewrite, long snapshotId, long layout) implements Answer {}

    /** A rewrite or publication will never be part of the table. */
    record RewriteRefused(UUID table, long epoch, String rewrite, String message) implements Answer {}

    /**
     * Proposals are part of the table.
     *
     * @param snapshotId the snapshot that holds them, or a later one
     * @param position of the table then
     * @param schemaId the table's current schema
     */
    record Committed(UUID table, long epoch, List<String> proposals, long snapshotId, SourcePosition position,
            int schemaId) implements Answer {
        public Committed {
            proposals = List.copyOf(proposals);
        }
    }

    /**
     * A proposal, and with it every successor of it, will never be part of the table.
     *
     * @param snapshotId the table's snapshot then; 0 if it has none
     * @param position of the table in that snapshot: where to go on from
     */
    record Rejected(UUID table, long epoch, String proposal, Reason reason, long snapshotId, SourcePosition position)
            implements
                Answer {}

    /** The table can hold records of the schema {@code schemaId} that was asked for; {@code tableSchemaId} is current. */
    record SchemaEvolved(UUID table, long epoch, int schemaId, int tableSchemaId) implements Answer {}

    /** The table will not be changed for records of the schema {@code schemaId} that was asked for. */
    record SchemaRefused(UUID table, long epoch, int schemaId, String message) implements Answer {}

    /**
     * Work on a table stands still; sent when that begins and again now and then, for whoever watches.
     *
     * @param reporter which process and role
     * @param code name of the problem's code
     */
    record Blocked(UUID table, String reporter, String code, String message, String remedy, Instant since)
            implements
                SinkEvent {}

    /** Work on a table goes on. */
    record Unblocked(UUID table, String reporter) implements SinkEvent {}

    /** Why a proposal was refused. */
    enum Reason {
        /** Its ranges do not start where the accepted ones end: another worker was there before it. */
        RANGE,
        /** What it builds on was not accepted. */
        PREDECESSOR,
        /** The table's layout has changed since the worker started. */
        LAYOUT,
        /** It was read from another topic than the one whose position the table holds. */
        TOPIC,
        /** Its files were written with a schema that the table does not have. */
        SCHEMA,
        /** It is so old that its files may be taken for orphans. */
        AGE,
        /** Its files cannot be read as files of this table. */
        FILES
    }
}

package millrace.sinks.iceberg.stage;

import java.util.List;
import java.util.Map;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.SourcePosition;

/**
 * What a worker knows of the rows that its table has: of a table whose rows stay, nothing. It follows the worker's own
 * proposals, since nobody else changes the rows of the worker's partitions while the table's layout is the same. When a
 * method throws, the worker {@link #begin}s anew.
 */
public interface KnownRows {
    /** Of tables whose rows stay. */
    KnownRows NONE = new KnownRows() {
        @Override
        public void begin(TableState table, String topicId, Map<Integer, Long> from) {}

        @Override
        public Readiness prepare() {
            return Readiness.READY;
        }

        @Override
        public void proposed(Proposal proposal) {}

        @Override
        public void committed(List<String> proposals, long snapshotId, SourcePosition position) {}

        @Override
        public void moved(TableState table) {}

        @Override
        public void tidy() {}

        @Override
        public boolean beginsAnewWhenRejected() {
            return false;
        }
    };

    /**
     * Forgets what is proposed and not committed, and takes the table as it is in this state.
     *
     * @param from by partition of the worker, where it reads on
     */
    void begin(TableState table, String topicId, Map<Integer, Long> from);

    /** Goes on getting to know the table, for some seconds at most; nothing is staged before it is ready. */
    Readiness prepare();

    /** A proposal, whose files it knows by its id, builds on the one before. */
    void proposed(Proposal proposal);

    /**
     * These proposals and all before them are in the table.
     *
     * @param snapshotId one that has them, and perhaps later ones too
     * @param position of the table in that snapshot
     */
    void committed(List<String> proposals, long snapshotId, SourcePosition position);

    /**
     * The table has been rewritten: rows are where its history says from now on, which leads here from the layout that it
     * was told last. When it throws, nothing has changed.
     *
     * @throws RowsLostException if it cannot be found out where they are
     */
    void moved(TableState table);

    /** Does for some milliseconds what can wait. */
    void tidy();

    /** Whether the worker starts from the table after any rejection, even if it could build on what is left. */
    boolean beginsAnewWhenRejected();

    /** It cannot be found out where rows are now; whoever needs to know begins anew. */
    final class RowsLostException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public RowsLostException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** How far {@link #prepare} is. */
    sealed interface Readiness {
        Readiness READY = new Ready();

        record Ready() implements Readiness {}

        /** @param filesRead of {@code files} that have to be read */
        record Reading(int filesRead, int files, long rows) implements Readiness {}
    }
}

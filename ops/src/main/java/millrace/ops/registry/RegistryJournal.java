package millrace.ops.registry;

import java.util.List;
import java.util.function.Consumer;
import millrace.schemas.registry.ledger.LedgerEvent;

/** Where a registry's events are kept. Whoever opened it last is its only writer. */
public interface RegistryJournal extends AutoCloseable {
    /**
     * Makes this the only writer, shuts out any earlier one, and hands over every event written so far, in order.
     *
     * @throws JournalFailed if the journal cannot be read now; opening may be tried again
     */
    void open(Consumer<LedgerEvent> events);

    /**
     * Writes events, all or none.
     *
     * @throws JournalFailed if it is not known whether they were written; the journal must be opened again before
     *         anything else
     */
    void append(List<LedgerEvent> events);

    @Override
    void close();

    /** The journal cannot be read or written now. */
    final class JournalFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public JournalFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}

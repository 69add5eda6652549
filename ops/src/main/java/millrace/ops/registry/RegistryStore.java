package millrace.ops.registry;

import java.util.function.Function;
import millrace.schemas.registry.ledger.Decision;
import millrace.schemas.registry.ledger.LedgerEvent;
import millrace.schemas.registry.ledger.RegistryFault;
import millrace.schemas.registry.ledger.SchemaLedger;

/**
 * A ledger with its journal. Requests are served one at a time; a change is answered only after it is in the journal.
 * When a write fails it is not known what the journal holds, so the next request reads it anew before it is served.
 */
final class RegistryStore {
    private final RegistryJournal journal;
    /** Null while the journal has to be opened. */
    private SchemaLedger ledger;

    RegistryStore(RegistryJournal journal) {
        this.journal = journal;
    }

    synchronized <T> T read(Function<SchemaLedger, T> question) {
        return question.apply(ledger());
    }

    /** @throws RegistryFault of the deciding, or if the journal cannot be written; the change may be there then */
    synchronized <T> T change(Function<SchemaLedger, Decision<T>> deciding) {
        Decision<T> decision = deciding.apply(ledger());
        if (decision.events().isEmpty()) {
            return decision.answer();
        }
        try {
            journal.append(decision.events());
        } catch (RegistryJournal.JournalFailed e) {
            ledger = null;
            throw RegistryFault.storeFailed(e.getMessage());
        }
        for (LedgerEvent event : decision.events()) {
            ledger.apply(event);
        }
        return decision.answer();
    }

    private SchemaLedger ledger() {
        if (ledger == null) {
            SchemaLedger read = new SchemaLedger();
            try {
                journal.open(read::apply);
            } catch (RegistryJournal.JournalFailed e) {
                throw RegistryFault.storeFailed(e.getMessage());
            }
            ledger = read;
        }
        return ledger;
    }

    synchronized void close() {
        ledger = null;
        journal.close();
    }
}

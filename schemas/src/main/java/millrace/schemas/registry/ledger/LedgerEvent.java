package millrace.schemas.registry.ledger;

import java.util.Optional;

/** What happened to a registry. Later events on the same thing replace earlier ones, so a journal may be compacted. */
public sealed interface LedgerEvent {
    /** A version was registered, or marked as deleted. */
    record SchemaSet(StoredSchema schema) implements LedgerEvent {}

    /** A version was removed for good. */
    record SchemaErased(String subject, int version) implements LedgerEvent {}

    /** Every version of a subject up to one was marked as deleted; written by other registries only. */
    record SubjectDeleted(String subject, int version) implements LedgerEvent {}

    /** A level was set or, if absent, removed; without a subject the registry's own. */
    record CompatibilitySet(Optional<String> subject, Optional<String> level) implements LedgerEvent {}

    /** A mode was set or, if absent, removed; without a subject the registry's own. */
    record ModeSet(Optional<String> subject, Optional<SubjectMode> mode) implements LedgerEvent {}

    /** Ids up to this one were given out, though the schemas may be gone: they are never given out again. */
    record IdsUsed(int highest) implements LedgerEvent {}
}

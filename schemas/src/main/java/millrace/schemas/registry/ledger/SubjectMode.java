package millrace.schemas.registry.ledger;

/** What a subject, or the whole registry, takes in. */
public enum SubjectMode {
    READWRITE, READONLY,
    /** Schemas are registered with the ids and versions they have elsewhere, unchecked. */
    IMPORT
}

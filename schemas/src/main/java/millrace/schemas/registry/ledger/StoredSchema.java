package millrace.schemas.registry.ledger;

import java.util.List;

/** One version of a subject. Versions of other subjects that say the same have the same id. */
public record StoredSchema(String subject, int version, int id, String schema, List<Reference> references,
        boolean deleted) {
    public StoredSchema {
        references = List.copyOf(references);
    }

    StoredSchema asDeleted() {
        return new StoredSchema(subject, version, id, schema, references, true);
    }
}

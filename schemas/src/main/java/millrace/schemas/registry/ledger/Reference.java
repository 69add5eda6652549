package millrace.schemas.registry.ledger;

/** A named type that a schema uses and another subject's version defines. */
public record Reference(String name, String subject, int version) {}

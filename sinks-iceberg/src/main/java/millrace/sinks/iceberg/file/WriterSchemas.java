package millrace.sinks.iceberg.file;

import org.apache.avro.Schema;

/** Finds the schema a record was written with; {@code registry::byId} is one. */
@FunctionalInterface
public interface WriterSchemas {
    /**
     * Throws {@link millrace.schemas.registry.UnknownSchemaException} if there is no such schema, and
     * {@link millrace.schemas.registry.RegistryUnavailableException} if that cannot be known now.
     */
    Schema byId(int id);
}

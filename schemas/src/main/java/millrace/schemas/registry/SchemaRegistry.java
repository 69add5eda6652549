package millrace.schemas.registry;

import java.util.Optional;
import org.apache.avro.Schema;

/**
 * The registry as the engine needs it. Every method throws {@link RegistryUnavailableException} when the registry
 * cannot be asked now; nothing has changed then and the call may be repeated.
 */
public interface SchemaRegistry {
    /** The schema behind an id; throws {@link UnknownSchemaException} if the registry does not know the id. */
    Schema byId(int id);

    /**
     * The id of a schema under a subject, registered if it is new; throws {@link IncompatibleSchemaException} if the
     * subject's compatibility forbids it.
     */
    int register(String subject, Schema schema);

    /** The newest schema of a subject, with its id. */
    Optional<Registered> latest(String subject);

    /** Problems that registering this schema would meet, in the registry's words; empty when it is allowed. */
    java.util.List<String> incompatibilities(String subject, Schema schema);

    record Registered(int id, int version, Schema schema) {}
}

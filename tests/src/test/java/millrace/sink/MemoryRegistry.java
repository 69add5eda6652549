package millrace.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.registry.UnknownSchemaException;
import org.apache.avro.Schema;

/** Schemas by the order in which they came; can be made not to answer. */
final class MemoryRegistry implements SchemaRegistry {
    private final List<Schema> schemas = new ArrayList<>();
    volatile boolean down;

    @Override
    public synchronized Schema byId(int id) {
        if (down) {
            throw new RegistryUnavailableException("down", null);
        }
        if (id < 1 || id > schemas.size()) {
            throw new UnknownSchemaException("no schema " + id, null);
        }
        return schemas.get(id - 1);
    }

    @Override
    public synchronized int register(String subject, Schema schema) {
        schemas.add(schema);
        return schemas.size();
    }

    @Override
    public Optional<Registered> latest(String subject) {
        return Optional.empty();
    }

    @Override
    public List<String> incompatibilities(String subject, Schema schema) {
        return List.of();
    }
}

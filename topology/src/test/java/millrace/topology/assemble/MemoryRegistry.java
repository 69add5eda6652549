package millrace.topology.assemble;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.registry.UnknownSchemaException;
import org.apache.avro.Schema;

/** A registry in memory; counts what it is asked, and can be away for a number of questions. */
public final class MemoryRegistry implements SchemaRegistry {
    private final List<Schema> schemas = new ArrayList<>();
    private int asked;
    private int awayFor;

    public int add(Schema schema) {
        schemas.add(schema);
        return schemas.size();
    }

    public synchronized int asked() {
        return asked;
    }

    public synchronized void beAwayFor(int questions) {
        awayFor = questions;
    }

    @Override
    public synchronized Schema byId(int id) {
        asked++;
        if (awayFor > 0) {
            awayFor--;
            throw new RegistryUnavailableException("connection refused", null);
        }
        if (id < 1 || id > schemas.size()) {
            throw new UnknownSchemaException("no schema " + id, null);
        }
        return schemas.get(id - 1);
    }

    @Override
    public int register(String subject, Schema schema) {
        int at = schemas.indexOf(schema);
        return at < 0 ? add(schema) : at + 1;
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

package millrace.topology.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.registry.UnknownSchemaException;
import org.apache.avro.Schema;

/** The schemas of one trial; an id is a place in the list, counted from 1. */
final class TrialRegistry implements SchemaRegistry {
    private final List<Schema> schemas = new ArrayList<>();

    @Override
    public Schema byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new UnknownSchemaException("no schema " + id, null);
        }
        return schemas.get(id - 1);
    }

    @Override
    public int register(String subject, Schema schema) {
        int at = schemas.indexOf(schema);
        if (at >= 0) {
            return at + 1;
        }
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

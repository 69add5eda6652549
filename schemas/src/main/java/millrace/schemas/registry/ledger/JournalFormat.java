package millrace.schemas.registry.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Events as keys and values of a compacted topic, in the form that Confluent's registry keeps in {@code _schemas}, so
 * that either can read what the other wrote.
 */
public final class JournalFormat {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IDS = "MILLRACE_IDS";

    /** A record of the topic; a null value erases the key. */
    public record Entry(String key, String value) {}

    private JournalFormat() {}

    public static Entry write(LedgerEvent event) {
        if (event instanceof LedgerEvent.SchemaSet e) {
            return new Entry(schemaKey(e.schema().subject(), e.schema().version()), schema(e.schema()).toString());
        } else if (event instanceof LedgerEvent.SchemaErased e) {
            return new Entry(schemaKey(e.subject(), e.version()), null);
        } else if (event instanceof LedgerEvent.SubjectDeleted e) {
            return new Entry(key("DELETE_SUBJECT", Optional.of(e.subject())).toString(),
                    JSON.createObjectNode().put("subject", e.subject()).put("version", e.version()).toString());
        } else if (event instanceof LedgerEvent.CompatibilitySet e) {
            return new Entry(key("CONFIG", e.subject()).toString(), e.level().map(
                    l -> JSON.createObjectNode().put("compatibilityLevel", l).toString()).orElse(null));
        } else if (event instanceof LedgerEvent.ModeSet e) {
            return new Entry(key("MODE", e.subject()).toString(),
                    e.mode().map(m -> JSON.createObjectNode().put("mode", m.name()).toString()).orElse(null));
        }
        return new Entry(key(IDS, Optional.empty()).toString(), JSON.createObjectNode()
                .put("highest", ((LedgerEvent.IdsUsed) event).highest()).toString());
    }

    private static String schemaKey(String subject, int version) {
        return JSON.createObjectNode().put("keytype", "SCHEMA").put("subject", subject).put("version", version)
                .put("magic", 1).toString();
    }

    private static ObjectNode key(String type, Optional<String> subject) {
        return JSON.createObjectNode().put("keytype", type).put("subject", subject.orElse(null)).put("magic", 0);
    }

    private static ObjectNode schema(StoredSchema s) {
        ObjectNode out = JSON.createObjectNode().put("subject", s.subject()).put("version", s.version()).put("id",
                s.id());
        if (!s.references().isEmpty()) {
            var list = out.putArray("references");
            s.references().forEach(r -> list.addObject().put("name", r.name()).put("subject", r.subject())
                    .put("version", r.version()));
        }
        return out.put("schema", s.schema()).put("deleted", s.deleted());
    }

    /**
     * The event of a record; empty for records without meaning for a ledger, such as {@code NOOP}.
     *
     * @throws IllegalArgumentException if the record is not of this format
     */
    public static Optional<LedgerEvent> read(String key, String value) {
        try {
            JsonNode k = JSON.readTree(key);
            JsonNode v = value == null ? null : JSON.readTree(value);
            Optional<String> subject = Optional.ofNullable(k.path("subject").textValue());
            return Optional.ofNullable(switch (k.path("keytype").asText()) {
                case "SCHEMA" -> v == null
                        ? new LedgerEvent.SchemaErased(subject.orElseThrow(), k.path("version").asInt())
                        : new LedgerEvent.SchemaSet(schema(v));
                case "DELETE_SUBJECT" -> v == null
                        ? null
                        : new LedgerEvent.SubjectDeleted(v.path("subject").asText(), v.path("version").asInt());
                case "CONFIG" -> new LedgerEvent.CompatibilitySet(subject,
                        Optional.ofNullable(v).map(c -> c.path("compatibilityLevel").textValue()));
                case "MODE" -> new LedgerEvent.ModeSet(subject,
                        Optional.ofNullable(v).map(m -> SubjectMode.valueOf(m.path("mode").asText())));
                case IDS -> v == null ? null : new LedgerEvent.IdsUsed(v.path("highest").asInt());
                default -> null;
            });
        } catch (JsonProcessingException | java.util.NoSuchElementException e) {
            throw new IllegalArgumentException("no record of a schema journal: " + key, e);
        }
    }

    private static StoredSchema schema(JsonNode v) {
        List<Reference> references = new ArrayList<>();
        v.path("references").forEach(r -> references.add(new Reference(r.path("name").asText(),
                r.path("subject").asText(), r.path("version").asInt())));
        return new StoredSchema(v.path("subject").asText(), v.path("version").asInt(), v.path("id").asInt(),
                v.path("schema").asText(), references, v.path("deleted").asBoolean());
    }
}

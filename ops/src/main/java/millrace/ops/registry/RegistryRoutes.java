package millrace.ops.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import millrace.schemas.registry.ledger.RegistryFault;
import millrace.schemas.registry.ledger.SchemaLedger;
import millrace.schemas.registry.ledger.SchemaLedger.Deleted;
import millrace.schemas.registry.ledger.SchemaLedger.Fallback;
import millrace.schemas.registry.ledger.SchemaLedger.Force;
import millrace.schemas.registry.ledger.SchemaLedger.Removal;
import millrace.schemas.registry.ledger.StoredSchema;

/** From a request of Confluent's REST protocol to the ledger and back to a JSON answer. */
final class RegistryRoutes {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What the client sends for "subjects of every context". */
    private static final String EVERY_CONTEXT = ":*:";

    private final RegistryStore store;

    RegistryRoutes(RegistryStore store) {
        this.store = store;
    }

    /**
     * The answer as something Jackson writes, or as text that is JSON already.
     *
     * @throws RegistryFault if the request is refused
     */
    Object answer(RegistryRequest r) {
        List<String> p = r.parts();
        return switch (p.isEmpty() ? "" : p.get(0)) {
            case "" -> Map.of();
            case "subjects" -> subjects(r, p);
            case "schemas" -> schemas(r, p);
            case "config" -> config(r, p);
            case "mode" -> mode(r, p);
            case "compatibility" -> compatibility(r, p);
            case "contexts" -> List.of(".");
            case "v1" -> metadata(r, p);
            default -> throw RegistryFault.notFound(r.path());
        };
    }

    private Object subjects(RegistryRequest r, List<String> p) {
        if (p.size() == 1) {
            require(r, "GET");
            String prefix = prefix(r);
            return store.read(l -> l.subjects(r.deleted()).stream().filter(s -> s.startsWith(prefix)).toList());
        }
        String subject = p.get(1);
        if (p.size() == 2) {
            return switch (r.method()) {
                case "POST" -> schema(store.read(l -> l.lookup(subject, r.schema(), r.form(), r.deleted())));
                case "DELETE" -> store.change(l -> l.deleteSubject(subject, removal(r)));
                default -> throw RegistryFault.notAllowed(r.method(), r.path());
            };
        }
        if (!p.get(2).equals("versions") || p.size() > 5) {
            throw RegistryFault.notFound(r.path());
        }
        return p.size() == 3 ? versions(r, subject) : version(r, subject, p);
    }

    private Object versions(RegistryRequest r, String subject) {
        return switch (r.method()) {
            case "GET" -> store.read(l -> l.versions(subject, r.deleted()));
            case "POST" -> {
                StoredSchema s = store.change(l -> l.register(subject, r.schema(), r.form()));
                yield JSON.createObjectNode().put("id", s.id());
            }
            default -> throw RegistryFault.notAllowed(r.method(), r.path());
        };
    }

    private Object version(RegistryRequest r, String subject, List<String> p) {
        int version = number(p.get(3));
        if (p.size() == 4 && r.method().equals("DELETE")) {
            return store.change(l -> l.deleteVersion(subject, version, removal(r)));
        }
        require(r, "GET");
        StoredSchema s = store.read(l -> l.version(subject, version, r.deleted()));
        return switch (p.size() == 4 ? "" : p.get(4)) {
            case "" -> schema(s);
            case "schema" -> s.schema();
            case "referencedby" -> store.read(l -> l.referencedBy(subject, s.version()));
            default -> throw RegistryFault.notFound(r.path());
        };
    }

    private Object schemas(RegistryRequest r, List<String> p) {
        require(r, "GET");
        if (p.size() == 1) {
            String prefix = prefix(r);
            return store.read(l -> l.subjects(r.deleted()).stream().filter(s -> s.startsWith(prefix))
                    .flatMap(s -> l.versions(s, r.deleted()).stream().map(v -> l.version(s, v, r.deleted()))
                            .filter(v -> !r.flag("latestOnly")
                                    || v.version() == l.version(s, SchemaLedger.LATEST, r.deleted()).version()))
                    .map(this::schema).toList());
        } else if (p.size() == 2 && p.get(1).equals("types")) {
            return List.of("AVRO");
        } else if (p.size() < 3 || !p.get(1).equals("ids")) {
            throw RegistryFault.notFound(r.path());
        }
        int id = id(p.get(2));
        return switch (p.size() == 3 ? "" : p.get(3)) {
            case "" -> byId(r, id);
            case "schema" -> store.read(l -> l.byId(id)).schema();
            case "subjects" -> withId(r, id).stream().map(StoredSchema::subject).distinct().toList();
            case "versions" -> withId(r, id).stream()
                    .map(s -> JSON.createObjectNode().put("subject", s.subject()).put("version", s.version())).toList();
            default -> throw RegistryFault.notFound(r.path());
        };
    }

    private Object byId(RegistryRequest r, int id) {
        StoredSchema s = store.read(l -> l.byId(id));
        ObjectNode out = JSON.createObjectNode().put("schema", s.schema());
        references(out, s);
        if (r.flag("fetchMaxId")) {
            out.put("maxId", store.read(SchemaLedger::highestId));
        }
        return out;
    }

    private Collection<StoredSchema> withId(RegistryRequest r, int id) {
        store.read(l -> l.byId(id));
        return store.read(l -> l.withId(id, r.deleted()));
    }

    private Object config(RegistryRequest r, List<String> p) {
        Optional<String> subject = subject(r, p);
        return switch (r.method()) {
            case "GET" -> Map.of("compatibilityLevel", store.read(l -> l.compatibility(subject, fallback(r))));
            case "PUT" -> Map.of("compatibility",
                    store.change(l -> l.setCompatibility(subject, r.text("compatibility"))));
            case "DELETE" -> Map.of("compatibilityLevel", store.change(l -> l.removeCompatibility(subject)));
            default -> throw RegistryFault.notAllowed(r.method(), r.path());
        };
    }

    private Object mode(RegistryRequest r, List<String> p) {
        Optional<String> subject = subject(r, p);
        return Map.of("mode", switch (r.method()) {
            case "GET" -> store.read(l -> l.mode(subject, fallback(r)));
            case "PUT" -> store.change(l -> l.setMode(subject, r.text("mode"), r.flag("force") ? Force.YES : Force.NO));
            case "DELETE" -> store.change(l -> l.removeMode(subject));
            default -> throw RegistryFault.notAllowed(r.method(), r.path());
        });
    }

    private Object compatibility(RegistryRequest r, List<String> p) {
        require(r, "POST");
        if (p.size() < 4 || p.size() > 5 || !p.get(1).equals("subjects") || !p.get(3).equals("versions")) {
            throw RegistryFault.notFound(r.path());
        }
        Optional<Integer> against = p.size() == 5 ? Optional.of(number(p.get(4))) : Optional.empty();
        List<String> reasons = store.read(l -> l.incompatibilities(p.get(2), r.schema(), against, r.form()));
        ObjectNode out = JSON.createObjectNode().put("is_compatible", reasons.isEmpty());
        if (r.flag("verbose")) {
            ArrayNode messages = out.putArray("messages");
            reasons.forEach(messages::add);
        }
        return out;
    }

    private static Object metadata(RegistryRequest r, List<String> p) {
        return switch (p.stream().skip(1).collect(Collectors.joining("/"))) {
            case "metadata/id" -> Map.of("id", "", "scope", Map.of("path", List.of(), "clusters",
                    Map.of("schema-registry-cluster", "millrace")));
            case "metadata/version" -> Map.of("version", "7.5.3", "commitId", "");
            default -> throw RegistryFault.notFound(r.path());
        };
    }

    private ObjectNode schema(StoredSchema s) {
        ObjectNode out = JSON.createObjectNode().put("subject", s.subject()).put("version", s.version()).put("id",
                s.id());
        references(out, s);
        return out.put("schema", s.schema());
    }

    private static void references(ObjectNode out, StoredSchema s) {
        if (!s.references().isEmpty()) {
            ArrayNode list = out.putArray("references");
            s.references().forEach(ref -> list.addObject().put("name", ref.name()).put("subject", ref.subject())
                    .put("version", ref.version()));
        }
    }

    private static Optional<String> subject(RegistryRequest r, List<String> p) {
        if (p.size() > 2) {
            throw RegistryFault.notFound(r.path());
        }
        return p.stream().skip(1).findFirst();
    }

    private static Fallback fallback(RegistryRequest r) {
        return r.flag("defaultToGlobal") ? Fallback.GLOBAL : Fallback.NONE;
    }

    private static Removal removal(RegistryRequest r) {
        return r.flag("permanent") ? Removal.PERMANENT : Removal.SOFT;
    }

    private static String prefix(RegistryRequest r) {
        String prefix = r.parameters().getOrDefault("subjectPrefix", "");
        return prefix.equals(EVERY_CONTEXT) ? "" : prefix;
    }

    private static int number(String version) {
        if (version.equals("latest") || version.equals("-1")) {
            return SchemaLedger.LATEST;
        }
        try {
            int n = Integer.parseInt(version);
            if (n >= 1) {
                return n;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw RegistryFault.invalidVersion(version);
    }

    private static int id(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw RegistryFault.notFound("the id " + text);
        }
    }

    private static void require(RegistryRequest r, String method) {
        if (!r.method().equals(method)) {
            throw RegistryFault.notAllowed(r.method(), r.path());
        }
    }
}

package millrace.ops.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.registry.ledger.Reference;
import millrace.schemas.registry.ledger.RegistryFault;
import millrace.schemas.registry.ledger.SchemaLedger.Deleted;
import millrace.schemas.registry.ledger.SchemaLedger.Form;
import millrace.schemas.registry.ledger.SchemaLedger.Submitted;

/** What a client asks: method, parts of the path, parameters, and the body if there is one. */
record RegistryRequest(String method, String path, List<String> parts, Map<String, String> parameters, byte[] body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static RegistryRequest of(String method, URI uri, byte[] body) {
        List<String> parts = new ArrayList<>();
        for (String part : uri.getRawPath().split("/")) {
            if (!part.isEmpty()) {
                parts.add(decoded(part));
            }
        }
        Map<String, String> parameters = new HashMap<>();
        if (uri.getRawQuery() != null) {
            for (String pair : uri.getRawQuery().split("&")) {
                int eq = pair.indexOf('=');
                parameters.put(decoded(eq < 0 ? pair : pair.substring(0, eq)),
                        eq < 0 ? "" : decoded(pair.substring(eq + 1)));
            }
        }
        return new RegistryRequest(method, uri.getRawPath(), List.copyOf(parts), parameters, body);
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RegistryFault.badRequest("The address cannot be read: " + e.getMessage());
        }
    }

    boolean flag(String name) {
        return Boolean.parseBoolean(parameters.get(name));
    }

    Deleted deleted() {
        return flag("deleted") ? Deleted.SHOWN : Deleted.HIDDEN;
    }

    Form form() {
        return flag("normalize") ? Form.NORMALIZED : Form.AS_WRITTEN;
    }

    JsonNode json() {
        try {
            JsonNode node = JSON.readTree(body);
            if (node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            throw RegistryFault.badRequest("The body is not JSON: " + e.getOriginalMessage());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e); // there is no stream under an array
        }
        throw RegistryFault.badRequest("The body is not a JSON object.");
    }

    String text(String key) {
        String value = json().path(key).textValue();
        if (value == null) {
            throw RegistryFault.badRequest("The body has no text \"" + key + "\".");
        }
        return value;
    }

    Submitted schema() {
        JsonNode json = json();
        List<Reference> references = new ArrayList<>();
        json.path("references").forEach(r -> references.add(new Reference(r.path("name").asText(),
                r.path("subject").asText(), r.path("version").asInt())));
        return new Submitted(json.path("schemaType").asText("AVRO"), json.path("schema").asText(), references,
                number(json, "id"), number(json, "version"));
    }

    private static Optional<Integer> number(JsonNode json, String key) {
        return Optional.of(json.path(key)).filter(n -> n.isInt() && n.intValue() > 0).map(JsonNode::intValue);
    }
}

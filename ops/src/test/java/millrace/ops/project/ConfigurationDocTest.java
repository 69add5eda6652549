package millrace.ops.project;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import millrace.topology.model.ModelKey;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} and the editors' schemas are written from the lists of keys:
 * {@code mvn verify -Dgolden=accept} renews them.
 */
class ConfigurationDocTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
    private static final Path DOCS = MODULE.getParent().resolve("docs");

    @Test
    void theListOfKeysIsCurrent() throws IOException {
        String frame = Files.readString(MODULE.resolve("src/test/resources/docs/configuration.md"));
        hold("configuration.md", frame.replace("${project}", keys(ConfigKey.PROJECT))
                .replace("${profile}", keys(ConfigKey.PROFILE)).replace("${schedule}", keys(ConfigKey.SCHEDULE))
                .replace("${model}", models()));
    }

    @Test
    void theSchemasForEditorsAreCurrent() throws IOException {
        hold("schemas/millrace.schema.json", EditorSchemas.project());
        hold("schemas/profiles.schema.json", EditorSchemas.profiles());
        hold("schemas/models.schema.json", EditorSchemas.models());
        hold("schemas/tests.schema.json", EditorSchemas.tests());
    }

    @Test
    void aSchemaTakesEverySpellingThatTheReaderTakes() throws IOException {
        JsonNode schema = new ObjectMapper().readTree(EditorSchemas.project());
        assertThat(under(schema, "defaults", "commit", "interval").path("type").asText()).isEqualTo("string");
        assertThat(under(schema, "defaults.commit", "interval"))
                .isEqualTo(under(schema, "defaults", "commit.interval"));
        assertThat(under(schema, "defaults.commit.interval").isMissingNode()).isFalse();
        assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
    }

    private static JsonNode under(JsonNode schema, String... keys) {
        JsonNode node = schema;
        for (String key : keys) {
            node = node.path("properties").path(key);
        }
        return node;
    }

    private static void hold(String name, String expected) throws IOException {
        Path file = DOCS.resolve(name);
        if ("accept".equals(System.getProperty("golden"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, expected);
        }
        assertThat(file).hasContent(expected);
    }

    private static String keys(List<ConfigKey> keys) {
        StringBuilder text = new StringBuilder("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        for (ConfigKey k : keys) {
            String name = k.kind().isPrefix() ? k.name() + ".*" : k.name();
            text.append(row(name, k.kind().words(), quoted(k.fallback()), k.description()));
        }
        return text.toString();
    }

    private static String models() {
        StringBuilder text = new StringBuilder("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        ModelKey.CONFIG.forEach(
                k -> text.append(row(k.name(), k.form().words(), quoted(k.fallback()), k.description())));
        return text.append(row("iceberg.*", "text", "", "The same as an entry of `table_properties`.")).toString();
    }

    private static String row(String key, String value, String fallback, String meaning) {
        return "| `" + key + "` | " + value + " | " + fallback + " | " + meaning.replace("|", "\\|") + " |\n";
    }

    /** Values stand as code, sentences as they are. */
    private static String quoted(String fallback) {
        return fallback.isEmpty() || fallback.contains(" ") || fallback.contains("`") ? fallback : "`" + fallback + "`";
    }
}

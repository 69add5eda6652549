package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import millrace.ops.registry.EmbeddedRegistry;
import millrace.ops.registry.RegistryJournal;
import millrace.schemas.registry.ledger.LedgerEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContractCommandTest {
    private static final String OLD = """
        apiVersion: v3.2.0
        kind: DataContract
        id: clicks
        version: 1.0.0
        schema:
          - name: clicks
            physicalName: web.clicks
            properties:
              - {name: id, logicalType: string, required: true}
              - {name: amount, logicalType: number}
              - {name: at, logicalType: timestamp}
        customProperties: [{property: eventTime, value: at}]
        """;
    private static final String NEW = OLD.replace("version: 1.0.0", "version: 1.1.0")
            .replace("      - {name: amount, logicalType: number}\n", "      - {name: note, logicalType: string}\n");

    @TempDir
    private Path dir;
    private final Console console = new Console();

    @BeforeEach
    void files() throws IOException {
        Files.writeString(dir.resolve("old.odcs.yaml"), OLD);
        Files.writeString(dir.resolve("new.odcs.yaml"), NEW);
        Files.createDirectories(dir.resolve("shop/contracts"));
        Files.createDirectories(dir.resolve("shop/models/gold"));
        Files.writeString(dir.resolve("shop/contracts/clicks.odcs.yaml"), OLD);
        Files.writeString(dir.resolve("shop/models/gold/spent.sql"), "SELECT id, amount * 2 AS twice FROM clicks");
        Files.writeString(dir.resolve("shop/models/gold/ids.sql"), "SELECT id FROM clicks");
    }

    private int run(String... args) {
        return console.run(dir, args);
    }

    @Test
    void validateTellsEveryMistake() throws IOException {
        assertThat(run("contract", "validate", "old.odcs.yaml", "shop/contracts")).isZero();
        assertThat(console.out()).contains("clicks", "web.clicks");
        Files.writeString(dir.resolve("bad.odcs.yaml"), OLD.replace("number", "numbr").replace("id: clicks\n", ""));
        assertThat(run("contract", "validate", "bad.odcs.yaml")).isEqualTo(1);
        assertThat(console.err()).contains("Expected the key \"id\"", "Did you mean \"number\"?");
        assertThat(run("contract", "validate", "none.odcs.yaml", "-o", "json")).isEqualTo(1);
        assertThat(console.out()).contains("CONTRACT_NOT_FOUND");
        assertThat(run("contract", "validate")).isEqualTo(2);
    }

    @Test
    void checkJudgesByModeAndNamesTheModelsThatBreak() {
        assertThat(run("contract", "check", "old.odcs.yaml", "new.odcs.yaml")).isZero();
        assertThat(console.out()).contains("clicks 1.0.0 -> 1.1.0 is allowed by BACKWARD compatibility.",
                "adds \"note\"", "removes \"amount\"");
        assertThat(run("contract", "check", "old.odcs.yaml", "new.odcs.yaml", "--project", "shop")).isEqualTo(1);
        assertThat(console.err()).contains("CONTRACT_BREAKS_MODEL", "1.0.0 -> 1.1.0 removes \"amount\" (allowed by"
                + " BACKWARD compatibility), but gold.spent reads it.").doesNotContain("gold.ids");
        assertThat(run("contract", "check", "old.odcs.yaml", "new.odcs.yaml", "--mode", "sideward")).isEqualTo(2);
    }

    @Test
    void avroPrintsTheSchema() {
        assertThat(run("contract", "avro", "old.odcs.yaml")).isZero();
        assertThat(console.out()).contains("\"namespace\" : \"web.clicks\"", "\"logicalType\" : \"timestamp-micros\"");
    }

    @Test
    void registerThenImportGivesTheContractBack() throws IOException {
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(new Forgetful(), "127.0.0.1", 0)) {
            assertThat(run("contract", "register", "old.odcs.yaml", "--registry", registry.url())).isZero();
            assertThat(console.out()).contains("web.clicks-value");
            assertThat(run("contract", "import", "web.clicks-value", "--to", "got.odcs.yaml", "--registry",
                    registry.url())).isZero();
            assertThat(run("contract", "check", "old.odcs.yaml", "got.odcs.yaml", "--mode", "FULL")).isEqualTo(0);
            assertThat(run("contract", "import", "web.clicks-value", "--to", "got.odcs.yaml", "--registry",
                    registry.url())).isEqualTo(1);
            assertThat(run("contract", "import", "web.click-value", "--registry", registry.url())).isEqualTo(1);
            assertThat(console.err()).contains("Did you mean \"web.clicks-value\"?");
            Files.writeString(dir.resolve("broken.odcs.yaml"), OLD.replace("name: id, logicalType: string",
                    "name: id, logicalType: integer"));
            assertThat(run("contract", "register", "broken.odcs.yaml", "--registry", registry.url())).isEqualTo(1);
            assertThat(console.err()).contains("CONTRACT_INCOMPATIBLE");
        }
    }

    /** Keeps nothing beyond the process. */
    private static final class Forgetful implements RegistryJournal {
        @Override
        public void open(Consumer<LedgerEvent> events) {}

        @Override
        public void append(List<LedgerEvent> events) {}

        @Override
        public void close() {}
    }
}

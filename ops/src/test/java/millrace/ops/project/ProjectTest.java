package millrace.ops.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.Tier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectTest {
    @TempDir
    Path folder;

    @Test
    void aNameIsEnough() throws IOException {
        write("millrace.yaml", "name: web\n");
        Project project = Project.read(folder, "dev", Map.of());
        assertThat(project.name()).isEqualTo("web");
        assertThat(project.defaults()).isEqualTo(Project.Defaults.STANDARD);
        assertThat(project.profile().isEmbedded()).isTrue();
        assertThat(project.profile().data()).isEqualTo(folder.toAbsolutePath().normalize().resolve("data"));
        assertThat(project.profile().topics().replicationFactor()).isEqualTo(1);
    }

    @Test
    void nestedAndDottedKeysAreTheSame() throws IOException {
        write("millrace.yaml", """
            name: web
            defaults:
              commit: {interval: 2s}
              target_file_size: 64MB
              iceberg.table: {format-version: 2, write.metadata.compression-codec: gzip}
            """);
        assertThat(Project.read(folder, "dev", Map.of()).defaults()).isEqualTo(new Project.Defaults(
                Duration.ofSeconds(2), java.util.Optional.empty(), 64L << 20,
                Map.of("format-version", "2", "write.metadata.compression-codec", "gzip")));
    }

    @Test
    void aTableHasRulesForItsAges() throws IOException {
        write("millrace.yaml", """
            name: web
            tables:
              bronze.clicks:
                keep: 400d
                tiers:
                  warm: {after: 30d, partition_by: [month(_timestamp)], compression_level: 12}
                  cold.after: 180d
                  cold.location: s3://archive/web/
              gold.sessions.iceberg.write.distribution-mode: none
            """);
        Map<String, TableSettings> tables = Project.read(folder, "dev", Map.of()).tables();
        assertThat(tables.keySet()).containsExactlyInAnyOrder("bronze.clicks", "gold.sessions");
        assertThat(tables.get("bronze.clicks").ages()).isEqualTo(new AgeRules(Optional.of(Duration.ofDays(400)),
                List.of(new Tier("warm", Duration.ofDays(30), List.of("month(_timestamp)"), Optional.empty(),
                        Optional.of("12"), Optional.empty()),
                        new Tier("cold", Duration.ofDays(180), List.of("month(_timestamp)"), Optional.empty(),
                                Optional.of("12"), Optional.of("s3://archive/web")))));
        assertThat(tables.get("gold.sessions").properties()).containsExactly(
                Map.entry("write.distribution-mode", "none"));
        assertThat(tables.get("gold.sessions").ages()).isEqualTo(AgeRules.NONE);
    }

    @Test
    void mistakesInThemAreShownWhereTheyAre() throws IOException {
        write("millrace.yaml", """
            name: web
            tables:
              clicks: {keep: 9d}
              a.one: {kep: 9d, tiers: {warm: {partition_by: day(at)}}}
              a.two: {keep: 0s, tiers: {warm: {aftr: 9d, after: 9d}, Cold: {after: 12d}}}
              a.three: {keep: 9d, tiers: {warm: {after: 9d}}}
              a.four: {tiers: {warm: {after: 9d}, tepid: {after: 9d}}}
              a.five: {keep: 9x}
              a.six: {tiers: {cold: {after: 9d, location: archive}}}
            """);
        assertThat(problems("dev")).extracting(p -> p.place().orElseThrow().line() + " " + p.code().name() + " "
                + p.message()).containsExactlyInAnyOrder(
                        "3 YAML_BAD_VALUE Found tables.clicks.keep, expected the name of a table and a key of it, such as tables.bronze.clicks.keep.",
                        "4 YAML_UNKNOWN_KEY Unknown key \"kep\". Did you mean \"keep\"?",
                        "4 YAML_MISSING_KEY Tier \"warm\" does not say at what age it begins: expected after, such as after: 30d.",
                        "5 YAML_BAD_VALUE Expected an age of more than nothing, such as 90d.",
                        "5 YAML_UNKNOWN_KEY Unknown key \"aftr\". Did you mean \"after\"?",
                        "5 YAML_BAD_VALUE Found the tier \"Cold\", expected a name of lower-case letters, digits and _ that begins with a letter.",
                        "6 YAML_BAD_VALUE Rows never come to tier \"warm\": they leave the table before.",
                        "7 YAML_BAD_VALUE Two tiers begin at the same age, one of them is tepid; a partition can be in one only.",
                        "9 YAML_BAD_VALUE Expected a location that is the same from everywhere, such as /archive/shop or s3://archive/shop.",
                        "8 YAML_WRONG_TYPE Expected a duration such as 30s, 5m, 24h or 7d, found \"9x\".");
    }

    @Test
    void everyMistakeOfBothFilesIsShownAtOnce() throws IOException {
        write("millrace.yaml", "nane: web\ndefaults:\n  comit.interval: 10s\n  target_file_size: big\n");
        write("profiles.yaml", "dev:\n  port: {http: 1}\n  ports: {htp: 1}\nprod:\n  log.level: loud\n  datta: x\n");
        assertThat(problems("dev")).extracting(Problem::toText).containsExactly("""
            error YAML_UNKNOWN_KEY   millrace.yaml:1:1
              nane: web
              ^^^^
              Unknown key "nane". Did you mean "name"?""", """
            error YAML_MISSING_KEY   millrace.yaml:1:1
              nane: web
              ^
              Expected the key "name" here.""", """
            error YAML_UNKNOWN_KEY   millrace.yaml:3:3
              comit.interval: 10s
              ^^^^^^^^^^^^^^
              Unknown key "comit.interval". Did you mean "commit.interval"?""".replace("  comit.interval: 10s\n  ^",
                "    comit.interval: 10s\n    ^"), """
                    error YAML_WRONG_TYPE   millrace.yaml:4:21
                        target_file_size: big
                                          ^^^
                      Expected a size such as 64MB or 1GB, found "big".""", """
                    error YAML_UNKNOWN_KEY   profiles.yaml:2:3
                        port: {http: 1}
                        ^^^^
                      Unknown key "port". Did you mean "ports"?""", """
                    error YAML_UNKNOWN_KEY   profiles.yaml:3:11
                        ports: {htp: 1}
                                ^^^
                      Unknown key "htp". Did you mean "http"?""", """
                    error YAML_UNKNOWN_KEY   profiles.yaml:6:3
                        datta: x
                        ^^^^^
                      Unknown key "datta". Did you mean "data"?""");
    }

    @Test
    void anUnknownProfileIsNamedWithTheNearest() throws IOException {
        write("millrace.yaml", "name: web\n");
        write("profiles.yaml", "dev: {}\nproduction: {data: /var/lib/millrace}\n");
        assertThat(problems("prodution")).extracting(Problem::message)
                .containsExactly("No profile \"prodution\". Did you mean \"production\"?");
    }

    @Test
    void aRealClusterNeedsBothAddresses() throws IOException {
        write("millrace.yaml", "name: web\n");
        write("profiles.yaml", "prod:\n  kafka.bootstrap.servers: b:9092\n");
        assertThat(problems("prod")).extracting(p -> p.code().name()).containsExactly("PROFILE_INCOMPLETE");
    }

    @Test
    void secretsAreNamedInFilesAndShownAsWritten() throws IOException {
        write("millrace.yaml", "name: web\n");
        write("pass.txt", "hunter2\n");
        write("profiles.yaml", """
            prod:
              kafka:
                bootstrap.servers: b:9092
                sasl.jaas.config: 'Plain required username="m" password="${file:pass.txt}";'
              registry: {url: "http://r", basic.auth.user.info: "m:${REGISTRY_PASSWORD}"}
              iceberg.catalog: {type: rest, uri: "http://c", credential: "${CATALOG}"}
            """);
        Project project = Project.read(folder, "prod",
                Map.of("REGISTRY_PASSWORD", "swordfish", "CATALOG", "c:d3adb33f"));
        assertThat(project.profile().kafka().get("sasl.jaas.config"))
                .contains("Plain required username=\"m\" password=\"hunter2\";");
        assertThat(project.profile().registry().reveal()).containsEntry("basic.auth.user.info", "m:swordfish");
        assertThat(project.profile().catalog().reveal()).containsEntry("credential", "c:d3adb33f");
        assertThat(project.toString()).contains("${CATALOG}").doesNotContain("hunter2", "swordfish", "d3adb33f");
    }

    @Test
    void aPlainSecretIsRefusedAndNotPrinted() throws IOException {
        write("millrace.yaml", "name: web\n");
        write("profiles.yaml", """
            prod:
              kafka.bootstrap.servers: b:9092
              kafka.ssl.keystore.password: hunter2
              kafka.sasl.jaas.config: 'Plain required username="m" password="hunter2";'
              registry: {url: "http://r", basic.auth.user.info: "m:hunter2"}
              iceberg.catalog: {credential: hunter2, token-refresh-enabled: "true"}
              pasword: hunter2
            """);
        List<Problem> problems = problems("prod");
        assertThat(problems).extracting(p -> p.code().name()).containsExactly("SECRET_IN_FILE", "SECRET_IN_FILE",
                "SECRET_IN_FILE", "SECRET_IN_FILE", "YAML_UNKNOWN_KEY");
        assertThat(new ProblemException(problems.subList(0, 4))).message().doesNotContain("hunter2");
    }

    @Test
    void aMissingSecretIsNamedButOtherProfilesAreNotResolved() throws IOException {
        write("millrace.yaml", "name: web\n");
        write("profiles.yaml", """
            prod:
              kafka.bootstrap.servers: b:9092
              registry: {url: "http://r", basic.auth.user.info: "${NOT_SET}"}
              iceberg.catalog: {credential: "${file:nowhere}"}
            dev: {}
            """);
        assertThat(problems("prod")).extracting(Problem::message).containsExactly(
                "\"registry.basic.auth.user.info\" needs the environment variable NOT_SET, which is not set.",
                "\"iceberg.catalog.credential\" needs the file nowhere, which cannot be read.");
        assertThat(Project.read(folder, "dev", Map.of()).profile().name()).isEqualTo("dev");
    }

    @Test
    void aFolderWithoutProjectSaysHowToMakeOne() {
        assertThatThrownBy(() -> Project.read(folder, "dev", Map.of())).isInstanceOf(ProblemException.class)
                .hasMessageContaining("PROJECT_MISSING").hasMessageContaining("millrace init");
    }

    @Test
    void sizesReadAsWritten() {
        assertThat(Sizes.parse("64MB")).contains(64L << 20);
        assertThat(Sizes.parse("1 GiB")).contains(1L << 30);
        assertThat(Sizes.parse("17")).contains(17L);
        assertThat(Sizes.parse("64 megs")).isEmpty();
        assertThat(Sizes.parse("99999999999T")).isEmpty();
        assertThat(Sizes.format(1_500_000)).isEqualTo("1.4 MiB");
        assertThat(Sizes.format(12)).isEqualTo("12 B");
    }

    @Test
    void storesNeedALittleMemory() throws IOException {
        write("millrace.yaml", "name: web\n");
        assertThat(Project.read(folder, "dev", Map.of()).profile().stateMemory()).isEqualTo(256L << 20);
        write("profiles.yaml", "dev:\n  state.memory: 1GB\n");
        assertThat(Project.read(folder, "dev", Map.of()).profile().stateMemory()).isEqualTo(1L << 30);
        write("profiles.yaml", "dev:\n  state.memory: 1MB\n");
        assertThat(problems("dev")).extracting(Problem::message)
                .containsExactly("Found 1.0 MiB, expected 8.0 MiB or more: stores cannot do with less.");
    }

    private List<Problem> problems(String profile) {
        return catchThrowableOfType(ProblemException.class, () -> Project.read(folder, profile, Map.of())).problems();
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }
}

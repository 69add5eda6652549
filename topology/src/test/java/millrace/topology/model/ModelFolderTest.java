package millrace.topology.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.model.Model.Config;
import millrace.topology.model.Model.Materialized;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
    @TempDir
    Path project;

    @Test
    void aModelIsItsSqlAndWhatThePropertiesSayOfIt() throws IOException {
        write("silver/clicks.sql", "SELECT 1");
        write("gold/sessions.sql", "SELECT * FROM silver.clicks");
        write("gold/gold.yml", """
            version: 2
            models:
              - name: sessions
                description: One row per visit
                config:
                  unique_key: session_id
                  materialized: append
                  emit: early(1m)
                  retention: 7d
                  partition_by: [day(window_start), "bucket(4, session_id)"]
                  sort_by: [session_id desc]
                  target_file_size: 64MiB
                  publish: continuous
                  iceberg.write.parquet.compression-codec: zstd
                  table_properties: {format-version: 2}
                columns:
                  - {name: session_id, description: The visit, data_type: text, data_tests: [not_null]}
                  - name: spent
                    data_tests:
                      - accepted_range: {min_value: 0}
                      - accepted_values: {arguments: {values: [1, two]}}
            """);
        List<Model> models = ModelFolder.read(project.resolve("models"));
        assertThat(models).extracting(Model::qualifiedName).containsExactly("gold.sessions", "silver.clicks");
        Model sessions = models.get(0);
        assertThat(sessions.sqlFile()).isEqualTo("models/gold/sessions.sql");
        assertThat(sessions.description()).isEqualTo("One row per visit");
        Config config = sessions.config();
        assertThat(config.uniqueKey()).containsExactly("session_id");
        assertThat(config.materialized()).contains(Materialized.APPEND);
        assertThat(config.early()).contains(Duration.ofMinutes(1));
        assertThat(config.retention()).contains(Duration.ofDays(7));
        assertThat(config.partitionBy()).containsExactly("day(window_start)", "bucket(4, session_id)");
        assertThat(config.sortBy()).containsExactly("session_id desc");
        assertThat(config.targetFileSize()).contains(64L << 20);
        assertThat(config.tableProperties())
                .isEqualTo(Map.of("write.parquet.compression-codec", "zstd", "format-version", "2"));
        assertThat(config.place("sort_by").orElseThrow()).hasToString("models/gold/gold.yml:11:16");
        assertThat(sessions.columns()).hasSize(2);
        assertThat(sessions.columns().get(0).dataType()).contains("text");
        assertThat(sessions.columns().get(0).dataTests()).containsExactly(new DataTest.NotNull());
        assertThat(sessions.columns().get(1).dataTests()).containsExactly(
                new DataTest.AcceptedRange(Optional.of(BigDecimal.ZERO), Optional.empty(), true),
                new DataTest.AcceptedValues(List.of("1", "two")));
        assertThat(models.get(1).config()).isEqualTo(Config.DEFAULT);
    }

    @Test
    void everyMistakeIsToldAtOnceWithTheNearestWord() throws IOException {
        write("silver/clicks.sql", "SELECT 1");
        write("loose.sql", "SELECT 1");
        write("silver/2nd.sql", "SELECT 1");
        write("silver/silver.yml", """
            models:
              - name: click
              - name: clicks
                descripton: x
                config: {partition_bye: [a], target_file_size: 3, emit: early(30), materialized: upsert}
                columns:
                  - {name: a, data_tests: [not_nul, unique]}
                  - {name: A}
              - name: clicks
            """);
        assertThat(problems()).containsExactly("""
            error MODEL_MISPLACED   models/loose.sql
              Expected models/<layer>/<name>.sql: the folder is the model's layer, and layers do not nest.""", """
            error MODEL_BAD_NAME   models/silver/2nd.sql
              "2nd" cannot name a table and a topic. Use letters, digits and _, not starting with a digit.""", """
            error MODEL_UNKNOWN   models/silver/silver.yml:2:11
                - name: click
                        ^^^^^
              There is no models/silver/click.sql. Did you mean "clicks"?""", """
            error YAML_UNKNOWN_KEY   models/silver/silver.yml:4:5
                  descripton: x
                  ^^^^^^^^^^
              Unknown key "descripton". Did you mean "description"?""", """
            error YAML_UNKNOWN_KEY   models/silver/silver.yml:5:14
                  config: {partition_bye: [a], target_file_size: 3, emit: early(30), materialized: upsert}
                           ^^^^^^^^^^^^^
              Unknown key "partition_bye". Did you mean "partition_by"?""", """
            error YAML_BAD_VALUE   models/silver/silver.yml:5:61
                  config: {partition_bye: [a], target_file_size: 3, emit: early(30), materialized: upsert}
                                                                          ^^^^^^^^^
              Found "early(30)", expected final, or early(d) with how often results are given out before they are \
            final, such as early(30s).""", """
            error YAML_BAD_VALUE   models/silver/silver.yml:5:52
                  config: {partition_bye: [a], target_file_size: 3, emit: early(30), materialized: upsert}
                                                                 ^
              Found "3", expected a size of at least 1MiB, such as 128MiB.""", """
            error YAML_BAD_VALUE   models/silver/silver.yml:7:32
                    - {name: a, data_tests: [not_nul, unique]}
                                             ^^^^^^^
              Unknown test "not_nul". Did you mean "not_null"?""", """
            error MODEL_NOT_SUPPORTED_YET   models/silver/silver.yml:7:41
                    - {name: a, data_tests: [not_nul, unique]}
                                                      ^^^^^^
              The test "unique" needs more than one row, which is not supported yet. Expected one of not_null, \
            accepted_values, accepted_range.""", """
            error YAML_BAD_VALUE   models/silver/silver.yml:8:9
                    - {name: A}
                      ^
              The column "A" is described twice.""", """
            error MODEL_DESCRIBED_TWICE   models/silver/silver.yml:9:11
                - name: clicks
                        ^^^^^^
              silver.clicks is described in models/silver/silver.yml:3:11 already.""");
    }

    @Test
    void whatThisVersionCannotDoIsRefused() throws IOException {
        write("silver/clicks.sql", "SELECT 1");
        for (String setting : List.of("serve: true", "topic: false", "publish: audited")) {
            write("silver/silver.yml", "models: [{name: clicks, config: {" + setting + "}}]");
            assertThat(problems()).as(setting).singleElement().asString()
                    .contains("MODEL_NOT_SUPPORTED_YET", setting + " is not supported yet");
        }
    }

    @Test
    void noFolderHasNoModels() {
        assertThat(ModelFolder.read(project.resolve("models"))).isEmpty();
    }

    private List<String> problems() {
        return catchThrowableOfType(ProblemException.class, () -> ModelFolder.read(project.resolve("models")))
                .problems().stream().map(Problem::toText).toList();
    }

    private void write(String file, String text) throws IOException {
        Path path = project.resolve("models").resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}

package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import millrace.ops.deploy.Deployment;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that is changed while its pipeline runs, and after it has stopped. */
class PlanCommandTest {
    private static final String HOURLY = """
        SELECT who, window_start, window_end, COUNT(*) AS n
        FROM TABLE(TUMBLE(TABLE silver.visits, DESCRIPTOR(at), INTERVAL '1' HOUR))
        GROUP BY who, window_start, window_end
        """;

    @TempDir
    Path folder;

    private final Console console = new Console();
    private VisitsFolder shop;

    @Test
    void whatTheFolderWouldChangeIsSaidAndWhatCannotGoOnIsKeptFromRunning() throws Exception {
        shop = VisitsFolder.make(folder.resolve("shop"), 1);
        shop.write("models/silver/visits.sql", "SELECT who, at FROM visits");
        shop.write("models/gold/hourly.sql", HOURLY);
        try (Platform platform = start()) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            assertThat(plan()).as(console.err()).isZero();
            assertThat(console.out()).contains("pipeline shop   runs by what ", "gold.hourly     unchanged",
                    "the folder has what runs");

            shop.write("models/silver/visits.sql", "SELECT UPPER(who) AS who, at FROM visits");
            shop.write("models/gold/hourly.sql", HOURLY.replace("COUNT(*) AS n", "COUNT(*) AS n, MIN(at) AS first_at"));
            shop.write("models/gold/names.sql", "SELECT who FROM visits");
            assertThat(plan()).isZero();
            assertThat(console.out()).containsPattern("gold.hourly +needs replay +it was \"aggregate by ")
                    .containsPattern("gold.names +new")
                    .containsPattern("silver.visits +stateless change +column who is computed in another way")
                    .contains("replays    gold.hourly, gold.names, silver.visits: from the first record on",
                            "reads 0 records of shop.visits.v1", "nothing was changed; millrace apply does it");
            assertThat(plan("-o", "json")).isZero();
            JsonNode json = new ObjectMapper().readTree(console.out()).get(0);
            assertThat(json.get("models").get(0).get("change").asText()).isEqualTo("needs_replay");
            assertThat(json.get("replays")).hasSize(3);
            assertThat(json.get("cost").get("records").asLong()).isZero();

            shop.write("models/gold/hourly.sql", HOURLY.replace("COUNT(*)", "MIN(at)"));
            assertThat(plan()).isZero();
            assertThat(console.out())
                    .containsPattern("breaks who reads it +column n was bigint not null and is timestamptz")
                    .contains("cannot be done: Column n of gold.hourly is bigint not null in its table");
        }

        try (Platform platform = start()) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            assertThat(platform.status().pipelines().toString()).contains("gold.hourly cannot go on",
                    "It goes on by the text that ran.");
            assertThat(plan()).isZero();
            assertThat(console.out()).containsPattern("gold.hourly +needs replay");
        }

        shop.write("models/gold/hourly.sql", HOURLY);
        try (Platform platform = start()) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            assertThat(plan()).isZero();
            assertThat(console.out()).as("it rolled at this start").contains("the folder has what runs");
            assertThat(console.run(shop.path(), "plan", "--data", folder.resolve("elsewhere").toString()))
                    .isEqualTo(ExitCode.UNAVAILABLE.code());
        }
    }

    private Platform start() {
        Deployment deployment = Deployment.read(Project.read(shop.path(), "dev", Map.of()));
        return Platform.start(List.of(deployment), Role.ALL,
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE), Clock.systemUTC());
    }

    private int plan(String... more) {
        List<String> all = new java.util.ArrayList<>(List.of("plan", "--data", folder.resolve("data").toString()));
        all.addAll(List.of(more));
        return console.run(shop.path(), all.toArray(String[]::new));
    }
}

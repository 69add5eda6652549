package millrace.ops.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import millrace.ops.observe.Blocked;
import millrace.ops.observe.Condition;
import millrace.ops.observe.PipelineStatus;
import millrace.ops.observe.Status;
import millrace.ops.observe.StatusFixture;
import millrace.ops.observe.TableStatus;
import millrace.ops.observe.Why;
import millrace.ops.problem.OpsProblem;
import millrace.ops.schedule.Runs;
import millrace.ops.schedule.ScheduledRun;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.run.LocalState;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServiceTest {
    private static volatile Status status = StatusFixture.mixed();
    private static HttpService service;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Runs RUNS = new Runs() {
        private final List<ScheduledRun> runs = new ArrayList<>();

        @Override
        public List<ScheduledRun> all() {
            return runs;
        }

        @Override
        public ScheduledRun ask(String pipeline, String schedule, String key) {
            if (!schedule.equals("nightly")) {
                throw new ProblemException(Problem.of(OpsProblem.SCHEDULE_UNKNOWN, schedule, "There is none.")
                        .withRemedy("Name one."));
            }
            ScheduledRun asked = ScheduledRun.asked(schedule, "amend", key, Instant.parse("2026-11-19T10:00:00Z"),
                    "api");
            if (!runs.contains(asked)) {
                runs.add(asked);
            }
            return asked;
        }
    };

    @BeforeAll
    static void start() {
        service = HttpService.start(() -> status, RUNS, "127.0.0.1", 0);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void mixed() {
        status = StatusFixture.mixed();
    }

    @Test
    void statusIsTheWholeValueAsJson() throws Exception {
        JsonNode json = json("/v1/status");
        assertThat(json.path("at").asText()).isEqualTo("2026-11-19T10:41:10Z");
        assertThat(json.path("condition").asText()).isEqualTo("BLOCKED");
        JsonNode clicks = json.path("tables").get(0);
        assertThat(clicks.path("name").asText()).isEqualTo("bronze.clicks");
        assertThat(clicks.path("freshness").asDouble()).isEqualTo(6.0);
        assertThat(clicks.path("waiting").isNull()).isTrue();
        assertThat(clicks.path("partitions").get(1).path("position").asLong()).isEqualTo(9104);
        assertThat(json.path("blocked").get(0).path("code").asText()).isEqualTo("TOPIC_RECREATED");
        assertThat(json.path("blocked").get(0).path("remedy").asText()).contains("millrace table adopt");
        assertThat(json.path("quarantine").get(0).path("byReason").path("WILD_EVENT_TIME").asLong()).isEqualTo(4);
    }

    @Test
    void whoAsksForARunWithTheSameKeyGetsTheSameRun() throws Exception {
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> asked = post("/v1/pipelines/shop/schedules/nightly/runs?key=airflow-1");
            assertThat(asked.statusCode()).isEqualTo(202);
            assertThat(new ObjectMapper().readTree(asked.body()).path("id").asText()).isEqualTo("nightly#airflow-1");
        }
        assertThat(json("/v1/runs")).hasSize(1);
        assertThat(json("/v1/runs").get(0).path("status").asText()).isEqualTo("WAITING");
        HttpResponse<String> unknown = post("/v1/pipelines/shop/schedules/daily/runs?key=airflow-1");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(new ObjectMapper().readTree(unknown.body()).path("code").asText()).isEqualTo("SCHEDULE_UNKNOWN");
        assertThat(post("/v1/pipelines/shop/schedules/nightly/runs").statusCode()).as("no key").isEqualTo(400);
        assertThat(post("/v1/pipelines/shop/schedules/nightly/runs?key=page", "Origin", "https://example.org")
                .statusCode()).as("a page in a browser").isEqualTo(403);
    }

    private static HttpResponse<String> post(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(service.address().resolve(path))
                .POST(HttpRequest.BodyPublishers.noBody());
        return CLIENT.send((headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theStatusCanBeReadBackIntoTheSameValue() throws Exception {
        var mapper = new ObjectMapper().findAndRegisterModules();
        assertThat(mapper.readValue(get("/v1/status").body(), Status.class)).isEqualTo(StatusFixture.mixed());
    }

    @Test
    void tablesPipelinesAndQuarantineAreItsParts() throws Exception {
        JsonNode whole = json("/v1/status");
        assertThat(json("/v1/tables")).isEqualTo(whole.path("tables"));
        assertThat(json("/v1/pipelines")).isEqualTo(whole.path("pipelines"));
        assertThat(json("/v1/quarantine")).isEqualTo(whole.path("quarantine"));
        assertThat(json("/v1/tables/silver/clicks")).isEqualTo(whole.path("tables").get(1));
    }

    @Test
    void anUnknownTableIsAProblemWithASuggestion() throws Exception {
        var answer = get("/v1/tables/silver/clikcs");
        JsonNode problem = problem(answer, 404);
        assertThat(problem.path("code").asText()).isEqualTo("TABLE_UNKNOWN");
        assertThat(problem.path("detail").asText()).contains("Did you mean \"silver.clicks\"?");
        assertThat(problem.path("instance").asText()).isEqualTo("/v1/tables/silver/clikcs");
    }

    @Test
    void whyATableStandsStillIsAskedOfTheTable() throws Exception {
        JsonNode unknown = problem(get("/v1/tables/silver/clicks/why"), 503);
        assertThat(unknown.path("code").asText()).isEqualTo("UNREACHABLE");
        Why why = new Why("SILENT", "web.clicks.v1-7 holds it back: no record for 14m.", "Look at its producer.",
                Optional.of(StatusFixture.NOW), List.of(new Why.Source("web.clicks.v1", 7, true,
                        Optional.of(StatusFixture.NOW), false, 0, Optional.empty(), Optional.empty())));
        status = StatusFixture.because("silver.clicks", why);
        JsonNode json = json("/v1/tables/silver/clicks/why");
        assertThat(json.path("cause").asText()).isEqualTo("SILENT");
        assertThat(json.at("/sources/0/partition").asInt()).isEqualTo(7);
        assertThat(new ObjectMapper().findAndRegisterModules().readValue(get("/v1/status").body(), Status.class))
                .isEqualTo(status);
        assertThat(get("/").body()).contains("web.clicks.v1-7 holds it back", "Look at its producer.",
                "<span>web.clicks.v1-7</span>");
    }

    @Test
    void everyErrorIsAProblem() throws Exception {
        JsonNode unknown = problem(get("/v1/nothing"), 404);
        assertThat(unknown.path("title").asText()).isEqualTo("Not Found");
        assertThat(unknown.path("detail").asText()).contains("/v1/nothing");

        var post = HttpRequest.newBuilder(service.address().resolve("/v1/status"))
                .POST(HttpRequest.BodyPublishers.noBody()).build();
        var refused = CLIENT.send(post, HttpResponse.BodyHandlers.ofString());
        problem(refused, 405);
        assertThat(refused.headers().firstValue("Allow")).isPresent().get().asString().contains("GET");

        var wrongType = HttpRequest.newBuilder(service.address().resolve("/v1/status"))
                .header("Accept", "image/png").build();
        problem(CLIENT.send(wrongType, HttpResponse.BodyHandlers.ofString()), 406);

        status = null; // a fault of ours
        JsonNode fault = problem(get("/v1/tables"), 500);
        assertThat(fault.toString()).doesNotContain("NullPointer").doesNotContain("millrace.ops");
    }

    @Test
    void healthAnswersLivenessAndReadiness() throws Exception {
        assertThat(json("/health").path("status").asText()).isEqualTo("UP");
        assertThat(json("/health").at("/details/platform/details/condition").asText()).isEqualTo("BLOCKED");
        assertThat(json("/health/liveness").path("status").asText()).isEqualTo("UP");
        assertThat(json("/health/readiness").path("status").asText()).isEqualTo("UP");
    }

    @Test
    void metricsFollowTheStatus() throws Exception {
        assertThat(get("/prometheus").body()).contains(
                "millrace_table_rows{pipeline=\"clickstream\",table=\"bronze.clicks\"} 18204.0",
                "millrace_table_freshness_seconds{pipeline=\"clickstream\",table=\"bronze.clicks\"} 6.0",
                "millrace_table_lag_records{pipeline=\"clickstream\",table=\"silver.clicks\"} 900.0",
                "millrace_partition_lag_records{partition=\"1\",pipeline=\"clickstream\",table=\"silver.clicks\"} 900.0",
                "millrace_quarantine_records{pipeline=\"clickstream\",reason=\"NOT_DECODABLE\",source=\"clicks\"} 5.0",
                "millrace_blocked{code=\"TOPIC_RECREATED\",subject=\"bronze.orders\"} 1.0", "jvm_memory_used_bytes",
                "millrace_state_entries{duty=\"active\",pipeline=\"clickstream\",store=\"gold.sessions.groups\",task=\"1_0\"} 40000.0",
                "millrace_state_size_bytes{duty=\"standby\",pipeline=\"clickstream\",store=\"gold.sessions.groups\",task=\"1_1\"} 1048576.0",
                "millrace_state_missing_records{duty=\"standby\",pipeline=\"clickstream\",store=\"gold.sessions.groups\",task=\"1_1\"} 12.0",
                "millrace_state_memory_bytes 2097152.0");
        status = StatusFixture.calm();
        assertThat(get("/prometheus").body()).doesNotContain("millrace_blocked{").doesNotContain("bronze.orders");
    }

    @Test
    void theApiDescribesItself() throws Exception {
        var answer = get("/openapi");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/yaml");
        assertThat(answer.body()).contains("/v1/tables/{namespace}/{name}", "completeThrough", "byReason");
    }

    @Test
    void theFreshestIsATableOfTheDataAndNotOneOfLateRows() throws Exception {
        TableStatus late = StatusFixture.quietSince("gold.sessions__late", Duration.ZERO).assess(StatusFixture.NOW);
        TableStatus silver = StatusFixture.current("silver.clicks").assess(StatusFixture.NOW);
        status = Status.of(StatusFixture.NOW, List.of(), List.of(silver, late), List.of(), List.of());
        assertThat(get("/live").body()).contains("The newest record is 6s old (silver.clicks)");
    }

    @Test
    void recordsThatHaveComeAreNotDeniedBeforeTheFirstCommit() throws Exception {
        status = StatusFixture.filling();
        assertThat(get("/live").body()).contains("the first records have come", "Not yet",
                "the next commit takes them into bronze.orders.", "first rows due")
                .doesNotContain("Nothing has come yet").doesNotContain("up to date");
    }

    @Test
    void thePageSaysWhatIsWrongAndWhatToDo() throws Exception {
        var page = get("/");
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.body()).contains("Is it fresh?", "Is it right?", "Why is nothing coming out?",
                "TOPIC_RECREATED", "What to do:", "millrace table adopt bronze.orders", "NOT_DECODABLE", "18,204",
                "bronze.orders is blocked", "10:41:02", "4.0 MiB, 50,000 entries, standbys 12 records behind");
        assertThat(page.body()).contains("\n@media (prefers-color-scheme: dark)");
        assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
        status = StatusFixture.calm();
        assertThat(get("/live").body()).contains("all tables are up to date", "Nothing was refused",
                "Nothing is blocked").doesNotContain("What to do:");
    }

    @Test
    void valuesOnThePageAreEscaped() throws Exception {
        status = Status.of(StatusFixture.NOW,
                List.of(new PipelineStatus("<b>shop</b>", "running", "", Condition.CURRENT, List.of(), List.of(),
                        LocalState.NONE)),
                List.<TableStatus>of(), List.of(), List.of(
                        new Blocked("x", "Y", "<script>alert(1)</script>", "", StatusFixture.NOW)));
        assertThat(get("/live").body()).doesNotContain("<script>alert").contains("&lt;script&gt;", "&lt;b&gt;shop");
    }

    @Test
    void onlyALoopbackAddressIsAccepted() {
        assertThatThrownBy(() -> HttpService.start(() -> status, RUNS, "0.0.0.0", 0))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("API_UNPROTECTED");
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> HttpService.start(() -> status, RUNS, "127.0.0.1", taken.getLocalPort()))
                    .isInstanceOf(ProblemException.class).hasMessageContaining("PORT_IN_USE")
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
    }

    private static HttpResponse<String> get(String path) throws Exception {
        URI uri = service.address().resolve(path);
        return CLIENT.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(String path) throws Exception {
        var answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }

    private static JsonNode problem(HttpResponse<String> answer, int status) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonNode problem = new ObjectMapper().readTree(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        return problem;
    }
}

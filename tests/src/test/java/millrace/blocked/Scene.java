package millrace.blocked;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import millrace.crash.Landed;
import millrace.crash.Load;
import millrace.crash.Order;
import millrace.crash.OrderTables;
import millrace.crash.ShopProject;
import millrace.crash.TopicTruth;
import millrace.ops.cli.Main;
import millrace.ops.cli.Terminal;
import millrace.ops.deploy.Deployment;
import millrace.ops.logging.LogFiles;
import millrace.ops.observe.Blocked;
import millrace.ops.platform.FreeSpace;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.project.RunningInstance;
import millrace.ops.run.Role;
import millrace.process.Patience;
import millrace.schemas.problem.ProblemCode;
import org.apache.iceberg.catalog.Catalog;

/**
 * A running platform with one pipeline, orders that come in all the time, and everything that a user looks at: the
 * status in the process, over HTTP and on the command line, and the log.
 */
final class Scene implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String PROFILE = "test";
    private static final long SEED = Long.getLong("millrace.seed", 20_261_122L);
    private static final int RATE = 500;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final ShopProject project;
    private final FreeSpace freeSpace;
    private final Tables tables;
    private final Optional<Cluster> cluster;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<TopicTruth.Placed> gone = new ArrayList<>();
    private Platform platform;
    private Landed landed;
    private Load load;
    private long produced;
    private long causedAt = System.nanoTime();
    private long blockedAt;

    private Scene(Path folder, ShopProject project, FreeSpace freeSpace, Tables tables, Optional<Cluster> cluster) {
        this.folder = folder;
        this.project = project;
        this.freeSpace = freeSpace;
        this.tables = tables;
        this.cluster = cluster;
    }

    /** On a real cluster and a REST catalog of its own, with topics and tables of its own; named after its folder. */
    static Scene on(Cluster cluster, Path folder) throws IOException {
        String name = folder.getFileName().toString();
        Tables tables = Tables.behindAGate(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        ShopProject project = ShopProject.copyTo(folder.resolve("project")).named(name, name + ".orders")
                .withProfiles("""
                    test:
                      data: "%s"
                      kafka: {bootstrap.servers: "%s"}
                      registry: {url: "%s"}
                      iceberg:
                        catalog: {type: rest, uri: "%s", io-impl: "%s"}
                      topics: {replication.factor: 1, min.insync.replicas: 1}
                      ports: {http: 0}
                    """.formatted(folder.resolve("data"), cluster.bootstrapServers(), cluster.registryGate().url(),
                        tables.gate().url(), FillingFileIO.class.getName()));
        Scene scene = new Scene(folder, project, FreeSpace.OF_THE_FILE_SYSTEM, tables, Optional.of(cluster));
        scene.command(0, "topics", "apply");
        return scene;
    }

    /** With a broker and a registry in the platform's own process. */
    static Scene embedded(Path folder, FreeSpace freeSpace) {
        Path data = folder.resolve("data");
        ShopProject project = ShopProject.copyTo(folder.resolve("project"))
                .withProfiles("test: {data: \"" + data + "\", ports: {kafka: 0, registry: 0, http: 0}}\n");
        return new Scene(folder, project, freeSpace, Tables.ofTheDataFolder(data), Optional.empty());
    }

    ShopProject project() {
        return project;
    }

    /** Of the pipeline, at its first start. */
    String name() {
        return folder.getFileName().toString();
    }

    /** The tables' catalog, past everything that may be blocked. */
    Catalog catalog() {
        return tables.catalog();
    }

    /** What stands between the platform and its catalog. */
    Gate catalogGate() {
        return tables.gate();
    }

    /** Starts the platform on what the project's files say now, and waits until it is at work. */
    void start() throws InterruptedException {
        startBlocked();
        assertThat(platform.awaitRunning(PATIENCE)).as("running, but found " + platform.status()).isTrue();
        landed = new Landed(tables.database(), tables.warehouse());
    }

    /** Starts it without waiting. */
    void startBlocked() {
        Deployment deployment = Deployment.read(Project.read(project.folder(), PROFILE, Map.of()));
        logHere();
        platform = Platform.start(List.of(deployment), Role.ALL, deployment.project().profile(), Clock.systemUTC(),
                freeSpace);
    }

    /** The log of this process is this scene's, until another scene takes it. */
    void logHere() {
        LogFiles.writeTo(folder.resolve("logs"), new Profile.Logs(Profile.LogFormat.TEXT, "info"));
    }

    void stop() {
        platform.close();
    }

    /** Orders begin to come in; returns when some have landed. */
    void produce() {
        produceUnseen();
        awaitMoreRows();
    }

    /** Orders begin to come in. */
    void produceUnseen() {
        RunningInstance instance = platform.instance();
        load = new Load(instance.bootstrapServers(), project.topic(), SEED, produced, RATE,
                project.register(cluster.map(Cluster::registryUrl).orElse(instance.registryUrl())), project.schema());
    }

    /** No more orders for now; all that there are have been acknowledged. */
    void pauseProducing() {
        produced = load.finish();
    }

    /** Waits until all orders on the topic have landed; it may be deleted then. */
    void awaitAllLanded() {
        gone.addAll(TopicTruth.read(platform.instance().bootstrapServers(), project.topic()));
        awaitRows(gone);
    }

    /** Runs a command on this project; returns what it printed. */
    String command(int exitCode, String... words) {
        var printed = new ByteArrayOutputStream();
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--project", project.folder().toString(), "--profile", PROFILE));
        try (PrintStream to = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            int code = Main.run(new Terminal(to, to, false, 200, Map.of(), folder, folder, Clock.systemUTC()),
                    all.toArray(String[]::new));
            String text = printed.toString(StandardCharsets.UTF_8);
            assertThat(code).as(all + "\n" + text).isEqualTo(exitCode);
            return text;
        }
    }

    /** Waits until all who are asked say that a subject is blocked by a problem, why, and what to do about it. */
    void awaitBlocked(String subject, ProblemCode code, String reason) {
        awaitBlocked(subject, code, reason, code.remedy());
    }

    void awaitBlocked(String subject, ProblemCode code, String reason, String remedy) {
        causedAt = System.nanoTime();
        String expected = subject + " blocked by " + code.name() + ": " + reason;
        Predicate<Blocked> wanted = b -> b.subject().equals(subject) && b.code().equals(code.name())
                && b.reason().contains(reason) && b.remedy().equals(remedy);
        Patience.until(expected, PATIENCE, () -> platform.status().blocked().stream().anyMatch(wanted),
                () -> platform.status().blocked() + "\n" + log());
        blockedAt = System.nanoTime();
        Patience.until(expected + " over HTTP", PATIENCE, () -> blockedOverHttp().stream().anyMatch(wanted),
                () -> blockedOverHttp().toString());
        assertThat(command(3, "status")).contains("blocked " + code.name() + "   " + subject, reason, remedy);
        Patience.until(expected + " in the log", PATIENCE,
                () -> log().contains("blocked " + code.name()) && log().contains(remedy), this::log);
    }

    private List<Blocked> blockedOverHttp() {
        return StreamSupport.stream(get("/v1/status").required("blocked").spliterator(), false)
                .map(b -> new Blocked(b.required("subject").asText(), b.required("code").asText(),
                        b.required("reason").asText(), b.required("remedy").asText(), java.time.Instant.EPOCH))
                .toList();
    }

    private JsonNode get(String path) {
        try {
            var response = http.send(HttpRequest.newBuilder(URI.create(platform.instance().http() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String log() {
        try {
            return Files.readString(folder.resolve("logs").resolve(LogFiles.NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows in a table now, whether or not the platform can see it. */
    long rows(String namespace) {
        return landed.count(namespace, "orders");
    }

    /** Waits until nothing is blocked and new rows land. */
    void awaitGoingOn() {
        Patience.until("nothing blocked", PATIENCE, () -> platform.status().blocked().isEmpty(),
                () -> platform.status().blocked() + "\n" + log());
        assertThat(blockedOverHttp()).isEmpty();
        awaitMoreRows();
        System.out.printf("%s: blocked after %d ms, went on %d ms after the cure%n", folder.getFileName(),
                (blockedAt - causedAt) / 1_000_000, (System.nanoTime() - blockedAt) / 1_000_000);
    }

    void awaitUnblocked(String subject) {
        Patience.until(subject + " not blocked", PATIENCE,
                () -> platform.status().blocked().stream().noneMatch(b -> b.subject().equals(subject)),
                () -> platform.status().blocked() + "\n" + log());
    }

    void awaitMoreRows() {
        long bronze = rows("bronze");
        long silver = rows("silver");
        Patience.until("more than " + bronze + " rows in bronze and " + silver + " in silver", PATIENCE,
                () -> rows("bronze") > bronze && rows("silver") > silver,
                () -> rows("bronze") + ", " + rows("silver") + ", " + platform.status().blocked() + "\n" + log());
    }

    /**
     * Ends the orders and waits until they have landed: every one that was produced is in bronze exactly once, and in
     * silver or quarantine exactly once or, if the model drops it, not at all.
     */
    void awaitEveryOrderOnce() {
        pauseProducing();
        List<TopicTruth.Placed> truth = new ArrayList<>(gone);
        truth.addAll(TopicTruth.read(platform.instance().bootstrapServers(), project.topic()));
        assertThat(truth).as("orders on the topic").hasSize(Math.toIntExact(produced));
        awaitRows(truth);
        List<String> bronze = keys(truth, o -> true);
        List<String> silver = keys(truth, o -> o.fate() == Order.Fate.KEPT);
        List<String> quarantine = keys(truth, Order::quarantined);
        OrderTables.assertSame(landed.byDuckDb("bronze", "orders", "_key"), bronze, "bronze");
        OrderTables.assertSame(landed.byDuckDb("silver", "orders", "id"), silver, "silver");
        OrderTables.assertSame(landed.byDuckDb("quarantine", "orders", "key"), quarantine, "quarantine");
        OrderTables.assertSame(landed.byIceberg("silver", "orders", "id"), silver, "silver by another reader");
        System.out.println(folder.getFileName() + ": produced=" + produced + " bronze=" + bronze.size() + " silver="
                + silver.size() + " quarantine=" + quarantine.size());
    }

    private void awaitRows(List<TopicTruth.Placed> truth) {
        int bronze = truth.size();
        int silver = keys(truth, o -> o.fate() == Order.Fate.KEPT).size();
        int quarantine = keys(truth, Order::quarantined).size();
        Patience.until(bronze + " rows in bronze, " + silver + " in silver, " + quarantine + " in quarantine", PATIENCE,
                () -> rows("bronze") >= bronze && rows("silver") >= silver && rows("quarantine") >= quarantine,
                () -> rows("bronze") + ", " + rows("silver") + ", " + rows("quarantine") + ", "
                        + platform.status().blocked() + "\n" + log());
    }

    private static List<String> keys(List<TopicTruth.Placed> truth, Predicate<Order> which) {
        return truth.stream().map(p -> Order.of(SEED, p.order(), 0)).filter(which).map(Order::id).sorted().toList();
    }

    @Override
    public void close() throws IOException {
        if (load != null) {
            load.close();
        }
        if (platform != null) {
            platform.close();
        }
        if (landed != null) {
            landed.close();
        }
        tables.close();
        http.close();
    }
}

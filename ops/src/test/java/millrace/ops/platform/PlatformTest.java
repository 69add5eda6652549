package millrace.ops.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import millrace.ops.deploy.Deployment;
import millrace.ops.generate.ClickGenerator;
import millrace.ops.generate.Clicks;
import millrace.ops.load.Destination;
import millrace.ops.observe.Blocked;
import millrace.ops.observe.Condition;
import millrace.ops.observe.Status;
import millrace.ops.observe.TableStatus;
import millrace.ops.project.ClientSettings;
import millrace.ops.project.DataFolder;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.project.RunningInstance;
import millrace.ops.run.Role;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.time.TimeEntry;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformTest {
    private static final Path EXAMPLES = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent()
            .resolve("examples");

    @TempDir
    Path data;

    @Test
    void twoPipelinesRunFromTopicToTableAndContinueAfterARestart() throws Exception {
        List<Deployment> deployments = List.of(deployment("flights"), deployment("clickstream"));
        String http;
        try (Platform platform = start(deployments)) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(60))).as(platform.status().toString()).isTrue();
            http = platform.instance().http();
            RunningInstance found = RunningInstance.find(data).orElseThrow();
            assertThat(found).isEqualTo(platform.instance());
            assertThat(found.pipelines()).containsExactly("flights", "clickstream");
            generate(platform, 2_000);
            Status status = await(platform, s -> landed(s, 2_000));
            TableStatus silver = status.table("silver.clicks").orElseThrow();
            assertThat(silver.rows()).isPositive();
            assertThat(status.pipelines()).allSatisfy(p -> assertThat(p.state()).isEqualTo("running"));
            assertThatThrownBy(() -> start(deployments)).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("DATA_LOCKED");
        }
        assertThat(RunningInstance.find(data)).isEmpty();
        try (Platform platform = start(deployments)) {
            assertThat(platform.instance().http()).isEqualTo(http);
            assertThat(platform.awaitRunning(Duration.ofSeconds(60))).as(platform.status().toString()).isTrue();
            assertThat(platform.status().table("bronze.clicks").orElseThrow().rows()).isEqualTo(2_000);
            generate(platform, 1_000);
            Status status = await(platform, s -> landed(s, 3_000));
            long accepted = status.table("silver.clicks").orElseThrow().rows();
            assertThat(accepted).isLessThan(3_000).isGreaterThan(1_000);
            assertThat(status.condition()).isEqualTo(Condition.CURRENT);
            assertThat(revisions(platform)).as("once for each partition that had records, whatever the restarts")
                    .isNotEmpty().doesNotHaveDuplicates();
        }
    }

    @Test
    void aCatalogThatDoesNotAnswerAtTheStartIsABlockAndNoFault() throws Exception {
        Profile embedded = Profile.embedded(data, Profile.Ports.FREE);
        ClientSettings nobodyThere = ClientSettings.of(Map.of("type", "rest", "uri", "http://127.0.0.1:1", "warehouse",
                "s3://lake"));
        Profile profile = new Profile("dev", embedded.data(), embedded.cluster(), embedded.kafka(), embedded.streams(),
                embedded.stateMemory(), embedded.registry(), nobodyThere, embedded.topics(), embedded.ports(),
                embedded.logs(), embedded.webhook());
        try (Platform platform = Platform.start(List.of(deployment("flights")), Role.ALL, profile,
                Clock.systemUTC())) {
            Status status = await(platform, s -> s.blocked().stream().anyMatch(b -> b.subject().startsWith("sink")));
            assertThat(status.blocked()).extracting(Blocked::code).containsOnly("CATALOG_UNAVAILABLE");
            assertThat(status.blocked()).extracting(Blocked::reason).allMatch(r -> r.contains("http://127.0.0.1:1"));
            assertThat(status.table("bronze.flights").orElseThrow().condition()).isEqualTo(Condition.BLOCKED);
        }
    }

    @Test
    void aStartThatIsNoLongerWantedEndsEarly() {
        AtomicInteger asked = new AtomicInteger();
        try (Platform platform = Platform.startWhile(() -> asked.incrementAndGet() < 2, List.of(deployment("flights")),
                Role.ALL, Profile.embedded(data, Profile.Ports.FREE), Clock.systemUTC())) {
            assertThat(RunningInstance.find(data)).isEmpty();
            assertThat(platform.awaited()).isEmpty();
        }
        assertThat(asked).hasValue(2);
        assertThat(DataFolder.isHeld(data)).isFalse();
    }

    /** Source partitions of which the journal says from where on the text holds, as often as it says so. */
    private static List<String> revisions(Platform platform) {
        List<String> partitions = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", platform.instance().bootstrapServers(),
                "isolation.level", "read_committed"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition journal = new TopicPartition(TimeEntry.topicOf("clickstream"), 0);
            consumer.assign(List.of(journal));
            consumer.seekToBeginning(List.of(journal));
            long end = consumer.endOffsets(List.of(journal)).get(journal);
            while (consumer.position(journal) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(r -> TimeEntry.of(r.key(), r.value())
                        .filter(TimeEntry.Revision.class::isInstance)
                        .ifPresent(e -> partitions.add(e.topicId() + "/" + e.partition())));
            }
        }
        return partitions;
    }

    private boolean landed(Status status, long produced) {
        return status.table("bronze.clicks").orElseThrow().rows() == produced
                && status.tables().stream().allMatch(t -> t.lag() == 0);
    }

    private static Status await(Platform platform, Predicate<Status> condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        Status status = platform.status();
        while (!condition.test(status)) {
            assertThat(System.nanoTime()).as(status.toString()).isLessThan(deadline);
            Thread.sleep(200);
            status = platform.status();
        }
        return status;
    }

    private static void generate(Platform platform, long records) throws InterruptedException {
        Deployment clickstream = platform.deployments().get(1);
        Contract clicks = clickstream.pipeline().contract("clicks").orElseThrow();
        Map<String, Object> kafka = Map.of("bootstrap.servers", platform.instance().bootstrapServers());
        try (var registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of());
                Destination to = Destination.open(clicks, kafka, registry)) {
            new ClickGenerator(CLICKS, 1_000, clicks, to, InstantSource.system()).run(records, () -> false, n -> {});
        }
    }

    private Platform start(List<Deployment> deployments) {
        return Platform.start(deployments, Role.ALL, Profile.embedded(data, Profile.Ports.FREE), Clock.systemUTC());
    }

    private static Deployment deployment(String example) {
        return Deployment.read(Project.read(EXAMPLES.resolve(example), "dev", Map.of()));
    }

    private static final Clicks CLICKS = new Clicks(7, Duration.ofSeconds(20), 0.01, 0.005, 0.01, 0.3);
}

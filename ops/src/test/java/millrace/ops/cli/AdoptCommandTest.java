package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.ops.deploy.Deployment;
import millrace.ops.generate.ClickGenerator;
import millrace.ops.generate.Clicks;
import millrace.ops.load.Destination;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.Catalogs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that work on a running platform's topics and tables. */
class AdoptCommandTest {
    private static final Path CLICKSTREAM = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent()
            .resolve("examples/clickstream");
    private static final Clicks CLICKS = new Clicks(7, Duration.ofSeconds(20), 0, 0, 0, 0);

    @TempDir
    Path folder;
    private final Console console = new Console();

    @Test
    void anAdoptionIsShownAndDoneOnlyWhenAskedFor() throws Exception {
        Deployment deployment = Deployment.read(Project.read(CLICKSTREAM, "dev", Map.of()));
        try (Platform platform = Platform.start(List.of(deployment), Role.ALL,
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE), Clock.systemUTC())) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(60))).as(platform.status().toString()).isTrue();
            generate(platform, 400);
            awaitRows(platform, 400);
            int before = snapshots();
            assertThat(adopt("bronze.clicks")).as(console.err()).isZero();
            assertThat(console.out()).contains("from topic web.clicks.v1")
                    .contains("nothing was changed; add --execute");
            assertThat(snapshots()).isEqualTo(before);

            assertThat(adopt("bronze.clicks", "--topic", "web.clicks.v2", "--execute")).isEqualTo(1);
            assertThat(console.err()).contains("OPTION_UNFIT").contains("fed by web.clicks.v1, not by web.clicks.v2");
            assertThat(adopt("bronze.click")).isEqualTo(1);
            assertThat(console.err()).contains("Did you mean \"bronze.clicks\"?");
            assertThat(snapshots()).isEqualTo(before);

            assertThat(adopt("bronze.clicks", "--topic", "web.clicks.v1", "--execute", "-o", "json")).as(console.err())
                    .isZero();
            assertThat(console.out()).contains("\"executed\" : true").contains("\"goOnFrom\"");
            assertThat(snapshots()).isEqualTo(before + 1);
            generate(platform, 200);
            awaitRows(platform, 600);

            assertThat(table("compact", "bronze.clicks")).as(console.err()).isZero();
            assertThat(console.out()).contains("settled").contains("nothing was changed; add --execute");
            assertThat(table("compact", "bronze.clicks", "--execute")).as(console.err()).isZero();
            assertThat(console.out()).containsPattern("bronze.clicks: \\d+ files of .* are 1 of ");
            assertThat(table("compact", "bronze.clicks", "-o", "json")).as(console.err()).isZero();
            assertThat(console.out()).contains("\"rewrites\" : [ ]");
            assertThat(table("expire", "bronze.clicks")).as(console.err()).isZero();
            assertThat(console.out()).contains("snapshots that stay").contains("nothing was changed; add --execute");
            assertThat(table("expire", "bronze.clicks", "--execute", "-o", "json")).as(console.err()).isZero();
            assertThat(console.out()).contains("\"executed\" : true").contains("\"snapshots\" : 0");
            assertThat(table("orphans", "bronze.clicks", "--execute")).as(console.err()).isZero();
            assertThat(console.out()).contains("bronze.clicks has no orphans");
            assertThat(table("manifests", "bronze.clicks", "--execute")).as(console.err()).isZero();
            assertThat(console.out()).contains("manifests of data files").contains("nothing to do");
            assertThat(table("manifests", "bronze.clicks", "-o", "json")).as(console.err()).isZero();
            assertThat(console.out()).contains("\"bytes\" : 0").contains("\"executed\" : false");
            assertThat(table("ages", "bronze.clicks")).as(console.err()).isZero();
            assertThat(console.out()).contains("says nothing of the ages of bronze.clicks")
                    .contains("_timestamp_day=").contains("new rows");
            assertThat(table("ages", "bronze.clicks", "-o", "json")).as(console.err()).isZero();
            assertThat(console.out()).contains("\"keep\" : null").contains("\"toMove\" : 0");
            assertThat(table("orphans", "bronze.click")).isEqualTo(1);
            assertThat(console.err()).contains("Did you mean \"bronze.clicks\"?");
            generate(platform, 1);
            awaitRows(platform, 601);

            assertThat(run("bench", "--brokers", platform.instance().bootstrapServers(), "--registry",
                    platform.instance().registryUrl(), "--topic", "web.clicks.v1", "--warehouse", "bench",
                    "--interval", "1s")).as(console.err()).isZero();
            assertThat(console.out()).contains("records=601", "rows_committed=601", "cpu_s=");
            assertThat(run("bench", "--brokers", platform.instance().bootstrapServers(), "--registry",
                    platform.instance().registryUrl(), "--topic", "none", "--warehouse", "bench")).isEqualTo(1);
            assertThat(console.err()).contains("TOPIC_UNKNOWN");
        }
    }

    private void awaitRows(Platform platform, long rows) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (platform.status().table("bronze.clicks").orElseThrow().rows() != rows) {
            assertThat(System.nanoTime()).as(platform.status().toString()).isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private int snapshots() {
        Path data = folder.resolve("data");
        try (TableCatalog catalog = TableCatalog
                .open(Catalogs.sqlite(data.resolve("catalog.db"), data.resolve("warehouse")))) {
            return catalog.snapshots("bronze.clicks").size();
        }
    }

    private static void generate(Platform platform, long records) throws InterruptedException {
        Contract clicks = platform.deployments().getFirst().pipeline().contract("clicks").orElseThrow();
        Map<String, Object> kafka = Map.of("bootstrap.servers", platform.instance().bootstrapServers());
        try (var registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of());
                Destination to = Destination.open(clicks, kafka, registry)) {
            new ClickGenerator(CLICKS, 1_000, clicks, to, InstantSource.system()).run(records, () -> false, n -> {});
        }
    }

    private int adopt(String... arguments) {
        return table("adopt", arguments);
    }

    private int table(String command, String... arguments) {
        return run(Stream.concat(Stream.of("table", command, "--project", CLICKSTREAM.toString(), "--data", "data"),
                Stream.of(arguments)).toArray(String[]::new));
    }

    private int run(String... arguments) {
        return console.run(folder, arguments);
    }
}

package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.TableStatus;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten days of visits, of which a report has been made; then a part of one day comes that was five days on its way. */
class AmendCommandTest {
    private static final long SEED = Long.getLong("millrace.seed", 47);
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    private static final LocalDate DAY = TODAY.minusDays(6);
    private static final int EVENTS = 3_000;
    /** Of them those before yesterday. */
    private static final int CLOSED = EVENTS / 10 * 9;
    private static final int LATE = 120;
    private static final List<String> TABLES = List.of("gold.hourly", "gold.daily", "gold.crowded");

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private VisitsFolder shop;
    private ShopCommands user;
    private Contract contract;
    private AvroRowEncoder encoder;
    private KafkaProducer<byte[], byte[]> producer;

    @Test
    void aBatchThatComesFiveDaysLateIsCountedAndTheReportOfThenStays() throws Exception {
        shop();
        Deployment deployment = Deployment.read(Project.read(shop.path(), "dev", Map.of()));
        try (Platform platform = Platform.start(List.of(deployment), EnumSet.complementOf(EnumSet.of(Role.MAINTAIN)),
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE), Clock.systemUTC())) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            try (KafkaProducer<byte[], byte[]> opened = open(platform)) {
                producer = opened;
                tenDays();
                for (String table : TABLES) {
                    Patience.until(() -> platform.status().toString(), () -> platform.status().table(table)
                            .flatMap(TableStatus::completeThrough)
                            .filter(t -> t.isAfter(TODAY.minusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()))
                            .isPresent());
                }
                assertThat(user.run("replay", "amend", "--last", "7d", "--execute")).as(user.err()).isZero();
                assertThat(user.out()).contains("there was nothing to do");
                cutsAreMadeOfCompleteDays();

                late(DAY, LATE);
                late(TODAY.minusDays(9), 3);
                aBatchIsTakenIn();
                anotherIsTakenInAndLeftOutAgain();
                everyReplayHasIt();
            }
        }
    }

    private void cutsAreMadeOfCompleteDays() throws Exception {
        for (String table : TABLES) {
            assertThat(user.run("table", "cut", table, "--date", DAY.toString())).as(user.err()).isZero();
            assertThat(user.out()).contains(table + "@cut-" + DAY + "-T0 is there");
        }
        assertThat(user.run("table", "cut", "gold.hourly", "--date", TODAY.toString()))
                .isEqualTo(ExitCode.PROBLEM.code());
        assertThat(user.err()).contains("CUT_TOO_EARLY");
        assertThat(user.run("table", "cut", "gold.hourly", "--date", "Sunday")).isNotZero();
        assertThat(user.err()).contains("\"Sunday\" is no day");
    }

    private void aBatchIsTakenIn() throws Exception {
        List<String> before = rows("gold.hourly");
        awaitLate(LATE);
        assertThat(user.run("replay", "amend", "--last", "7d")).as(user.err()).isZero();
        assertThat(user.out()).contains("shop: " + LATE + " late records would be taken in",
                "nothing was changed; add --execute to do it");
        assertThat(user.run("replay", "list")).isZero();
        assertThat(user.out()).as("a plan changes nothing").doesNotContain("late records of");

        pausedOnItsWayItIsGoneOnWith();
        for (String table : TABLES) {
            assertThat(user.run("table", "cuts", table, "-o", "json")).isZero();
            assertThat(user.json().findValuesAsText("cut")).as(table).containsExactly("cut-" + DAY + "-T0",
                    "cut-" + DAY + "-T1");
            onlyTheFilesOfTheDayAreOthers(table);
        }
        assertThat(rows(cut("gold.hourly", 0))).as("the report of then").isEqualTo(before);
        assertThat(rows(cut("gold.hourly", 1))).as("the report of now").isEqualTo(rows("gold.hourly"));
        assertThat(sum("gold.hourly")).isEqualTo(CLOSED + LATE);
        assertThat(sum("gold.daily")).isEqualTo(CLOSED + LATE);
        assertThat(user.rows("SELECT sum(n) FROM gold.daily WHERE window_start = '" + DAY + "'"))
                .isEqualTo(user.rows("SELECT count(*) FROM bronze.visits WHERE \"at\" >= '" + DAY + "' AND \"at\" < '"
                        + DAY.plusDays(1) + "'"));
        assertThat(rows("gold.crowded")).isEqualTo(user.rows("SELECT * FROM gold.hourly WHERE n > 2 ORDER BY ALL"));
    }

    /** The command stops when somebody pauses its replay; the next one ends what is begun. */
    private void pausedOnItsWayItIsGoneOnWith() throws Exception {
        ShopCommands other = new ShopCommands(user.project(), user.data());
        CompletableFuture<Integer> amending = CompletableFuture.supplyAsync(() -> other.run("replay", "amend",
                "--last", "7d", "--execute"));
        Patience.until(() -> "an amend that runs: " + user.out() + user.err(),
                () -> user.run("replay", "list") == 0 && user.out().contains("started"));
        String id = user.out().lines().filter(l -> l.contains("started")).findFirst().orElseThrow().strip()
                .split("\\s+")[0];
        boolean paused = user.run("replay", "pause", id) == 0;
        assertThat(amending.get(120, TimeUnit.SECONDS)).as(other.err()).isZero();
        assertThat(user.run("replay", "amend", "--last", "7d", "--execute", "-o", "json")).as(user.err()).isZero();
        JsonNode out = user.json();
        assertThat(out.get("records").asInt()).as("nothing is left").isZero();
        assertThat(out.get("already").asInt()).isEqualTo(LATE);
        if (paused) {
            assertThat(out.get("done").get(0).get("id").asText()).isEqualTo(id);
            assertThat(out.get("done").get(0).get("status").asText()).isEqualTo("published");
        }
    }

    private void anotherIsTakenInAndLeftOutAgain() throws Exception {
        List<String> one = rows("gold.hourly");
        late(DAY.plusDays(2), 30);
        late(DAY, 20);
        awaitLate(LATE + 50);
        assertThat(user.run("replay", "amend", "--last", "7d", "-o", "json")).as(user.err()).isZero();
        assertThat(user.json().get("replays")).as("one for each day that has some").hasSize(2);
        assertThat(user.run("replay", "amend", "--last", "7d", "--execute", "-o", "json")).as(user.err()).isZero();
        List<String> ids = user.json().get("done").findValuesAsText("id");
        assertThat(ids).hasSize(2);
        assertThat(sum("gold.hourly")).isEqualTo(CLOSED + LATE + 50);
        assertThat(user.run("table", "cuts", "gold.hourly", "-o", "json")).isZero();
        assertThat(user.json().findValuesAsText("cut")).last().isEqualTo("cut-" + DAY + "-T2");
        assertThat(user.run("table", "branches", "gold.hourly")).isZero();
        assertThat(user.out()).as("nothing of it stays").doesNotContainPattern("^replay-");

        for (String id : ids) {
            assertThat(user.run("replay", "rollback", id, "--execute")).as(user.err()).isZero();
        }
        assertThat(rows("gold.hourly")).as("as it was").isEqualTo(one);
        assertThat(user.run("replay", "amend", "--last", "7d", "--execute", "-o", "json")).as(user.err()).isZero();
        assertThat(user.json().get("records").asInt()).as("they count no longer, and are taken in again").isEqualTo(50);
        assertThat(sum("gold.hourly")).isEqualTo(CLOSED + LATE + 50);
    }

    private void everyReplayHasIt() throws Exception {
        assertThat(
                user.run("replay", "start", "--from", DAY.minusDays(1).toString(), "--to", DAY.plusDays(1).toString(),
                        "--execute", "-o", "json"))
                .as(user.err()).isZero();
        String range = user.json().get("id").asText();
        for (String table : TABLES) {
            assertThat(rows(branch(table, range))).as("%s, seed %d", table, SEED)
                    .isEqualTo(user.rows("SELECT * FROM " + table + " WHERE window_start >= '" + DAY.minusDays(1)
                            + "' AND window_start < '" + DAY.plusDays(1) + "' ORDER BY ALL"));
        }
        assertThat(user.run("replay", "start", "--select", "gold.*", "--to", TODAY.minusDays(2).toString(), "--execute",
                "-o", "json")).as(user.err()).isZero();
        String before = user.json().get("id").asText();
        late(DAY.plusDays(1), 10);
        awaitLate(LATE + 60);
        for (int p = 0; p < contract.partitions(); p++) {
            producer.send(EndMarker.record(contract.topic(), p));
        }
        producer.flush();
        assertThat(user.run("replay", "amend", "--last", "7d", "--execute")).as(user.err()).isZero();
        assertThat(user.run("replay", "publish", before, "--execute")).isEqualTo(ExitCode.PROBLEM.code());
        assertThat(user.err()).contains("REPLAY_AMENDED_SINCE");

        assertThat(user.run("replay", "start", "--execute", "-o", "json")).as(user.err()).isZero();
        String whole = user.json().get("id").asText();
        for (String table : List.of("gold.hourly", "gold.daily")) {
            String all = Integer.toString(EVENTS + LATE + 60);
            Patience.until(() -> "the end is in " + table,
                    () -> user.rows("SELECT sum(n) FROM " + table).get(0).equals(all));
        }
        for (String table : TABLES) {
            assertThat(rows(branch(table, whole))).as("%s, seed %d", table, SEED).isEqualTo(rows(table));
        }
    }

    private void onlyTheFilesOfTheDayAreOthers(String table) throws IOException {
        Set<String> then = files(table + "@cut-" + DAY + "-T0");
        Set<String> now = files(table + "@cut-" + DAY + "-T1");
        Set<String> same = new TreeSet<>(then);
        same.retainAll(now);
        assertThat(same).as("of eight other days at least, %s", table).hasSizeGreaterThan(7);
        then.removeAll(same);
        now.removeAll(same);
        assertThat(then).as("%s then", table).isNotEmpty().allMatch(f -> f.contains("_day=" + DAY));
        assertThat(now).as("%s now", table).isNotEmpty().allMatch(f -> f.contains("_day=" + DAY));
    }

    private Set<String> files(String table) throws IOException {
        assertThat(user.run("table", "files", table, "-o", "json")).as(user.err()).isZero();
        return new TreeSet<>(user.json().findValuesAsText("path"));
    }

    private static String cut(String table, int number) {
        return table.replace(".", ".\"") + "@cut-" + DAY + "-T" + number + "\"";
    }

    private static String branch(String table, String replay) {
        return table.replace(".", ".\"") + "@replay-" + replay + "\"";
    }

    private void awaitLate(int records) throws Exception {
        for (String table : List.of("gold.hourly__late", "gold.daily__late")) {
            Patience.until(() -> table + " has " + records,
                    () -> user.rows("SELECT count(DISTINCT \"offset\" * 2 + \"partition\") >= "
                            + records + " FROM " + table + " WHERE event_time >= '" + TODAY.minusDays(8) + "'")
                            .equals(List.of("true")));
        }
    }

    /** Of the days whose windows are all closed. */
    private long sum(String table) {
        return Long.parseLong(
                user.rows("SELECT sum(n) FROM " + table + " WHERE window_start < '" + TODAY.minusDays(1) + "'")
                        .get(0));
    }

    private List<String> rows(String table) {
        return user.rows("SELECT * FROM " + table + " ORDER BY ALL");
    }

    private KafkaProducer<byte[], byte[]> open(Platform platform) {
        contract = platform.deployments().get(0).pipeline().contracts().get(0);
        try (ConfluentRegistry registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of())) {
            encoder = AvroRowEncoder.of(AvroTypes.toSchema(contract), contract.rowType(),
                    registry.register(contract.topic() + "-value", AvroTypes.toSchema(contract)));
        }
        return new KafkaProducer<>(Map.of("bootstrap.servers", platform.instance().bootstrapServers()),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void tenDays() {
        Instant first = TODAY.minusDays(10).atStartOfDay(ZoneOffset.UTC).toInstant();
        for (int i = 0; i < EVENTS; i++) {
            send(i % 2, first.plusSeconds(Duration.ofDays(10).toSeconds() * i / EVENTS));
        }
        // Both have come to the end of yesterday, so that the last hour of it is all that is still open.
        producer.flush();
    }

    private void late(LocalDate day, int count) {
        Instant ten = day.atTime(10, 0).toInstant(ZoneOffset.UTC);
        for (int i = 0; i < count; i++) {
            send(random.nextInt(2), ten.plusSeconds(random.nextInt(4 * 3600)));
        }
        producer.flush();
    }

    private void send(int partition, Instant at) {
        producer.send(new ProducerRecord<>(contract.topic(), partition, null, encoder.encode(new Object[] {
                "v" + random.nextInt(5), ChronoUnit.MICROS.between(Instant.EPOCH, at)})));
    }

    private void shop() throws IOException {
        shop = VisitsFolder.make(folder.resolve("shop"), 2, "  - {property: allowedLateness, value: 1h}");
        user = new ShopCommands(shop.path(), folder.resolve("data"));
        shop.write("models/silver/visits.sql", "SELECT who, at FROM visits");
        String windows = """
            SELECT who, window_start, window_end, COUNT(*) AS n
            FROM TABLE(TUMBLE(TABLE silver.visits, DESCRIPTOR(at), INTERVAL '1' HOUR))
            GROUP BY who, window_start, window_end
            """;
        shop.write("models/gold/hourly.sql", windows);
        shop.write("models/gold/daily.sql", windows.replace("'1' HOUR", "'1' DAY"));
        shop.write("models/gold/crowded.sql", "SELECT who, window_start, window_end, n FROM gold.hourly WHERE n > 2");
        shop.write("models/gold/gold.yml", """
            models:
            """ + String.join("", List.of("hourly", "daily", "crowded").stream().map(m -> "  - name: " + m
                + "\n    config: {unique_key: [who, window_start], partition_by: [day(window_start)]}\n").toList()));
    }
}

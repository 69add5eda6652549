package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import millrace.ops.observe.TableFacts.Contents;
import millrace.ops.observe.TableStatus.PartitionStatus;
import millrace.sinks.iceberg.health.Upkeep;
import millrace.topology.run.LocalState;

/** Facts as a platform gives them, for tests of what is made of them. */
public final class StatusFixture {
    public static final Instant NOW = Instant.parse("2026-11-19T10:41:10Z");

    private StatusFixture() {}

    /** A table on which everything is in order: the newest record is six seconds old, none waits. */
    public static TableFacts current(String name) {
        return new TableFacts(name, "clickstream", "web.clicks.v1", Duration.ofSeconds(10),
                Optional.of(Duration.ofSeconds(60)),
                Optional.of(new Contents(18_204, 12, 3, 4_194_304, Optional.of(77L),
                        Optional.of(NOW.minusSeconds(4)), Optional.of(NOW.minusSeconds(8)), 998.4, Upkeep.NONE)),
                List.of(new PartitionStatus(0, 9_100, 0, 9_100), new PartitionStatus(1, 9_104, 0, 9_104)),
                Optional.of(NOW.minusSeconds(6)), Optional.empty(), true, Optional.empty());
    }

    /** The same with 900 offsets in partition 1 that wait since this long. */
    public static TableFacts waiting(String name, Duration since) {
        TableFacts t = current(name);
        return new TableFacts(t.name(), t.pipeline(), t.topic(), t.commitInterval(), t.objective(), t.contents(),
                List.of(t.partitions().get(0), new PartitionStatus(1, 9_104, 0, 10_004)), t.newest(),
                Optional.of(NOW.minus(since)), true, Optional.empty());
    }

    public static TableFacts stopped(TableFacts t) {
        return new TableFacts(t.name(), t.pipeline(), t.topic(), t.commitInterval(), t.objective(), t.contents(),
                t.partitions(), t.newest(), t.oldestWaiting(), false, t.blocked());
    }

    public static TableFacts quietSince(String name, Duration since) {
        TableFacts t = current(name);
        return new TableFacts(t.name(), t.pipeline(), t.topic(), t.commitInterval(), t.objective(), t.contents(),
                t.partitions(), Optional.of(NOW.minus(since)), Optional.empty(), true, Optional.empty());
    }

    public static TableFacts blocked(String name, Blocked blocked) {
        TableFacts t = waiting(name, Duration.ofMinutes(4));
        return new TableFacts(t.name(), t.pipeline(), t.topic(), t.commitInterval(), t.objective(), t.contents(),
                t.partitions(), t.newest(), t.oldestWaiting(), true, Optional.of(blocked));
    }

    public static TableFacts empty(String name) {
        TableFacts t = current(name);
        return new TableFacts(t.name(), t.pipeline(), t.topic(), t.commitInterval(), Optional.empty(),
                Optional.empty(), List.of(), Optional.empty(), Optional.empty(), true, Optional.empty());
    }

    public static final Blocked RECREATED = new Blocked("bronze.orders", "TOPIC_RECREATED",
            "shop.orders.v1 has another id than the one this table was filled from (position 0:118204, 1:117990).",
            "If the old topic is gone for good: millrace table adopt bronze.orders --topic shop.orders.v1",
            NOW.minusSeconds(250));

    /** What two tasks keep, of which one follows another process. */
    private static final LocalState KEPT = new LocalState(List.of(
            new LocalState.Store("gold.sessions.groups", "1_0", LocalState.Duty.ACTIVE, 40_000, 3 << 20, 0, 500),
            new LocalState.Store("gold.sessions.groups", "1_1", LocalState.Duty.STANDBY, 10_000, 1 << 20, 12, 9_988)),
            2 << 20);

    /** A platform on which the first records have come, and no commit yet. */
    public static Status filling() {
        TableFacts t = waiting("bronze.orders", Duration.ofSeconds(3));
        TableFacts first = new TableFacts(t.name(), t.pipeline(), t.topic(), t.commitInterval(), t.objective(),
                Optional.empty(), List.of(new PartitionStatus(0, 0, 0, 5)), Optional.empty(), t.oldestWaiting(), true,
                Optional.empty());
        return Status.of(NOW, List.of(), List.of(first.assess(NOW), empty("silver.orders").assess(NOW)), List.of(),
                List.of());
    }

    /** A platform with one table of each condition. */
    public static Status mixed() {
        List<TableFacts> tables = List.of(current("bronze.clicks"), waiting("silver.clicks", Duration.ofSeconds(75)),
                blocked("bronze.orders", RECREATED), quietSince("bronze.prices", Duration.ofMinutes(12)),
                stopped(waiting("silver.prices", Duration.ofMinutes(2))), empty("quarantine.clicks"));
        return Status.of(NOW,
                List.of(new PipelineStatus("clickstream", "running", "", Condition.CURRENT, List.of("clicks"),
                        List.of("silver.clicks"), KEPT)),
                tables.stream().map(t -> t.assess(NOW)).toList(),
                List.of(new QuarantineStatus("clickstream", "clicks", "bronze.clicks", "web.clicks.v1.quarantine",
                        "quarantine.clicks",
                        9, 2, Map.of("NOT_DECODABLE", 5L, "WILD_EVENT_TIME", 4L)),
                        new QuarantineStatus("shop", "orders", "bronze.orders", "shop.orders.v1.quarantine",
                                "quarantine.orders", 0, 0,
                                Map.of())),
                List.of(RECREATED));
    }

    /** A platform on which all is well. */
    public static Status calm() {
        return Status.of(NOW,
                List.of(new PipelineStatus("clickstream", "running", "", Condition.CURRENT, List.of("clicks"),
                        List.of("silver.clicks"), LocalState.NONE)),
                List.of(current("bronze.clicks").assess(NOW), current("silver.clicks").assess(NOW)),
                List.of(new QuarantineStatus("clickstream", "clicks", "bronze.clicks", "web.clicks.v1.quarantine",
                        "quarantine.clicks",
                        0, 0, Map.of())),
                List.of());
    }

    /** A platform of one table that says why nothing more is in it. */
    public static Status because(String name, Why why) {
        return Status.of(NOW, List.of(), List.of(current(name).assess(NOW).because(why)), List.of(), List.of());
    }
}

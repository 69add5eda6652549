package millrace.replay.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.replay.Clickstream;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.PartitionRead;
import millrace.replay.plan.ReplayPlan.Written;
import millrace.replay.plan.TopicFacts.InBronze;
import millrace.replay.plan.TopicFacts.PartitionFacts;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.Plan;
import millrace.topology.reach.Exchanges;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A topic of two partitions whose clocks were written down at every full hour of 1 November, a thousand records each. */
class ReplayPlannerTest {
    private static final Pipeline PIPELINE = Clickstream.pipeline();
    private static final Instant MIDNIGHT = Instant.parse("2026-11-01T00:00:00Z");

    @Test
    void aWindowIsReadWithWhatItLooksAroundAndUntilTheRestIsLate() {
        ReplayPlan plan = plan("gold.hourly", "2026-11-01T10:00", "2026-11-01T12:00", facts(0, 0));
        assertThat(plan.kind()).isEqualTo(new Kind.Bounded(Optional.of(hour(10)), Optional.of(hour(12))));
        assertThat(plan.models()).containsExactly(new Written("gold.hourly", Optional.of("window_start")));
        assertThat(plan.looks()).containsExactly(new ReplayPlan.Look("gold.hourly", "clicks", "25h", "1h"));
        // A watermark is behind its clock by the disorder of 30 seconds.
        assertThat(plan.settled()).hasValue(micros(hour(15)) - 30_000_000L);
        // Behind 12:00 an hour ahead and two of lateness; before 10:00 there is no checkpoint 25 hours back.
        assertThat(plan.reads().get(0).partitions().get(0))
                .isEqualTo(read(0, 0, OptionalLong.empty(), 15_000, 0));
    }

    @Test
    void itBeginsAtTheLastClockBelowWhatIsLookedBack() {
        ReplayPlan plan = plan("gold.hourly", "2026-11-02T12:00", "2026-11-02T13:00", facts(0, 0));
        // 25 hours back the clock is at 11:00; an hour before, below it.
        assertThat(plan.reads().get(0).partitions().get(0))
                .isEqualTo(read(0, 10_000, OptionalLong.of(micros(hour(10))), 40_000, 0));
    }

    @Test
    void rowsThatCountHoweverLateAndGroupsOfAllTimeAreReplayedWhole() {
        assertThat(because("silver.all")).containsExactly("silver.all takes records of clicks however late they come, "
                + "and bronze.clicks does not say which of them are of the range");
        assertThat(because("gold.ever")).containsExactly(
                "gold.ever looks ahead in clicks without end: a group without a window",
                "gold.ever: no column is a time that its rows are of");
        ReplayPlan plan = ReplayPlanner.plan(request(Set.of("gold.hourly"), Optional.empty(), Optional.empty()),
                facts(0, 0));
        assertThat(plan.kind()).isEqualTo(new Kind.Whole(List.of()));
        assertThat(plan.models()).containsExactly(new Written("gold.hourly", Optional.empty()));
        assertThat(plan.reads().get(0).partitions().get(0))
                .isEqualTo(new PartitionRead(0, 0, OptionalLong.empty(), OptionalLong.empty(), 48_000, 0, 480_000));
    }

    @Test
    void rowsThatCountHoweverLateAreReadUpToTheLastThatBronzeHas() {
        List<ReplayPlan.Times> asked = new ArrayList<>();
        PlanRequest request = new PlanRequest(PIPELINE, "text", new TreeSet<>(Set.of("silver.all")),
                edge("2026-11-02T10:00"), edge("2026-11-02T11:00"), hour(48), (contract, times) -> {
                    asked.add(times);
                    return Optional.of(new TreeMap<>(Map.of(0, 44_321L, 1, 34_500L)));
                }, state -> Optional.empty());
        ReplayPlan plan = ReplayPlanner.plan(request, facts(0, 0));
        ReplayPlan.Times times = new ReplayPlan.Times(micros(hour(34)), micros(hour(35)));
        assertThat(asked).containsExactly(times);
        assertThat(plan.models()).containsExactly(new Written("silver.all", Optional.of("ts")));
        assertThat(plan.reads().get(0).late()).contains(times);
        assertThat(plan.reads().get(0).partitions()).extracting(p -> p.end().getAsLong())
                .as("behind the last, and until the clocks have passed it by the lateness")
                .containsExactly(44_322L, 37_000L);
    }

    @Test
    void betweenRecordsAndRowsLieTheExchangesOfTheLongestWay() {
        List<Plan> plans = PIPELINE.models().stream().map(Pipeline.PlannedModel::plan).toList();
        assertThat(Exchanges.before(Set.of("silver.all"), plans)).isZero();
        assertThat(Exchanges.before(Set.of("silver.clicks"), plans)).isOne();
        assertThat(Exchanges.before(Set.of("silver.all", "gold.hourly"), plans)).isEqualTo(2);
    }

    @Test
    void withoutAnEndItGoesAsFarAsNothingCanChange() {
        ReplayPlan plan = ReplayPlanner.plan(request(Set.of("gold.hourly"), edge("2026-11-02T10:00"),
                Optional.empty()), facts(0, 0));
        assertThat(plan.kind()).isEqualTo(new Kind.Bounded(Optional.of(hour(34)), Optional.of(hour(45))));
        assertThat(plan.reads().get(0).partitions().get(1).end()).hasValue(48_000);
    }

    @Test
    void behindAnEndMarkerEverythingIsSettled() {
        Map<String, TopicFacts> ended = facts(0, 0, clocks -> clocks.put(48_001L, TaskWatermark.END));
        assertThat(plan("gold.hourly", "2026-11-02T10:00", "2027-01-01", ended).kind())
                .isEqualTo(new Kind.Bounded(Optional.of(hour(34)), Optional.of(Instant.parse("2027-01-01T00:00:00Z"))));
        assertThat(ReplayPlanner.plan(request(Set.of("gold.hourly"), edge("2026-11-02T10:00"), Optional.empty()), ended)
                .kind()).isEqualTo(new Kind.Bounded(Optional.of(hour(34)), Optional.empty()));
    }

    @Test
    void whatIsNotSettledIsRefusedWithWhereItIs() {
        refused(() -> plan("gold.hourly", "2026-11-02T10:00", "2026-11-02T23:00", facts(0, 0)),
                "REPLAY_RANGE_OPEN", "behind 2026-11-02T21:00:00Z", "partition 0 of web.clicks");
        refused(() -> plan("gold.hourly", "2026-11-02T10:00", "2026-11-02T09:00", facts(0, 0)),
                "REPLAY_RANGE_EMPTY");
        refused(() -> ReplayPlanner.plan(request(Set.of("gold.hourly"), edge("2026-11-02T22:00"), Optional.empty()),
                facts(0, 0)), "REPLAY_RANGE_OPEN");
        refused(() -> plan("gold.hourly", "2026-11-02T10:00", "2026-11-02T11:00", facts(0, 0, NavigableMap::clear)),
                "REPLAY_RANGE_OPEN", "has no event time yet");
    }

    @Test
    void whatKafkaNoLongerHasIsReadFromBronzeOrMissed() {
        ReplayPlan plan = plan("gold.hourly", "2026-11-02T12:00", "2026-11-02T13:00", facts(20_000, 0));
        assertThat(plan.reads().get(0).partitions().get(0))
                .isEqualTo(read(0, 10_000, OptionalLong.of(micros(hour(10))), 40_000, 10_000));
        assertThat(plan.fromBronze()).isEqualTo(20_000);
        refused(() -> plan("gold.hourly", "2026-11-02T12:00", "2026-11-02T13:00", facts(20_000, 12_000)),
                "REPLAY_DATA_GONE", "from offset 10000", "Kafka begins at 20000 and bronze.clicks at 12000",
                "begin at 2026-11-02T13:00:00.000001Z or later");
    }

    @Test
    void ofASampleOtherPartitionsAreNotRead() {
        PlanRequest all = request(Set.of("gold.hourly"), edge("2026-11-02T12:00"), edge("2026-11-02T13:00"));
        PlanRequest request = new PlanRequest(all.pipeline(), all.revision(), all.models(), all.from(), all.to(),
                new TreeSet<>(Set.of(1, 7)), List.of(), all.now(), all.arrived(), all.completeThrough());
        ReplayPlan plan = ReplayPlanner.plan(request, facts(0, 0));
        ReplayPlan whole = ReplayPlanner.plan(all, facts(0, 0));
        assertThat(plan.sample()).containsExactly(1, 7);
        assertThat(plan.id()).isNotEqualTo(whole.id());
        assertThat(plan.reads().get(0).partitions()).extracting(PartitionRead::records).containsExactly(0L, 30_000L);
        assertThat(plan.reads().get(0).partitions().get(1)).isEqualTo(whole.reads().get(0).partitions().get(1));
        ReplayPlan everything = ReplayPlanner.plan(new PlanRequest(all.pipeline(), all.revision(), all.models(),
                Optional.empty(), Optional.empty(), new TreeSet<>(Set.of(0)), List.of(), all.now(), all.arrived(),
                all.completeThrough()), facts(0, 0));
        assertThat(everything.reads().get(0).partitions()).as("it comes to an end").allMatch(p -> p.end().isPresent());
        refused(() -> ReplayPlanner.plan(new PlanRequest(all.pipeline(), all.revision(), all.models(), all.from(),
                all.to(), new TreeSet<>(Set.of(9)), List.of(), all.now(), all.arrived(), all.completeThrough()),
                facts(0, 0)),
                "REPLAY_BOUND_UNKNOWN", "has a partition 9");
    }

    @Test
    void lateRecordsThatCountAreReadWithTheRangeThatTheyAreOf() {
        var early = new TimeEntry.Admission("id", 0, 41_234, micros(hour(35)), micros(hour(35)) + 1);
        var other = new TimeEntry.Admission("id", 0, 47_000, micros(hour(40)), micros(hour(41)));
        Map<String, TopicFacts> facts = Map.of("clicks", facts(0, 0).get("clicks").admitting(List.of(early, other)));
        ReplayPlan without = plan("gold.hourly", "2026-11-02T10:00", "2026-11-02T11:00", facts(0, 0));
        ReplayPlan plan = plan("gold.hourly", "2026-11-02T10:00", "2026-11-02T11:00", facts);
        assertThat(plan.id()).isNotEqualTo(without.id());
        assertThat(plan.reads().get(0).admissions()).containsExactly(early);
        assertThat(plan.reads().get(0).partitions()).extracting(p -> p.end().getAsLong()).containsExactly(41_234L,
                without.reads().get(0).partitions().get(1).end().getAsLong());
        assertThat(plan.otherThan(List.of(early, other))).isEmpty();
        assertThat(plan.otherThan(List.of(other))).as("withdrawn").containsExactly(early);
        assertThat(without.otherThan(List.of(early, other))).containsExactly(early);
        ReplayPlan whole = ReplayPlanner.plan(request(Set.of("gold.hourly"), Optional.empty(), Optional.empty()),
                facts);
        assertThat(whole.reads().get(0).admissions()).containsExactly(early, other);
        assertThat(whole.otherThan(List.of(early, other, new TimeEntry.Admission("id", 1, 1, 0, 1)))).hasSize(1);
    }

    @Test
    void bronzeMustHaveLandedWhatKafkaHasLetGo() {
        Map<String, TopicFacts> behind = facts(20_000, 0, 19_999, clocks -> {});
        refused(() -> plan("gold.hourly", "2026-11-02T12:00", "2026-11-02T13:00", behind), "REPLAY_DATA_GONE",
                "begins at offset 20000 in Kafka, but bronze.clicks has it only up to 19999");
    }

    @Test
    void whereRowsHaveGoneTheBeginningIsNotThere() {
        Map<String, TopicFacts> forgetful = Map.of("clicks", new TopicFacts("web.clicks", "id",
                facts(20_000, 12_000).get("clicks").partitions(), true));
        refused(() -> plan("gold.hourly", "2026-11-01T10:00", "2026-11-01T12:00", forgetful), "REPLAY_DATA_GONE");
        refused(() -> ReplayPlanner.plan(request(Set.of("gold.hourly"), Optional.empty(), Optional.empty()), forgetful),
                "REPLAY_DATA_GONE");
    }

    @Test
    void ofACompactedTopicAllIsReadFromBronze() {
        Map<String, TopicFacts> compacted = Map.of("clicks", new TopicFacts("web.clicks", "id",
                facts(0, 0).get("clicks").partitions(), false, true, true, List.of()));
        ReplayPlan plan = plan("gold.hourly", "2026-11-02T12:00", "2026-11-02T13:00", compacted);
        assertThat(plan.fromBronze()).isEqualTo(plan.records());
        Map<String, TopicFacts> behind = Map.of("clicks", new TopicFacts("web.clicks", "id",
                facts(0, 0, 30_000, clocks -> {}).get("clicks").partitions(), false, true, true, List.of()));
        assertThat(plan("gold.hourly", "2026-11-02T12:00", "2026-11-02T13:00", behind).fromBronze()).isEqualTo(40_000);
    }

    @Test
    void whereClocksAreNotKnownNoRangeIs() {
        Map<String, TopicFacts> other = Map.of("clicks", facts(0, 0).get("clicks").withoutClocks());
        assertThat(((Kind.Whole) plan("gold.hourly", "2026-11-02T12:00", "2026-11-02T13:00", other).kind()).because())
                .singleElement().asString()
                .startsWith("contract clicks takes records or reads their time in another way");
    }

    @Test
    void offsetsStandForWhatTheyMayHaveChanged() {
        ReplayPlan plan = plan("gold.hourly", "offset:0=30000,1=31500", "offset:0=15000,1=14000", facts(0, 0));
        // The clock at 30,000 is at 30:00, less two hours of lateness, and a window that began an hour before has it.
        // At 15,000 no record before is later than 15:00, and the windows of a day and an hour behind look back at it.
        assertThat(plan.kind()).isEqualTo(new Kind.Bounded(Optional.of(hour(27)),
                Optional.of(hour(40).plus(1, ChronoUnit.MICROS))));
        refused(() -> plan("gold.hourly", "offset:7=30000", "2026-11-02T11:00", facts(0, 0)), "REPLAY_BOUND_UNKNOWN");
        refused(() -> plan("gold.hourly", "offset:users:0=30000", "2026-11-02T11:00", facts(0, 0)),
                "REPLAY_BOUND_UNKNOWN", "clicks");
    }

    @Test
    void aSnapshotStandsForWhatCameSince() {
        ReplayPlan plan = plan("gold.hourly", "snapshot:gold.hourly@good", "2026-11-02T11:00", facts(0, 0));
        // It was complete through 30:00; what came since may be as late as is allowed, less the disorder waited for,
        // and be of a window that began an hour before.
        assertThat(plan.kind()).isEqualTo(new Kind.Bounded(
                Optional.of(hour(29).minus(Clickstream.LATENESS).plus(Clickstream.DISORDER)), Optional.of(hour(35))));
        refused(() -> plan("gold.hourly", "snapshot:gold.hourly@bad", "2026-11-02T11:00", facts(0, 0)),
                "REPLAY_BOUND_UNKNOWN", "no snapshot bad of gold.hourly");
    }

    @Test
    void thePlanOfTheSameHasTheSameName() {
        ReplayPlan plan = plan("gold.hourly", "2026-11-01T10:00", "2026-11-01T12:00", facts(0, 0));
        assertThat(plan("gold.hourly", "2026-11-01T10:00", "2026-11-01T12:00", facts(0, 0)).id())
                .isEqualTo(plan.id()).hasSize(6);
        assertThat(plan("gold.hourly", "2026-11-01T10:00", "2026-11-01T13:00", facts(0, 0)).id())
                .isNotEqualTo(plan.id());
    }

    /** Of records with times of any disorder, none that counts for a row of the range lies outside of what is read. */
    @Test
    void noRecordThatCountsIsLeftOut() {
        long lateness = Clickstream.LATENESS.toMillis() * 1_000;
        long hour = Duration.ofHours(1).toMillis() * 1_000;
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            NavigableMap<Long, Long> clocks = new TreeMap<>();
            List<Long> times = new ArrayList<>();
            List<Long> met = new ArrayList<>();
            long clock = Long.MIN_VALUE;
            for (int offset = 0; offset < 400; offset++) {
                if (offset > 0 && random.nextInt(8) == 0) {
                    clocks.put((long) offset, clock);
                }
                long time = micros(MIDNIGHT) + offset * hour / 4 + (random.nextInt(24) - 18) * hour / 4;
                clock = Math.max(clock, time);
                times.add(time);
                met.add(clock);
            }
            clocks.put(400L, clock);
            Instant from = MIDNIGHT.plus(Duration.ofHours(random.nextInt(70)));
            Instant to = from.plus(Duration.ofHours(1 + random.nextInt(10)));
            var topic = new TopicFacts("web.clicks", "id",
                    List.of(new PartitionFacts(0, 0, 400, 0, Optional.empty(), clocks)), false);
            PartitionRead read = plan("gold.hourly", from.toString(), to.toString(), Map.of("clicks", topic)).reads()
                    .get(0).partitions().get(0);
            for (int offset = 0; offset < 400; offset++) {
                long window = Math.floorDiv(times.get(offset), hour) * hour;
                boolean counts = window >= micros(from) && window < micros(to)
                        && window + hour > met.get(offset) - lateness;
                if (counts) {
                    assertThat((long) offset).as("seed %d", seed).isGreaterThanOrEqualTo(read.start())
                            .isLessThan(read.end().getAsLong());
                }
            }
        }
    }

    private static List<String> because(String model) {
        return ((Kind.Whole) plan(model, "2026-11-01T10:00", "2026-11-01T12:00", facts(0, 0)).kind()).because();
    }

    private static void refused(ThrowingCallable call, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class,
                e -> assertThat(e.problems().get(0).toText()).contains(words));
    }

    private static ReplayPlan plan(String model, String from, String to, Map<String, TopicFacts> facts) {
        return ReplayPlanner.plan(request(Set.of(model), edge(from), edge(to)), facts);
    }

    private static Optional<Edge> edge(String text) {
        return Optional.of(Edge.parse(text));
    }

    private static PlanRequest request(Set<String> models, Optional<Edge> from, Optional<Edge> to) {
        return new PlanRequest(PIPELINE, "text", new TreeSet<>(models), from, to, hour(48),
                (contract, times) -> Optional.empty(),
                state -> state.ref().equals("good") ? Optional.of(hour(30)) : Optional.empty());
    }

    private static Map<String, TopicFacts> facts(long kafkaBegins, long bronzeBegins) {
        return facts(kafkaBegins, bronzeBegins, clocks -> {});
    }

    private static Map<String, TopicFacts> facts(long kafkaBegins, long bronzeBegins,
            java.util.function.Consumer<NavigableMap<Long, Long>> change) {
        return facts(kafkaBegins, bronzeBegins, 48_000, change);
    }

    private static Map<String, TopicFacts> facts(long kafkaBegins, long bronzeBegins, long bronzeEnds,
            java.util.function.Consumer<NavigableMap<Long, Long>> change) {
        NavigableMap<Long, Long> clocks = new TreeMap<>();
        for (int h = 1; h <= 48; h++) {
            clocks.put(h * 1_000L, micros(hour(h)));
        }
        change.accept(clocks);
        return Map.of("clicks", new TopicFacts("web.clicks", "id", List.of(
                new PartitionFacts(0, kafkaBegins, 48_000, 10 * (48_000 - kafkaBegins),
                        Optional.of(new InBronze(bronzeBegins, bronzeEnds)),
                        clocks),
                new PartitionFacts(1, kafkaBegins, 48_000, 10 * (48_000 - kafkaBegins),
                        Optional.of(new InBronze(bronzeBegins, bronzeEnds)),
                        clocks)),
                false));
    }

    private static PartitionRead read(int partition, long start, OptionalLong clock, long end, long fromBronze) {
        return new PartitionRead(partition, start, clock, OptionalLong.of(end), end, fromBronze, 10 * (end - start));
    }

    private static Instant hour(int hours) {
        return MIDNIGHT.plus(Duration.ofHours(hours));
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}

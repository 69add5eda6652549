package millrace.replay.amend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.replay.Clickstream;
import millrace.replay.amend.Amendment.Piece;
import millrace.replay.plan.TopicFacts;
import millrace.replay.plan.TopicFacts.PartitionFacts;
import millrace.schemas.time.TimeEntry;
import millrace.topology.assemble.Pipeline;
import org.junit.jupiter.api.Test;

/** The clicks of twenty days, two partitions whose clocks stand at the end of 20 November. */
class AmendPlannerTest {
    private static final String NOW = "2026-11-21T00:00:00Z";
    private static final String SINCE = "2026-11-10T00:00:00Z";
    private static final Pipeline PIPELINE = Clickstream.pipeline();
    private static final Set<String> LANDED = Set.of("silver.all", "silver.clicks", "gold.hourly");

    @Test
    void aLateRowChangesTheVeryWindowAndNothingBesideIt() {
        Amendment amendment = plan(LANDED, late("gold.hourly", 0, 700, "2026-11-15T10:20:00Z"),
                late("gold.hourly", 0, 650, "2026-11-15T10:10:00Z"),
                late("gold.hourly", 1, 90, "2026-11-15T11:30:00Z"));
        assertThat(amendment.records()).isEqualTo(3);
        assertThat(amendment.left()).isEmpty();
        assertThat(amendment.pieces()).containsExactly(new Piece(at("2026-11-15T10:00:00Z"),
                at("2026-11-15T12:00:00Z"), new TreeSet<>(Set.of("gold.hourly")), List.of(
                        new TimeEntry.Admission("id", 0, 701, at("2026-11-15T10:10:00Z"),
                                at("2026-11-15T10:20:00Z") + 1),
                        new TimeEntry.Admission("id", 1, 91, at("2026-11-15T11:30:00Z"),
                                at("2026-11-15T11:30:00Z") + 1)),
                3));
    }

    @Test
    void whatReadsTheModelIsComputedAnewAsFarAsItLooks() {
        // Of all rows of an id within a day the first is kept: a day behind it rows may go, an hour's window around them.
        Amendment amendment = plan(LANDED, late("silver.clicks", 0, 700, "2026-11-15T10:20:00Z"));
        Piece piece = amendment.pieces().get(0);
        assertThat(piece.models()).containsExactly("gold.hourly", "silver.clicks");
        assertThat(piece.from()).isEqualTo(at("2026-11-15T09:20:00Z"));
        assertThat(piece.to()).isEqualTo(at("2026-11-16T11:20:00Z") + 1);
    }

    @Test
    void daysThatFollowEachOtherAreComputedTogetherAndOthersAlone() {
        Amendment amendment = plan(LANDED, late("gold.hourly", 0, 10, "2026-11-12T10:20:00Z"),
                late("gold.hourly", 0, 11, "2026-11-13T00:20:00Z"), late("gold.hourly", 0, 12, "2026-11-15T23:59:00Z"));
        assertThat(amendment.pieces()).extracting(Piece::records).containsExactly(2L, 1L);
        assertThat(amendment.pieces().get(1).from()).isEqualTo(at("2026-11-15T23:00:00Z"));
        assertThat(amendment.pieces().get(1).to()).isEqualTo(at("2026-11-16T00:00:00Z"));
    }

    @Test
    void whatIsNotKnownYetKeepsNothingApart() {
        Amendment amendment = plan(LANDED, late("gold.hourly", 0, 400, "2026-11-15T10:20:00Z"),
                late("gold.hourly", 0, 5_000, "2026-11-15T10:20:00Z"));
        assertThat(amendment.records()).as("at the very same time").isOne();
    }

    @Test
    void rowsStayOutForOneReasonEach() {
        Amendment amendment = plan(LANDED, late("gold.hourly", 0, 1, "2026-11-09T23:59:59Z"),
                late("gold.hourly", 0, 5_000, "2026-11-12T10:00:00Z"),
                late("gold.hourly", 0, 2, "2026-11-20T21:30:00Z"),
                late("gold.hourly", 0, 400, "2026-11-15T10:20:00Z"));
        assertThat(amendment.left()).containsOnly(Map.entry("older than was asked for", 1L),
                Map.entry("not landed with all others yet: they are taken in later", 1L),
                Map.entry("results that they would change can still change otherwise: they are taken in later", 1L));
        assertThat(amendment.records()).isOne();
    }

    @Test
    void whatOnlyAReplayOfEverythingWouldGiveStaysOut() {
        Amendment amendment = plan(Set.of("silver.clicks", "gold.hourly", "gold.ever"),
                late("silver.clicks", 0, 700, "2026-11-15T10:20:00Z"),
                late("gold.hourly", 0, 701, "2026-11-15T10:20:00Z"));
        assertThat(amendment.pieces()).as("one of the same time stays out too").isEmpty();
        assertThat(amendment.left().keySet()).containsExactly("at the very time of one that stays out",
                "only a replay of everything could take them in: gold.ever looks without end: a group without a window");
    }

    @Test
    void aReplayOfEverythingTakesAllIn() {
        Set<String> landed = Set.of("silver.all", "silver.clicks", "gold.hourly", "gold.ever");
        Amendment amendment = AmendPlanner.planHistory(new AmendPlanner.Request(PIPELINE, landed,
                Map.of("clicks", facts()), at(SINCE), known()),
                List.of(late("silver.clicks", 0, 700, "2026-11-15T10:20:00Z"),
                        late("gold.hourly", 0, 650, "2026-11-12T10:10:00Z"),
                        late("gold.hourly", 1, 90, "2026-11-20T23:30:00Z"),
                        late("gold.hourly", 1, 5_000, "2026-11-20T23:30:00Z"),
                        late("gold.hourly", 0, 1, "2026-11-09T23:59:59Z")));
        assertThat(amendment.records()).isEqualTo(3);
        assertThat(amendment.pieces().get(0).models()).containsExactly("gold.ever", "gold.hourly", "silver.clicks");
        assertThat(amendment.pieces().get(0).admissions()).containsExactly(
                new TimeEntry.Admission("id", 0, 701, at("2026-11-12T10:10:00Z"), at("2026-11-15T10:20:00Z") + 1),
                new TimeEntry.Admission("id", 1, 91, at("2026-11-20T23:30:00Z"), at("2026-11-20T23:30:00Z") + 1));
        assertThat(amendment.left().keySet()).containsExactly("not landed with all others yet: they are taken in later",
                "older than was asked for");
    }

    @Test
    void whatWasTakenInBeforeIsNotTakenInAgain() {
        var before = new TimeEntry.Admission("id", 0, 700, at("2026-11-15T10:00:00Z"), at("2026-11-15T10:30:00Z"));
        Amendment amendment = AmendPlanner.plan(new AmendPlanner.Request(PIPELINE, LANDED,
                Map.of("clicks", facts().admitting(List.of(before))), at(SINCE), known()),
                List.of(late("gold.hourly", 0, 699, "2026-11-15T10:20:00Z"),
                        late("gold.hourly", 0, 700, "2026-11-15T10:20:00Z"),
                        late("gold.hourly", 1, 5, "2026-11-15T10:20:00Z")));
        assertThat(amendment.already()).isOne();
        assertThat(amendment.records()).isEqualTo(2);
    }

    @Test
    void noStretchHoldsARowThatStaysOutAndEveryRowThatDoesNotIsInOne() {
        long seed = Long.getLong("millrace.seed", 20261201);
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            List<LateRecord> late = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Instant time = Instant.parse("2026-11-08T00:00:00Z").plusSeconds(600L * random.nextInt(1_900));
                late.add(late(random.nextInt(5) == 0 ? "silver.clicks" : "gold.hourly", random.nextInt(2), i,
                        time.toString()));
            }
            Set<String> landed = random.nextBoolean() ? LANDED : Set.of("silver.clicks", "gold.hourly", "gold.ever");
            Amendment amendment = plan(landed, late.toArray(LateRecord[]::new));
            long admitted = late.stream().filter(r -> amendment.pieces().stream()
                    .anyMatch(p -> p.admissions().stream().anyMatch(a -> a.partition() == r.partition()
                            && r.offset() < a.offset() && r.time() >= a.from() && r.time() < a.to())))
                    .count();
            assertThat(admitted).as("seed %d", seed).isEqualTo(amendment.records());
            assertThat(amendment.pieces()).as("seed %d", seed).allSatisfy(p -> assertThat(p.admissions())
                    .allMatch(a -> a.offset() <= 1_000));
            assertThat(amendment.records() + amendment.left().values().stream().mapToLong(Long::longValue).sum())
                    .as("seed %d", seed).isEqualTo(60);
            for (int i = 1; i < amendment.pieces().size(); i++) {
                assertThat(amendment.pieces().get(i).from()).as("seed %d", seed)
                        .isGreaterThan(amendment.pieces().get(i - 1).to());
            }
        }
    }

    private static Amendment plan(Set<String> landed, LateRecord... late) {
        return AmendPlanner.plan(new AmendPlanner.Request(PIPELINE, landed, Map.of("clicks", facts()), at(SINCE),
                known()), List.of(late));
    }

    private static Map<String, Map<Integer, Long>> known() {
        return Map.of("clicks", Map.of(0, 1_000L, 1, 1_000L));
    }

    /** As the step writes it that sets it aside: with the hour that it came too late for, or the day that it looks back. */
    private static LateRecord late(String model, int partition, long offset, String time) {
        long at = at(time);
        long hour = 3_600_000_000L;
        return model.equals("gold.hourly")
                ? new LateRecord(model, "clicks", partition, offset, at, Math.floorDiv(at, hour) * hour,
                        Math.floorDiv(at, hour) * hour + hour)
                : new LateRecord(model, "clicks", partition, offset, at, at - 24 * hour, at);
    }

    private static TopicFacts facts() {
        NavigableMap<Long, Long> clocks = new TreeMap<>(Map.of(1_000L, at(NOW)));
        return new TopicFacts("web.clicks", "id", List.of(new PartitionFacts(0, 0, 1_000, 0, Optional.empty(), clocks),
                new PartitionFacts(1, 0, 1_000, 0, Optional.empty(), clocks)), false);
    }

    private static long at(String time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time));
    }
}

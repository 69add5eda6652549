package millrace.topology.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.assemble.MemoryRegistry;
import millrace.topology.assemble.Orders;
import millrace.topology.flow.Element;
import millrace.topology.kit.TaskLife;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.origin.SourceTopic;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.time.IdleOffers;
import millrace.topology.time.Idleness;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.TimeJournal;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is decided about a source's time, and that a replay of the journal does the same. Disorder 2 s, lateness 10 s. */
class SourceTimeTest {
    private static final long SEED = Long.getLong("millrace.seed", 29);
    private static final long NOW = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli();
    private static final Idleness.Partition PLACE = new Idleness.Partition(0, 0);
    private static final String TOPIC_ID = Orders.TOPIC_ID.toString();

    @TempDir
    File folder;

    private final MemoryRegistry registry = new MemoryRegistry();
    private final AvroRowEncoder encoder = Orders
            .encoder(registry.add(AvroTypes.toSchema(Orders.contract("orders", 1))));
    private final int quarantineSchema = registry
            .add(AvroTypes.toSchema("orders-topic.quarantine", QuarantineRecord.ROW));
    private final IdleOffers offers = new IdleOffers();
    private Map<String, String> revisions = Map.of();
    private Map<Idleness.Partition, Long> widenings = Map.of();
    private Map<Idleness.Partition, Span> spans = Map.of();
    private TaskLife life;
    private int lives;

    @AfterEach
    void close() {
        life.close();
    }

    @Test
    void aFloorHoldsFromItsOffsetOn() {
        start(journal(floor(2, 60)));
        assertThat(send(0, 0)).containsExactly("row 0 at 0 watermark -2 horizon -10");
        assertThat(send(1, 1)).containsExactly("row 1 at 1 watermark -1 horizon -9");
        assertThat(send(2, 2)).containsExactly("row 2 at 2 watermark 60 horizon 52");
        assertThat(send(3, 61)).containsExactly("row 3 at 61 watermark 60 horizon 52");
        assertThat(send(4, 70)).containsExactly("row 4 at 70 watermark 68 horizon 60");
    }

    @Test
    void aFloorBetweenTwoRecordsHoldsWhereOffsetsHaveGaps() {
        start(journal(floor(2, 60)));
        send(0, 0);
        assertThat(send(5, 1)).containsExactly("row 5 at 1 watermark 60 horizon 52");
    }

    @Test
    void aFloorBehindTheLastRecordHoldsOnceEverythingBeforeItIsCommitted() {
        start(journal(floor(2, 60)));
        send(0, 0);
        offers.publish(Map.of(), Map.of(PLACE, 1L));
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark -2 -10");
        offers.publish(Map.of(), Map.of(PLACE, 2L));
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark 60 52")
                .noneMatch(t -> t.startsWith("floor"));
    }

    @Test
    void timeWaitsForLateRowsThatCountAndNothingIsTooLateForThem() {
        start(journal(new TimeEntry.Admission(TOPIC_ID, 0, 5, at(3), at(5))));
        assertThat(send(0, 20)).containsExactly("row 0 at 20 watermark 18 horizon 10");
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark 3 3");
        assertThat(send(1, 4)).containsExactly("row 1 at 4 watermark 18 horizon " + second(PartitionClock.UNSET));
        assertThat(send(2, 2)).as("of no stretch").containsExactly("row 2 at 2 watermark 18 horizon 10");
        life.commit();
        life.restore();
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark 3 3");
        send(4, 21);
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).as("the last has come")
                .contains("watermark 19 11");
        assertThat(send(5, 4)).as("behind them").containsExactly("row 5 at 4 watermark 19 horizon 11");
    }

    @Test
    void timeDoesNotWaitForALateRowThatIsNoLongerThere() {
        spans = Map.of(PLACE, new Span(0, OptionalLong.empty(), OptionalLong.of(5)));
        start(journal(new TimeEntry.Admission(TOPIC_ID, 0, 5, at(3), at(5))));
        send(0, 20);
        offers.publish(Map.of(), Map.of(PLACE, 5L));
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark end end");
        life.close();
        start(journal(new TimeEntry.Admission(TOPIC_ID, 0, 5, at(3), at(5))));
        send(0, 20);
        assertThat(send(6, 30)).as("what lies behind the end").containsExactly("watermark end end");
    }

    @Test
    void timeWaitsForLateRowsAlsoBehindAnEndMarker() {
        start(journal(new TimeEntry.Admission(TOPIC_ID, 0, 3, at(3), at(5))));
        send(0, 20);
        assertThat(end(1)).contains("watermark 3 3");
        send(2, 4);
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark end end");
    }

    @Test
    void thoseBelowAreToldAlsoIfARowMovedNoClock() {
        start(TimeJournal.EMPTY);
        send(0, 10);
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark 8 0");
        send(1, 5);
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark 8 0");
        assertThat(life.passTime(100)).as("nothing came").isEmpty();
    }

    @Test
    void theFirstTimeIsWrittenDownWithTheRowThatGivesIt() {
        start(TimeJournal.EMPTY);
        assertThat(outOf(0, 10).map(Out::node)).as("in one transaction").containsExactly("watermarks", "rows");
        assertThat(outOf(1, 20).map(Out::node)).containsExactly("rows");
        life.commit();
        life.restore();
        assertThat(outOf(2, 30).map(Out::node)).as("one has been told").containsExactly("rows");
    }

    @Test
    void aSilentPartitionTakesAnOfferOnceAndWritesItDown() {
        start(TimeJournal.EMPTY);
        send(0, 0);
        offers.publish(Map.of(PLACE, new Idleness.Offer(1, at(30))), Map.of());
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("floor at 1 watermark 30",
                "watermark 30 22");
        assertThat(life.passTime(100)).as("the same offer again").isEmpty();
        life.commit();
        life.restore();
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark 30 22")
                .noneMatch(t -> t.startsWith("floor"));
        assertThat(send(1, 5)).containsExactly("row 1 at 5 watermark 30 horizon 22");
    }

    @Test
    void anOfferIsNotTakenIfARecordHasComeSince() {
        start(TimeJournal.EMPTY);
        send(0, 0);
        send(1, 1);
        offers.publish(Map.of(PLACE, new Idleness.Offer(1, at(30))), Map.of());
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark -1 -9")
                .noneMatch(t -> t.startsWith("floor"));
    }

    @Test
    void aPartitionThatNeverHadARecordTakesAnOfferToo() {
        start(TimeJournal.EMPTY);
        assertThat(life.passTime(100)).isEmpty();
        offers.publish(Map.of(PLACE, new Idleness.Offer(0, at(30))), Map.of());
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("floor at 0 watermark 30",
                "watermark 30 22");
    }

    @Test
    void theEndIsNotMovedByOffersFloorsOrLateRecords() {
        start(journal(floor(2, 60)));
        send(0, 0);
        assertThat(end(1)).contains("watermark end end");
        assertThat(send(2, 500)).containsExactly("row 2 at 500 watermark end horizon end");
        offers.publish(Map.of(PLACE, new Idleness.Offer(3, at(900))), Map.of(PLACE, 3L));
        assertThat(life.passTime(120_000)).extracting(SourceTimeTest::text).contains("watermark end end")
                .noneMatch(t -> t.startsWith("floor") || t.startsWith("clock"));
        life.commit();
        life.restore();
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark end end");
    }

    @Test
    void aPlaceToBeginAReplayIsWrittenDownOnceAMinuteIfSomethingCame() {
        start(TimeJournal.EMPTY);
        assertThat(checkpoints(60_000)).as("nothing came").isEmpty();
        send(0, 0);
        assertThat(checkpoints(100)).containsExactly("clock 0 at 1");
        send(1, 7);
        assertThat(checkpoints(59_800)).isEmpty();
        assertThat(checkpoints(200)).containsExactly("clock 7 at 2");
        assertThat(checkpoints(120_000)).as("nothing new").isEmpty();
        send(2, 3);
        assertThat(checkpoints(100)).containsExactly("clock 7 at 3");
    }

    @Test
    void aNewRevisionIsWrittenDownWithTheFirstThatIsComputedByIt() {
        revisions = Map.of("orders", "b");
        start(journal(new TimeEntry.Revision(TOPIC_ID, 0, 0, "a")));
        assertThat(life.passTime(100)).as("nothing was computed").isEmpty();
        assertThat(send(7, 0)).containsExactly("revision b at 7", "row 7 at 0 watermark -2 horizon -10");
        life.abort();
        assertThat(send(7, 0)).as("the transaction was thrown away").startsWith("revision b at 7");
        assertThat(send(8, 0)).hasSize(1);
        life.commit();
        start(journal(new TimeEntry.Revision(TOPIC_ID, 0, 0, "a"), new TimeEntry.Revision(TOPIC_ID, 0, 7, "b")));
        assertThat(send(9, 0)).as("the same text as before").hasSize(1);
    }

    @Test
    void aRevisionHoldsAlsoForASilentPartitionThatIsAdvanced() {
        revisions = Map.of("orders", "b");
        start(TimeJournal.EMPTY);
        offers.publish(Map.of(PLACE, new Idleness.Offer(4, at(30))), Map.of());
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).startsWith("revision b at 4",
                "floor at 4 watermark 30");
    }

    @Test
    void aPartitionThatWasAddedBeginsWhereTheOthersAreAndAReplayDoesTheSame() {
        widenings = Map.of(PLACE, at(60));
        start(TimeJournal.EMPTY);
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).startsWith("widening at 0 watermark 60",
                "watermark 60 52");
        assertThat(send(0, 0)).containsExactly("row 0 at 0 watermark 60 horizon 52");
        life.commit();
        life.restore();
        assertThat(send(1, 70)).as("once is enough").containsExactly("row 1 at 70 watermark 68 horizon 60");
        life.close();
        widenings = Map.of();
        start(journal(new TimeEntry.Widening(TOPIC_ID, 0, 0, at(60))));
        assertThat(send(0, 0)).containsExactly("row 0 at 0 watermark 60 horizon 52");
    }

    @Test
    void aRecordThatIsThereBeforeThePartitionIsLookedAtFindsItWidened() {
        widenings = Map.of(PLACE, at(60));
        start(TimeJournal.EMPTY);
        assertThat(send(5, 0)).containsExactly("widening at 0 watermark 60", "row 5 at 0 watermark 60 horizon 52");
    }

    @Test
    void aRunWithoutRevisionsWritesNone() {
        start(journal(new TimeEntry.Revision(TOPIC_ID, 0, 0, "a")));
        assertThat(send(0, 0)).hasSize(1);
    }

    @Test
    void aTaskBeyondThePartitionsOfASourceIsQuiet() {
        life = new TaskLife(3, new File(folder, "beyond"), NOW, List.of(SourceOperator.supplier(
                plan(TimeJournal.EMPTY), new RegistryGate(registry, InstantSource.system()))));
        assertThat(life.passTime(120_000)).isEmpty();
        life.commit();
        life.restore();
        assertThat(life.passTime(120_000)).isEmpty();
    }

    @Test
    void aReplayOfTheJournalGivesTheSameVerdicts() {
        for (int round = 0; round < 5; round++) {
            long seed = SEED + round;
            List<Long> times = new ArrayList<>();
            List<Long> offsets = new ArrayList<>();
            List<String> live = new ArrayList<>();
            TimeJournal journal = live(new Random(seed), times, offsets, live);
            for (int often : new int[] {1, 3, 1000}) {
                start(journal);
                List<String> replayed = new ArrayList<>();
                for (int i = 0; i < times.size(); i++) {
                    replayed.addAll(send(offsets.get(i), times.get(i)));
                    if (i % often == 0) {
                        // A replay knows what it has committed, and offers nothing.
                        offers.publish(Map.of(), Map.of(PLACE, offsets.get(i) + 1));
                        life.passTime(100);
                        life.commit();
                        life.restore();
                    }
                }
                assertThat(replayed).as("seed %d, every %d", seed, often).isEqualTo(live);
                life.close();
            }
            start(journal);
        }
    }

    /** A life with gaps between offsets, silences that are proved, commits, restarts and aborts. */
    private TimeJournal live(Random random, List<Long> times, List<Long> offsets, List<String> rows) {
        start(TimeJournal.EMPTY);
        List<TimeEntry> written = new ArrayList<>();
        List<TimeEntry> pendingEntries = new ArrayList<>();
        List<String> pendingRows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            times.add((long) i - random.nextInt(15));
            offsets.add((i == 0 ? 0 : offsets.get(i - 1) + 1) + (random.nextInt(4) == 0 ? 1 : 0));
        }
        int next = 0;
        int committed = 0;
        while (next < times.size()) {
            pendingRows.addAll(send(offsets.get(next), times.get(next)));
            next++;
            if (random.nextInt(4) == 0) {
                // Everything is committed and nothing has come: the end is that of the log, behind any marker.
                life.commit();
                rows.addAll(pendingRows);
                written.addAll(pendingEntries);
                pendingRows.clear();
                pendingEntries.clear();
                committed = next;
                long end = next < offsets.size() ? offsets.get(next) : offsets.get(next - 1) + 1;
                offers.publish(Map.of(PLACE, new Idleness.Offer(end, at(next + random.nextInt(20) - 8))), Map.of());
                entries(life.passTime(100), pendingEntries);
            }
            int fate = random.nextInt(6);
            if (fate == 0) {
                life.commit();
                rows.addAll(pendingRows);
                written.addAll(pendingEntries);
                pendingRows.clear();
                pendingEntries.clear();
                committed = next;
            } else if (fate < 3) {
                if (fate == 1) {
                    life.abortAfterFlush();
                } else {
                    life.restore();
                }
                pendingRows.clear();
                pendingEntries.clear();
                next = committed;
                entries(life.passTime(100), pendingEntries);
            }
        }
        life.commit();
        rows.addAll(pendingRows);
        written.addAll(pendingEntries);
        offers.publish(Map.of(), Map.of());
        life.close();
        assertThat(written).filteredOn(e -> e instanceof TimeEntry.Floor).hasSizeGreaterThan(3);
        return new TimeJournal(written);
    }

    private static void entries(List<Out> out, List<TimeEntry> into) {
        out.stream().filter(o -> o.node().equals("journal"))
                .map(o -> TimeEntry.of((byte[]) o.record().key(), (byte[]) o.record().value()).orElseThrow())
                .forEach(into::add);
    }

    @Test
    void aTopicReadFasterThanTheClockTellsItsWatermarkByRows() {
        start(journal());
        List<String> told = new ArrayList<>();
        for (int offset = 0; offset < 2 * SourceOperator.ROWS_PER_WATERMARK + 1; offset++) {
            send(offset, offset).stream().filter(t -> !t.startsWith("row")).forEach(told::add);
        }
        assertThat(told).as("nothing is written to topics for it").containsExactly("watermark 997 989",
                "watermark 1997 1989");
    }

    @Test
    void aSpanBeginsWithTheClockThatWasThere() {
        spans = Map.of(PLACE, new Span(5, OptionalLong.of(at(20)), OptionalLong.empty()));
        start(journal());
        assertThat(send(4, 30)).as("before it").isEmpty();
        assertThat(send(5, 3)).containsExactly("row 5 at 3 watermark 18 horizon 10");
        assertThat(send(6, 21)).containsExactly("row 6 at 21 watermark 19 horizon 11");
    }

    @Test
    void aSpanEndsAsIfAnEndMarkerStoodThere() {
        spans = Map.of(PLACE, new Span(0, OptionalLong.empty(), OptionalLong.of(2)));
        start(journal());
        send(0, 1);
        assertThat(send(1, 2)).as("with its last record").containsExactly("row 1 at 2 watermark 0 horizon -8",
                "watermark end end");
        life.commit();
        life.restore();
        assertThat(send(2, 3)).as("behind it").isEmpty();
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).as("told again after a restart")
                .contains("watermark end end");
    }

    @Test
    void aSpanWhoseLastOffsetIsNoRecordEndsWithTheNextOneOrOnceItIsCommitted() {
        spans = Map.of(PLACE, new Span(0, OptionalLong.empty(), OptionalLong.of(2)));
        start(journal());
        send(0, 1);
        assertThat(send(7, 3)).containsExactly("watermark end end");
        life.close();
        start(journal());
        send(0, 1);
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).doesNotContain("watermark end end");
        offers.publish(Map.of(), Map.of(PLACE, 2L));
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark end end");
    }

    @Test
    void aSpanOfNothingEndsAtOnce() {
        spans = Map.of(PLACE, new Span(5, OptionalLong.of(at(20)), OptionalLong.of(5)));
        start(journal());
        assertThat(life.passTime(100)).extracting(SourceTimeTest::text).contains("watermark end end");
    }

    private void start(TimeJournal journal) {
        life = new TaskLife(0, new File(folder, "life" + lives++), NOW, List.of(SourceOperator.supplier(plan(journal),
                new RegistryGate(registry, InstantSource.system()))));
    }

    private SourcePlan plan(TimeJournal journal) {
        BitSet needed = new BitSet();
        needed.set(0, 4);
        return new SourcePlan(new SourceTopic(Orders.contract("orders", 1), Orders.TOPIC_ID, 1, 0), needed,
                List.of("rows"), new QuarantineTarget("orders-topic", "quarantine", quarantineSchema, 10_000),
                "watermarks", "journal", new SourceTime(journal, offers, revisions, widenings, spans,
                        ReadingPace.FREE, journal.admissions()),
                Duration.ofMillis(100));
    }

    private static TimeJournal journal(TimeEntry... entries) {
        return new TimeJournal(Arrays.asList(entries));
    }

    private static TimeEntry floor(long offset, long second) {
        return new TimeEntry.Floor(TOPIC_ID, 0, offset, at(second));
    }

    private static long at(long second) {
        return (NOW + second * 1000) * 1000;
    }

    private List<String> send(long offset, long second) {
        return outOf(offset, second).map(SourceTimeTest::text).filter(t -> !t.equals("watermarks")).toList();
    }

    private Stream<Out> outOf(long offset, long second) {
        byte[] value = encoder.encode(new Object[] {"k" + offset, 1L, null, at(second)});
        return life.process(new Record<>((byte[]) null, value, NOW), 0, offset).stream();
    }

    private List<String> end(long offset) {
        Record<byte[], byte[]> marker = new Record<>(new byte[0], null, NOW,
                EndMarker.record("orders-topic", 0).headers());
        return life.process(marker, 0, offset).stream().map(SourceTimeTest::text).toList();
    }

    private List<String> checkpoints(long millis) {
        return life.passTime(millis).stream().map(SourceTimeTest::text).filter(t -> t.startsWith("clock")).toList();
    }

    /** Times as seconds after the start. */
    private static String text(Out out) {
        return switch (out.record().value()) {
            case Element.Row row -> "row " + row.origin().offset() + " at " + second(row.eventTime()) + " watermark "
                    + second(row.watermark()) + " horizon " + second(row.horizon());
            case Element.Watermark w -> "watermark " + second(w.watermark()) + " " + second(w.horizon());
            case byte[] bytes when out.node().equals("journal") -> switch (TimeEntry.of((byte[]) out.record().key(),
                    bytes).orElseThrow()) {
                case TimeEntry.Floor f -> "floor at " + f.offset() + " watermark " + second(f.watermark());
                case TimeEntry.Widening w -> "widening at " + w.offset() + " watermark " + second(w.watermark());
                case TimeEntry.Checkpoint c -> "clock " + second(c.clock()) + " at " + c.offset();
                case TimeEntry.Revision r -> "revision " + r.text() + " at " + r.offset();
                case TimeEntry.Admission a -> throw new AssertionError("nobody admits rows here: " + a);
            };
            default -> out.node();
        };
    }

    private static String second(long micros) {
        return micros == TaskWatermark.END ? "end" : Long.toString((micros / 1000 - NOW) / 1000);
    }
}

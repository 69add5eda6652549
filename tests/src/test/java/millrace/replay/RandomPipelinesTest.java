package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.replay.amend.AmendPlanner;
import millrace.replay.amend.Amendment;
import millrace.replay.plan.Edge;
import millrace.replay.plan.PlanRequest;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlanner;
import millrace.replay.plan.TopicFacts;
import millrace.schemas.contract.Contract;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.wire.Malformed;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.Stretch;
import millrace.topology.model.Model;
import millrace.topology.run.PipelineRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the models, the data and the course of the live run: a replay at full speed gives the same tables, row for row,
 * and the same late rows; and a replay of a stretch of time, where that is exact, the rows of the stretch. Where late records
 * are taken in, what is computed again and what stays as it was together are what a replay of everything gives then.
 */
class RandomPipelinesTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_126L);
    private static final int PIPELINES = Integer.getInteger("millrace.pipelines",
            "long".equals(System.getProperty("millrace.suite")) ? 2_000 : 12);
    private static final int MODELS = 10;
    private static final int PER_BROKER = 2;
    private static final int SIDE_BY_SIDE = 5;
    private static final Map<String, Contract.Kind> SOURCES = new TreeMap<>(
            Map.of("events", Contract.Kind.EVENT, "others",
                    Contract.Kind.EVENT, "states", Contract.Kind.CHANGELOG));

    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");

    /** Rows of stretches that were compared. */
    private static final AtomicLong compared = new AtomicLong();
    /** Late records that were taken in. */
    private static final AtomicLong admitted = new AtomicLong();

    @TempDir
    Path folder;

    @Test
    void aReplayGivesTheRowsOfTheLiveRun() throws Exception {
        // Much of the time is waiting for brokers, so some go on side by side.
        try (ExecutorService sideBySide = Executors.newFixedThreadPool(SIDE_BY_SIDE)) {
            List<Future<Void>> brokers = new ArrayList<>();
            for (int i = 0; i < PIPELINES; i += PER_BROKER) {
                int first = i;
                brokers.add(sideBySide.submit(() -> {
                    checkFrom(first);
                    return null;
                }));
            }
            for (Future<Void> broker : brokers) {
                broker.get();
            }
        }
        if (PIPELINES > 3) {
            assertThat(compared).as("rows of stretches").hasValueGreaterThan(100);
            assertThat(admitted).as("late records that were taken in").hasValueGreaterThan(10);
        }
    }

    /** A broker that has held many pipelines is slow, so each holds few. */
    private void checkFrom(int first) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka" + first))) {
            for (int i = first; i < Math.min(PIPELINES, first + PER_BROKER); i++) {
                check(broker.bootstrapServers(), SEED + i);
            }
        }
    }

    private void check(String servers, long seed) throws Exception {
        Random random = new Random(seed);
        List<Scene.Source> sources = sources(seed, random);
        List<Model> models = RandomModels.of(seed, sources.stream().map(Scene.Source::toContract).toList(), MODELS);
        String story = "seed " + seed + "\n" + sources + "\n" + models.stream().map(m -> m.qualifiedName() + " "
                + m.config().uniqueKey() + " " + m.config().retention() + " " + m.sql())
                .collect(Collectors.joining("\n"));
        Path own = Files.createDirectories(folder.resolve("of-" + seed));
        String live = "live" + seed;
        String replay = "replay" + seed;
        try (Scene scene = new Scene(servers, own, sources, models)) {
            Map<String, List<History.Event>> produced = new TreeMap<>();
            int threads = live(scene, live, sources, random, produced);
            try (PipelineRun run = scene.startReplay(replay, live, otherThan(threads, random))) {
                Scene.awaitRunning(run);
                scene.awaitEnd(replay);
            }
            for (Model model : models) {
                String name = model.qualifiedName();
                assertThat(differences(scene.rows(live, name), scene.rows(replay, name)))
                        .as("%s of %s", name, story).isEmpty();
                if (scene.setsLateRowsAside(name)) {
                    assertThat(differences(scene.late(live, name), scene.late(replay, name)))
                            .as("late rows of %s of %s", name, story).isEmpty();
                }
            }
            if (seed % 2 == 0) {
                checkStretch(scene, live, produced, random, story);
            } else {
                checkAmendment(scene, live, produced, random, story);
            }
        } catch (RuntimeException e) {
            throw new AssertionError(story, e);
        }
    }

    /** Of the models whose rows of a stretch can be recomputed alone. */
    private static void checkStretch(Scene scene, String live, Map<String, List<History.Event>> produced, Random random,
            String story) throws Malformed {
        Instant from = START.plusMillis(random.nextInt(10_000));
        Instant to = from.plusMillis(1_000 + random.nextInt(10_000));
        Map<String, TopicFacts> facts = new TreeMap<>();
        scene.pipeline(live).contracts().forEach(c -> facts.put(c.name(), facts(c, produced.get(c.name()))));
        TreeSet<String> exact = new TreeSet<>();
        for (Pipeline.PlannedModel model : scene.pipeline(live).models()) {
            if (plan(scene, live, Set.of(model.name()), from, to, facts, produced).kind() instanceof Kind.Bounded) {
                exact.add(model.name());
            }
        }
        if (exact.isEmpty()) {
            return;
        }
        ReplayPlan plan = plan(scene, live, exact, from, to, facts, produced);
        try (PipelineRun run = scene.startReplay(plan, 1 + random.nextInt(4))) {
            Scene.awaitRunning(run);
            scene.awaitEnd(plan.application(), List.copyOf(exact));
        }
        for (ReplayPlan.Written written : plan.models()) {
            Stretch stretch = new Stretch(written.column().orElseThrow(), OptionalLong.of(micros(from)),
                    OptionalLong.of(micros(to)));
            List<String> replayed = scene.rows(plan.application(), written.model());
            assertThat(differences(scene.rowsOf(live, written.model(), stretch), replayed))
                    .as("%s of %s between %s and %s", written.model(), story, from, to).isEmpty();
            compared.addAndGet(replayed.size());
        }
    }

    /** Late records of some times, as far as they can be taken in by stretches. */
    private static void checkAmendment(Scene scene, String live, Map<String, List<History.Event>> produced,
            Random random, String story) throws Malformed {
        Pipeline pipeline = scene.pipeline(live);
        Map<String, TopicFacts> facts = new TreeMap<>();
        Map<String, Map<Integer, Long>> known = new TreeMap<>();
        for (Contract contract : pipeline.contracts()) {
            TopicFacts of = facts(contract, produced.get(contract.name()));
            facts.put(contract.name(), new TopicFacts(of.topic(), scene.topicId(contract), of.partitions(), false));
            Map<Integer, Long> offsets = new TreeMap<>();
            of.partitions().forEach(p -> offsets.put(p.partition(), random.nextInt(3) == 0
                    ? random.nextLong(p.end())
                    : p.end()));
            known.put(contract.name(), offsets);
        }
        Set<String> landed = pipeline.models().stream().map(Pipeline.PlannedModel::name).collect(Collectors.toSet());
        if (random.nextBoolean()) {
            // Models without a range would keep all records out that they are computed from.
            landed = new TreeSet<>(landed);
            for (Pipeline.PlannedModel model : pipeline.models()) {
                if (!(plan(scene, live, Set.of(model.name()), START, START.plusSeconds(1), facts, produced)
                        .kind() instanceof Kind.Bounded)) {
                    landed.remove(model.name());
                }
            }
        }
        long since = micros(START) + (random.nextBoolean() ? -60_000_000L : random.nextInt(8_000_000));
        Amendment amendment = AmendPlanner.plan(new AmendPlanner.Request(pipeline, landed, facts, since, known),
                scene.lateRecords(live));
        if (amendment.pieces().isEmpty()) {
            return;
        }
        admitted.addAndGet(amendment.records());
        List<TimeEntry.Admission> admissions = amendment.pieces().stream().flatMap(p -> p.admissions().stream())
                .toList();
        String whole = "whole-" + live;
        try (PipelineRun run = scene.startReplay(whole, live, 1 + random.nextInt(4), admissions)) {
            Scene.awaitRunning(run);
            scene.awaitEnd(whole);
        }
        Map<String, List<String>> together = new TreeMap<>();
        for (String model : landed) {
            together.put(model, new ArrayList<>(scene.rows(live, model)));
        }
        for (Amendment.Piece piece : amendment.pieces()) {
            ReplayPlan plan = ReplayPlanner.plan(new PlanRequest(pipeline, "text", piece.models(),
                    Optional.of(new Edge.At(piece.begins())), Optional.of(new Edge.At(piece.ends())), new TreeSet<>(),
                    admissions, piece.ends(),
                    (contract, times) -> Optional.of(last(produced.get(contract), times)), state -> Optional.empty()),
                    facts);
            assertThat(plan.kind()).as(story).isInstanceOf(Kind.Bounded.class);
            try (PipelineRun run = scene.startReplay(plan, 1 + random.nextInt(4))) {
                Scene.awaitRunning(run);
                scene.awaitEnd(plan.application(), List.copyOf(piece.models()));
            }
            for (ReplayPlan.Written written : plan.models()) {
                List<String> rows = together.get(written.model());
                scene.rowsOf(live, written.model(), new Stretch(written.column().orElseThrow(),
                        OptionalLong.of(piece.from()), OptionalLong.of(piece.to()))).forEach(rows::remove);
                rows.addAll(scene.rows(plan.application(), written.model()));
            }
        }
        for (String model : landed) {
            assertThat(differences(together.get(model), scene.rows(whole, model))).as("%s with late records of %s: %s",
                    model, story, amendment).isEmpty();
        }
    }

    private static ReplayPlan plan(Scene scene, String live, Set<String> models, Instant from, Instant to,
            Map<String, TopicFacts> facts, Map<String, List<History.Event>> produced) {
        return ReplayPlanner.plan(new PlanRequest(scene.pipeline(live), "text", new TreeSet<>(models),
                Optional.of(new Edge.At(from)), Optional.of(new Edge.At(to)), to,
                (contract, times) -> Optional.of(last(produced.get(contract), times)), state -> Optional.empty()),
                facts);
    }

    /** By partition, the offset of the last event with a time of a stretch. */
    private static SortedMap<Integer, Long> last(List<History.Event> events, ReplayPlan.Times times) {
        SortedMap<Integer, Long> last = new TreeMap<>();
        Map<Integer, Long> next = new TreeMap<>();
        for (History.Event event : events) {
            long offset = next.merge(event.partition(), 1L, Long::sum) - 1;
            if (event.at() >= times.from() && event.at() < times.to()) {
                last.put(event.partition(), offset);
            }
        }
        return last;
    }

    /** With the clock before every fifth record of each partition, and the end behind the marker that ends it. */
    private static TopicFacts facts(Contract contract, List<History.Event> events) {
        List<TopicFacts.PartitionFacts> partitions = new ArrayList<>();
        for (int p = 0; p < contract.partitions(); p++) {
            NavigableMap<Long, Long> clocks = new TreeMap<>();
            long offset = 0;
            long clock = Long.MIN_VALUE;
            for (History.Event event : events) {
                if (event.partition() == p) {
                    if (offset > 0 && offset % 5 == 0) {
                        clocks.put(offset, clock);
                    }
                    clock = Math.max(clock, event.at());
                    offset++;
                }
            }
            clocks.put(offset + 1, TaskWatermark.END);
            partitions.add(new TopicFacts.PartitionFacts(p, 0, offset + 1, 0, Optional.empty(), clocks));
        }
        return new TopicFacts(contract.topic(), "", partitions, false);
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    /** The first rows that only one of both has, or has more often. */
    private static List<String> differences(List<String> live, List<String> replayed) {
        Map<String, Integer> counts = new TreeMap<>();
        live.forEach(row -> counts.merge(row, 1, Integer::sum));
        replayed.forEach(row -> counts.merge(row, -1, Integer::sum));
        return counts.entrySet().stream().filter(e -> e.getValue() != 0)
                .map(e -> (e.getValue() > 0 ? "only live: " : "only by replay: ") + e.getKey()).limit(20).toList();
    }

    /** Two of them, which most pipelines read; of each third one all. */
    private static List<Scene.Source> sources(long seed, Random random) {
        List<String> names = new ArrayList<>(SOURCES.keySet());
        if (random.nextInt(3) > 0) {
            names.remove(random.nextInt(names.size()));
        }
        return names.stream().map(name -> source(name, SOURCES.get(name), seed, random)).toList();
    }

    private static Scene.Source source(String name, Contract.Kind kind, long seed, Random random) {
        Duration disorder = Duration.ofMillis(500 + random.nextInt(2_500));
        Duration lateness = random.nextInt(3) == 0 ? disorder : disorder.plusMillis(random.nextInt(10_000));
        return new Scene.Source(name, name + "-" + seed, 1 + Math.min(random.nextInt(6), random.nextInt(6)), disorder,
                lateness, Duration.ofMinutes(15), kind);
    }

    private static int otherThan(int threads, Random random) {
        return 1 + (threads + random.nextInt(3)) % 4;
    }

    /** Runs in rounds of one to four threads, with crashes, stops and other instances. Returns the last round's threads. */
    private static int live(Scene scene, String name, List<Scene.Source> sources, Random random,
            Map<String, List<History.Event>> produced) throws Malformed {
        long start = micros(START);
        List<List<History.Event>> histories = new ArrayList<>();
        for (Scene.Source source : sources) {
            histories.add(new History(random.nextLong(), source.partitions(), 100 + random.nextInt(300), start)
                    .events());
            produced.put(source.contract(), histories.get(histories.size() - 1));
        }
        int[] at = new int[histories.size()];
        int rounds = 1 + random.nextInt(3);
        int threads = 1;
        for (int round = 1; round <= rounds; round++) {
            threads = 1 + random.nextInt(4);
            String instance = random.nextInt(3) == 0 ? "a" + round : "a"; // another one begins without a disk
            Crash crash = random.nextInt(2) == 0 ? Crash.atRow(1 + random.nextInt(5_000)) : Crash.never();
            try (PipelineRun first = scene.start(name, instance, threads, crash)) {
                Scene.awaitRunning(first);
                produce(scene, sources, histories, at, round, rounds, random);
                if (random.nextInt(3) == 0) {
                    try (PipelineRun second = scene.start(name, "b", 1)) {
                        Scene.awaitRunning(second);
                        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(500)).toNanos());
                    }
                }
                if (round == rounds) {
                    scene.end();
                    scene.awaitEnd(name);
                }
            }
        }
        return threads;
    }

    /** The part of a round, in pieces, now of one source and now of another. */
    private static void produce(Scene scene, List<Scene.Source> sources, List<List<History.Event>> histories, int[] at,
            int round, int rounds, Random random) {
        while (true) {
            List<Integer> left = new ArrayList<>();
            for (int s = 0; s < at.length; s++) {
                if (at[s] < histories.get(s).size() * round / rounds) {
                    left.add(s);
                }
            }
            if (left.isEmpty()) {
                return;
            }
            int s = left.get(random.nextInt(left.size()));
            int to = Math.min(histories.get(s).size() * round / rounds, at[s] + 50 + random.nextInt(300));
            scene.produce(sources.get(s).contract(), histories.get(s).subList(at[s], to));
            at[s] = to;
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(200)).toNanos());
        }
    }
}

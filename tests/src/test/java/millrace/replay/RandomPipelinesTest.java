package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.schemas.contract.Contract;
import millrace.schemas.wire.Malformed;
import millrace.topology.model.Model;
import millrace.topology.run.PipelineRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the models, the data and the course of the live run: a replay at full speed gives the same tables, row for row,
 * and the same late rows.
 */
class RandomPipelinesTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_126L);
    private static final int PIPELINES = Integer.getInteger("millrace.pipelines",
            "long".equals(System.getProperty("millrace.suite")) ? 2_000 : 20);
    private static final int MODELS = 10;
    private static final int PER_BROKER = 2;
    private static final int SIDE_BY_SIDE = 5;
    private static final Map<String, Contract.Kind> SOURCES = new TreeMap<>(
            Map.of("events", Contract.Kind.EVENT, "others",
                    Contract.Kind.EVENT, "states", Contract.Kind.CHANGELOG));

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
            int threads = live(scene, live, sources, random);
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
        } catch (RuntimeException e) {
            throw new AssertionError(story, e);
        }
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
    private static int live(Scene scene, String name, List<Scene.Source> sources, Random random) throws Malformed {
        long start = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000;
        List<List<History.Event>> histories = new ArrayList<>();
        for (Scene.Source source : sources) {
            histories.add(new History(random.nextLong(), source.partitions(), 100 + random.nextInt(300), start)
                    .events());
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

package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.ChildJvm;
import millrace.process.Patience;
import millrace.topology.run.LocalState;
import millrace.topology.run.LocalState.Duty;
import millrace.topology.run.LocalState.Store;
import millrace.topology.run.PipelineRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes of one pipeline, of which one is killed: the other has followed its state and goes on from there. */
class StandbyTest {
    private static final String MODEL = "gold.counted";
    private static final Map<String, String> STANDBY = Map.of("num.standby.replicas", "1");
    private static final long START = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000;
    private static final int PARTITIONS = 4;
    private static final int PEOPLE = 2_000;
    private static final int ROUND = 10_000;

    @TempDir
    Path folder;

    @Test
    void theOtherGoesOnFromItsStandby() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = scene(broker.bootstrapServers(), folder);
                PipelineRun second = scene.start("live", "second", 1, STANDBY);
                ChildJvm first = ChildJvm.start(folder.resolve("first.log"), List.of(), First.class,
                        broker.bootstrapServers(), folder.toString())) {
            scene.produce(events(0));
            Patience.until("work for both, and each following the other", Duration.ofMinutes(2),
                    () -> entries(second, Duty.ACTIVE) > 0 && entries(second, Duty.STANDBY) > 0
                            && second.kept().missing(Duty.STANDBY) == 0,
                    () -> second.kept() + first.output());
            assertThat(second.drain(Duration.ofMinutes(2))).isTrue();
            Patience.until("the standbys to have all that is committed", Duration.ofMinutes(2),
                    () -> entries(second, Duty.ACTIVE) + entries(second, Duty.STANDBY) >= PEOPLE
                            && second.kept().missing(Duty.STANDBY) == 0,
                    () -> second.kept().toString());
            Set<String> followed = second.kept().stores().stream().filter(s -> s.duty() == Duty.STANDBY)
                    .map(Store::task).collect(Collectors.toSet());

            first.kill();
            scene.produce(events(ROUND));
            scene.end();
            scene.awaitEnd("live");
            LocalState kept = second.kept();
            assertThat(kept.stores()).isNotEmpty().allMatch(s -> s.duty() == Duty.ACTIVE);
            assertThat(kept.stores().stream().filter(s -> followed.contains(s.task())).mapToLong(Store::restored).sum())
                    .as("records of changelogs read again: %s", kept).isLessThan(PEOPLE / 10);
            assertThat(scene.rows("live", MODEL, "window_start")).isEqualTo(counted());
        }
    }

    /** What one process would have given. */
    private static List<String> counted() {
        Map<String, LongSummaryStatistics> byName = Stream.of(events(0), events(ROUND)).flatMap(List::stream)
                .collect(Collectors.groupingBy(History.Event::who,
                        Collectors.summarizingLong(History.Event::amount)));
        return byName.entrySet().stream()
                .map(e -> "[" + e.getKey() + ", " + e.getValue().getCount() + ", " + e.getValue().getSum() + "]")
                .sorted().toList();
    }

    private static long entries(PipelineRun run, Duty duty) {
        return run.kept().stores().stream().filter(s -> s.duty() == duty).mapToLong(Store::entries).sum();
    }

    static Scene scene(String servers, Path folder) throws Exception {
        return new Scene(servers, folder, "events", PARTITIONS, Duration.ofSeconds(1), Duration.ofSeconds(10),
                Duration.ofMinutes(15), Map.of(MODEL, """
                    SELECT who, window_start, COUNT(*) AS n, SUM(amount) AS total
                    FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '1' DAY))
                    GROUP BY who, window_start, window_end"""), Map.of(MODEL, "who,window_start"));
    }

    private static List<History.Event> events(long first) {
        return LongStream.range(first, first + ROUND).mapToObj(n -> new History.Event((int) (n % PARTITIONS), n,
                "user-" + n % PEOPLE, n, 0.5, START + n * 1000)).toList();
    }

    /** The process that dies. Arguments: bootstrap servers, folder. */
    static final class First {
        private First() {}

        public static void main(String[] arguments) throws Exception {
            try (Scene scene = scene(arguments[0], Path.of(arguments[1]));
                    PipelineRun run = scene.start("live", "first", 1, STANDBY)) {
                run.onState(System.out::println);
                Thread.currentThread().join();
            }
        }
    }
}

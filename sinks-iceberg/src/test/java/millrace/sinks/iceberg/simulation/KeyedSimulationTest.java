package millrace.sinks.iceberg.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A table whose rows change by key is what its records come to, whatever fails and whoever rewrites it meanwhile. */
class KeyedSimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.seeds",
            System.getProperty("millrace.suite", "slice").equals("long") ? 3_000 : 60);
    private static final int LINE = 400;
    private static final int TRACE = Integer.getInteger("millrace.trace", 120);

    /** Each is one thread, which Iceberg lets wait in steps of ten milliseconds for its workers. */
    private static final int SIDE_BY_SIDE = 4;

    private final LongAdder rows = new LongAdder();
    private final LongAdder rewrites = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final LongAdder publications = new LongAdder();
    private final LongAdder inTiers = new LongAdder();

    @Test
    void theTableIsWhatItsRecordsComeTo() throws Exception {
        long first = Long.getLong("millrace.seed", 1);
        long last = Long.getLong("millrace.seed", SEEDS);
        try (ExecutorService sideBySide = Executors.newFixedThreadPool(SIDE_BY_SIDE)) {
            List<Future<?>> seeds = new ArrayList<>();
            LongStream.rangeClosed(first, last).forEach(seed -> seeds.add(sideBySide.submit(() -> run(seed))));
            try {
                for (Future<?> seed : seeds) {
                    seed.get();
                }
            } finally {
                sideBySide.shutdownNow();
            }
        }
        assertThat(rows.sum()).isGreaterThan(last - first);
        assertThat(rewrites.sum()).as("rewrites").isGreaterThanOrEqualTo(last - first);
        assertThat(publications.sum()).as("publications").isGreaterThanOrEqualTo((last - first) / 2);
        assertThat(left.sum()).as("files that left").isGreaterThanOrEqualTo((last - first) / 8);
        assertThat(inTiers.sum()).as("files in tiers").isGreaterThanOrEqualTo((last - first) / 8);
    }

    private void run(long seed) {
        List<String> trace = new ArrayList<>();
        try {
            var simulation = new KeyedSimulation(seed, trace);
            rows.add(simulation.run());
            rewrites.add(simulation.rewrites());
            left.add(simulation.left());
            publications.add(simulation.publications());
            inTiers.add(simulation.inTiers());
        } catch (AssertionError | RuntimeException e) {
            String end = trace.subList(Math.max(0, trace.size() - TRACE), trace.size()).stream()
                    .map(line -> line.substring(0, Math.min(LINE, line.length()))).collect(Collectors.joining("\n"));
            throw new AssertionError("seed " + seed + " (run it alone with -Dmillrace.seed=" + seed + "): "
                    + e.getMessage() + "\nwhat happened last:\n" + end, e);
        }
    }
}

package millrace.sinks.iceberg.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A table whose rows change by key is what its records come to, whatever fails and whoever rewrites it meanwhile. */
class KeyedSimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.seeds",
            System.getProperty("millrace.suite", "slice").equals("long") ? 3_000 : 60);
    private static final int LINE = 400;
    private static final int TRACE = Integer.getInteger("millrace.trace", 120);

    private long rewrites;
    private long left;
    private long inTiers;

    @Test
    void theTableIsWhatItsRecordsComeTo() {
        long rows = 0;
        rewrites = 0;
        long first = Long.getLong("millrace.seed", 1);
        long last = Long.getLong("millrace.seed", SEEDS);
        for (long seed = first; seed <= last; seed++) {
            rows += run(seed);
        }
        assertThat(rows).isGreaterThan(last - first);
        assertThat(rewrites).isGreaterThanOrEqualTo(last - first);
        assertThat(left).isGreaterThanOrEqualTo((last - first) / 8);
        assertThat(inTiers).isGreaterThanOrEqualTo((last - first) / 8);
    }

    private int run(long seed) {
        List<String> trace = new ArrayList<>();
        try {
            var simulation = new KeyedSimulation(seed, trace);
            int rows = simulation.run();
            rewrites += simulation.rewrites();
            left += simulation.left();
            inTiers += simulation.inTiers();
            return rows;
        } catch (AssertionError | RuntimeException e) {
            String end = trace.subList(Math.max(0, trace.size() - TRACE), trace.size()).stream()
                    .map(line -> line.substring(0, Math.min(LINE, line.length()))).collect(Collectors.joining("\n"));
            throw new AssertionError("seed " + seed + " (run it alone with -Dmillrace.seed=" + seed + "): "
                    + e.getMessage() + "\nwhat happened last:\n" + end, e);
        }
    }
}

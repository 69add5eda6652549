package millrace.sinks.iceberg.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A table whose rows change by key is what its records come to, whatever fails and whoever rewrites it meanwhile. */
class KeyedSimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.seeds",
            System.getProperty("millrace.suite", "slice").equals("long") ? 3_000 : 60);
    private static final int TRACE = Integer.getInteger("millrace.trace", 120);

    @Test
    void theTableIsWhatItsRecordsComeTo() {
        long rows = 0;
        long first = Long.getLong("millrace.seed", 1);
        long last = Long.getLong("millrace.seed", SEEDS);
        for (long seed = first; seed <= last; seed++) {
            rows += run(seed);
        }
        assertThat(rows).isGreaterThan(last - first);
    }

    private static int run(long seed) {
        List<String> trace = new ArrayList<>();
        try {
            return new KeyedSimulation(seed, trace).run();
        } catch (AssertionError | RuntimeException e) {
            String end = String.join("\n", trace.subList(Math.max(0, trace.size() - TRACE), trace.size()));
            throw new AssertionError("seed " + seed + " (run it alone with -Dmillrace.seed=" + seed + "): "
                    + e.getMessage() + "\nwhat happened last:\n" + end, e);
        }
    }
}

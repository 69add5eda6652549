package millrace.sinks.iceberg.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each row of a topic is in exactly one committed file, whatever fails; and in the end every row is. */
class SinkSimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.seeds",
            System.getProperty("millrace.suite", "slice").equals("long") ? 200_000 : 10_000);
    private static final int TRACE = Integer.getInteger("millrace.trace", 120);

    @Test
    void everyRowIsCommittedExactlyOnce() {
        long rows = 0;
        long first = Long.getLong("millrace.seed", 1);
        long last = Long.getLong("millrace.seed", SEEDS);
        for (long seed = first; seed <= last; seed++) {
            rows += run(seed);
        }
        assertThat(rows).isGreaterThan(last - first);
    }

    private static int run(long seed) {
        try {
            return new Simulation(seed, null).run();
        } catch (AssertionError | RuntimeException e) {
            List<String> trace = new ArrayList<>();
            try {
                new Simulation(seed, trace).run();
            } catch (AssertionError | RuntimeException again) {
                String end = String.join("\n", trace.subList(Math.max(0, trace.size() - TRACE), trace.size()));
                throw new AssertionError("seed " + seed + " (run it alone with -Dmillrace.seed=" + seed + "): "
                        + again.getMessage() + "\nwhat happened last:\n" + end, again);
            }
            throw new AssertionError("seed " + seed + " fails only sometimes", e);
        }
    }
}

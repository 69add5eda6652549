package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;
import org.junit.jupiter.api.Test;

class DecayAggregatorTest {
    private static final long SECOND = 1_000_000;
    private final long seed = Long.getLong("millrace.seed", 20_261_125L);
    private final Random random = new Random(seed);

    @Test
    void theWeightsAreThoseOfTheFormula() {
        DecayAggregator sums = DecayAggregator.sum(0, 3600, InputChanges.APPEND_ONLY);
        for (int round = 0; round < 50; round++) {
            var state = sums.create();
            List<double[]> rows = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                rows.add(new double[] {random.nextLong(100_000 * SECOND), 1 + random.nextInt(100)});
            }
            rows.forEach(r -> sums.add(state, row((long) r[0], r[1])));
            double newest = rows.stream().mapToDouble(r -> r[0]).max().orElseThrow();
            double expected = rows.stream()
                    .mapToDouble(r -> r[1] * Math.pow(2, -(newest - r[0]) / (3600.0 * SECOND))).sum();
            assertThat((double) sums.result(state)).as("seed " + seed).isCloseTo(expected, within(expected * 0.0109));
        }
    }

    @Test
    void whatIsSixtyHalfLivesOldTakesNoRoom() {
        DecayAggregator counts = DecayAggregator.count(64, InputChanges.APPEND_ONLY);
        List<Element.Row> rows = new ArrayList<>();
        for (int second = 0; second < 20_000; second++) {
            rows.add(row(second * SECOND, null));
        }
        var inOrder = counts.create();
        rows.forEach(r -> counts.add(inOrder, r));
        Collections.shuffle(rows, random);
        var shuffled = counts.create();
        rows.forEach(r -> counts.add(shuffled, r));
        // A step is a second here. Two bytes for each step that counts, and a head.
        assertThat(bytes(counts, inOrder)).hasSizeBetween(2 * 3841, 2 * 3841 + 20).isEqualTo(bytes(counts, shuffled));
        assertThat((double) counts.result(inOrder)).isCloseTo(1 / (1 - Math.pow(2, -1.0 / 64)), within(1e-9));
    }

    private static byte[] bytes(DecayAggregator counts, DecayAggregator.Steps state) {
        StateOutput out = new StateOutput();
        counts.write(state, out);
        return out.toBytes();
    }

    private static Element.Row row(long time, Object value) {
        return new Element.Row(new Object[] {value}, Change.INSERT, time, 0, 0, Origin.COMPUTED);
    }
}

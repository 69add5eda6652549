package millrace.topology.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.origin.Origin;
import org.junit.jupiter.api.Test;

/** The order of all rows is total, the same however a place is compared, and kept in bytes. */
class RowOrderTest {
    private static final long SEED = Long.getLong("millrace.seed", 19);

    private final Random random = new Random(SEED);

    @Test
    void bytesSortAsPlacesDo() {
        for (int i = 0; i < 5_000; i++) {
            RowOrder a = random();
            RowOrder b = random();
            assertThat(Integer.signum(Arrays.compareUnsigned(sortable(a), sortable(b))))
                    .as("seed %d: %s %s", SEED, a, b).isEqualTo(Integer.signum(a.compareTo(b)));
        }
    }

    private static byte[] sortable(RowOrder order) {
        StateOutput out = new StateOutput();
        order.writeSortable(out);
        return out.toBytes();
    }

    @Test
    void theOrderIsTotal() {
        List<RowOrder> all = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            all.add(random());
        }
        for (RowOrder a : all) {
            assertThat(a.compareTo(a)).isZero();
            for (RowOrder b : all) {
                assertThat(Integer.signum(a.compareTo(b))).as("seed %d: %s %s", SEED, a, b)
                        .isEqualTo(-Integer.signum(b.compareTo(a)));
                assertThat(a.equals(b)).as("seed %d: %s %s", SEED, a, b).isEqualTo(a.compareTo(b) == 0);
                if (a.equals(b)) {
                    assertThat(a).as("seed %d", SEED).hasSameHashCodeAs(b);
                }
                for (RowOrder c : all) {
                    if (a.compareTo(b) <= 0 && b.compareTo(c) <= 0) {
                        assertThat(a.compareTo(c)).as("seed %d: %s %s %s", SEED, a, b, c).isLessThanOrEqualTo(0);
                    }
                }
            }
        }
        assertThat(new TreeSet<>(all).size()).as("seed %d: ties and others", SEED).isBetween(20, 119);
    }

    @Test
    void eventTimeDecidesThenTheSourceThenThePlaceInIt() {
        assertThat(new TreeSet<>(List.of(place(2, 0, 0, 0, 0), place(1, 1, 0, 0, 0), place(1, 0, 1, 0, 0),
                place(1, 0, 0, 1, 0), place(1, 0, 0, 0, 1), place(1, 0, 0, 0, 0),
                RowOrder.ofComputed(1, new byte[] {-1}), RowOrder.ofComputed(1, new byte[] {1}))))
                .containsExactly(RowOrder.ofComputed(1, new byte[] {1}), RowOrder.ofComputed(1, new byte[] {-1}),
                        place(1, 0, 0, 0, 0), place(1, 0, 0, 0, 1), place(1, 0, 0, 1, 0), place(1, 0, 1, 0, 0),
                        place(1, 1, 0, 0, 0), place(2, 0, 0, 0, 0));
    }

    @Test
    void aRowComparesAsItsPlaceDoesAlsoAfterAnExchange() {
        for (int i = 0; i < 2000; i++) {
            Element.Row row = row();
            RowOrder other = random();
            assertThat(RowOrder.compare(row, other)).as("seed %d", SEED)
                    .isEqualTo(RowOrder.of(row).compareTo(other));
        }
    }

    @Test
    void placesAreKeptInBytes() {
        for (int i = 0; i < 500; i++) {
            RowOrder place = random();
            StateOutput out = new StateOutput();
            place.write(out);
            StateInput in = new StateInput(out.toBytes());
            assertThat(RowOrder.read(in)).as("seed %d", SEED).isEqualTo(place);
            assertThat(in.hasMore()).isFalse();
        }
    }

    private RowOrder random() {
        if (random.nextInt(3) == 0) {
            byte[] bytes = new byte[random.nextInt(3)];
            random.nextBytes(bytes);
            return RowOrder.ofComputed(time(), bytes);
        }
        return RowOrder.of(row());
    }

    private Element.Row row() {
        return new Element.Row(new Object[0], Change.INSERT, time(), 0, 0,
                new Origin.Remote(random.nextInt(2), random.nextInt(2), random.nextInt(2), random.nextInt(2)));
    }

    private long time() {
        long[] times = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE};
        return times[random.nextInt(times.length)];
    }

    private static RowOrder place(long time, int source, int partition, long offset, int within) {
        return new RowOrder(time, source, partition, offset, within, new byte[0]);
    }
}

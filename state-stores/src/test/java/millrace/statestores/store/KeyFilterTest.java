package millrace.statestores.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyFilterTest {
    private static final long SEED = Long.getLong("millrace.seed", 5);
    private static final int MANY = 300_000;

    @Test
    void holdsEveryKeyThatWasAddedAndFewOthers() {
        Random random = new Random(SEED);
        KeyFilter filter = new KeyFilter();
        long[] added = random.longs(MANY).toArray();
        for (long key : added) {
            filter.add(key(key));
        }
        for (long key : added) {
            assertThat(filter.mayContain(key(key))).as("seed %d: %d", SEED, key).isTrue();
        }
        assertThat(random.longs(MANY).filter(key -> filter.mayContain(key(key))).count()).as("seed %d", SEED)
                .isLessThan(MANY / 100);
        assertThat(filter.size()).as("seed %d", SEED).isBetween(MANY * 99 / 100, MANY);
    }

    /** As ids from a counter are. */
    @Test
    void tellsConsecutiveNumbersApart() {
        KeyFilter filter = new KeyFilter();
        for (long key = 0; key < MANY; key++) {
            filter.add(key(key));
        }
        int seeming = 0;
        for (long key = MANY; key < 2 * MANY; key++) {
            seeming += filter.mayContain(key(key)) ? 1 : 0;
        }
        assertThat(seeming).isLessThan(MANY / 100);
    }

    @Test
    void anEmptyOneHoldsNothing() {
        assertThat(new KeyFilter().mayContain(key(1))).isFalse();
        assertThat(new KeyFilter().mayContain(new KeyBytes())).isFalse();
    }

    private static KeyBytes key(long of) {
        return new KeyBytes(ByteBuffer.allocate(Long.BYTES).putLong(of).array());
    }
}

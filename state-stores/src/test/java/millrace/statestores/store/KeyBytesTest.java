package millrace.statestores.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;

class KeyBytesTest {
    private static final int KEYS = 100_000;

    @Test
    void keysOfConsecutiveNumbersHaveHashesOfTheirOwn() {
        Set<Integer> fixed = new HashSet<>();
        Set<Integer> variable = new HashSet<>();
        Set<Integer> pairs = new HashSet<>();
        for (int i = 0; i < KEYS; i++) {
            fixed.add(new KeyBytes(ByteBuffer.allocate(8).putLong(i).array()).hashCode());
            ByteBuffer number = ByteBuffer.allocate(5);
            ByteUtils.writeVarint(i, number);
            variable.add(new KeyBytes().pointAt(number.array(), number.position()).hashCode());
            pairs.add(new KeyBytes(ByteBuffer.allocate(16).putLong(i % 300).putLong(i / 300).array()).hashCode());
        }
        // Chance alone makes one or two of a hundred thousand equal.
        assertThat(fixed).hasSizeGreaterThan(KEYS - 100);
        assertThat(variable).hasSizeGreaterThan(KEYS - 100);
        assertThat(pairs).hasSizeGreaterThan(KEYS - 100);
    }

    @Test
    void theSameBytesAreEqualWhateverIsBehindThemInTheBuffer() {
        byte[] buffer = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
        for (int length = 0; length <= 10; length++) {
            KeyBytes pointing = new KeyBytes().pointAt(buffer, length);
            buffer[10]++;
            assertThat(new KeyBytes().pointAt(buffer, length)).isEqualTo(pointing).hasSameHashCodeAs(pointing);
            assertThat(pointing.copy()).isEqualTo(pointing).hasSameHashCodeAs(pointing);
        }
    }
}

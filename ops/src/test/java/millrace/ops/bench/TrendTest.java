package millrace.ops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrendTest {
    @Test
    void whatFillsUpAndThenGoesUpAndDownIsLevel() {
        assertThat(Trend.of(List.of(10L, 50L, 90L, 100L, 104L, 97L, 101L, 99L)).isLevel()).isTrue();
    }

    @Test
    void whatGoesOnGrowingIsNot() {
        Trend trend = Trend.of(List.of(0L, 10L, 20L, 30L, 40L, 50L, 60L, 70L));
        assertThat(trend.growth()).as("from 40 to 70 about 55").isCloseTo(30 / 55.0, within(1e-9));
        assertThat(trend.isLevel()).isFalse();
    }

    @Test
    void whatShrinksIsLevelAndSoIsNothing() {
        assertThat(Trend.of(List.of(9L, 9L, 9L, 3L)).isLevel()).isTrue();
        assertThat(Trend.of(List.of(0L, 0L, 0L, 0L)).growth()).isZero();
        assertThat(Trend.of(List.of()).growth()).isZero();
    }
}

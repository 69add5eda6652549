package millrace.topology.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import millrace.schemas.time.TaskWatermark;
import org.junit.jupiter.api.Test;

class InputsTest {
    private static final long SEED = Long.getLong("millrace.seed", 2);

    @Test
    void nothingIsKnownBeforeEveryInputHasSpoken() {
        Inputs inputs = new Inputs(2);
        assertThat(inputs.observe(0, new Progress(10, 5))).isFalse();
        assertThat(inputs.observe(0, new Progress(20, 5))).isFalse();
        assertThat(inputs.together()).isEqualTo(Progress.NONE);
        assertThat(inputs.observe(1, new Progress(7, 6))).isTrue();
        assertThat(inputs.together()).isEqualTo(new Progress(7, 5));
    }

    @Test
    void watermarkAndHorizonMayComeFromDifferentInputs() {
        Inputs inputs = new Inputs(2);
        inputs.observe(0, new Progress(10, 1));
        inputs.observe(1, new Progress(5, 4));
        assertThat(inputs.together()).isEqualTo(new Progress(5, 1));
        assertThat(inputs.observe(0, new Progress(10, 3))).as("the horizon alone").isTrue();
        assertThat(inputs.together()).isEqualTo(new Progress(5, 3));
    }

    @Test
    void timeDoesNotGoBack() {
        Inputs inputs = new Inputs(1);
        inputs.observe(0, new Progress(10, 5));
        assertThat(inputs.observe(0, new Progress(9, 4))).isFalse();
        assertThat(inputs.observe(0, new Progress(9, 6))).isTrue();
        assertThat(inputs.together()).isEqualTo(new Progress(10, 6));
    }

    @Test
    void allHaveEndedWhenEachHas() {
        Progress end = new Progress(TaskWatermark.END, TaskWatermark.END);
        Inputs inputs = new Inputs(2);
        inputs.observe(0, end);
        inputs.observe(1, new Progress(3, 2));
        assertThat(inputs.together()).isEqualTo(new Progress(3, 2));
        assertThat(inputs.observe(1, end)).isTrue();
        assertThat(inputs.together()).isEqualTo(end);
    }

    @Test
    void whatTheyHaveReachedTogetherIsTheSmallestOfTheLargest() {
        Random random = new Random(SEED);
        Inputs inputs = new Inputs(4);
        Map<Integer, Progress> largest = new HashMap<>();
        Progress before = Progress.NONE;
        for (int i = 0; i < 5000; i++) {
            int input = random.nextInt(4);
            Progress told = new Progress(i / 10 + random.nextInt(40), i / 10 - random.nextInt(40));
            largest.merge(input, told,
                    (a, b) -> new Progress(Math.max(a.watermark(), b.watermark()), Math.max(a.horizon(), b.horizon())));
            boolean further = inputs.observe(input, told);
            Progress expected = largest.size() < 4
                    ? Progress.NONE
                    : new Progress(largest.values().stream().mapToLong(Progress::watermark).min().getAsLong(),
                            largest.values().stream().mapToLong(Progress::horizon).min().getAsLong());
            assertThat(inputs.together()).as("seed %d, step %d", SEED, i).isEqualTo(expected);
            assertThat(further).as("seed %d, step %d", SEED, i).isEqualTo(!expected.equals(before));
            before = expected;
        }
    }

    @Test
    void progressIsRememberedAsItIs() {
        for (Progress p : new Progress[] {Progress.NONE, new Progress(5, -5),
                new Progress(TaskWatermark.END, TaskWatermark.END)}) {
            assertThat(Progress.CODEC.decode(Progress.CODEC.encode(p))).isEqualTo(p);
        }
    }
}

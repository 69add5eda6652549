package millrace.topology.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which windows a moment lies in, beside the definition that tries every window there could be. */
class WindowSpecTest {
    private static final long SEED = Long.getLong("millrace.seed", 13);

    private record Window(long start, long end) {}

    @Test
    void tumblingWindowsFollowOneAnother() {
        assertThat(windows(new WindowSpec.Tumble(10, 0), 0)).containsExactly(new Window(0, 10));
        assertThat(windows(new WindowSpec.Tumble(10, 0), 9)).containsExactly(new Window(0, 10));
        assertThat(windows(new WindowSpec.Tumble(10, 0), -1)).containsExactly(new Window(-10, 0));
        assertThat(windows(new WindowSpec.Tumble(10, 3), 2)).containsExactly(new Window(-7, 3));
        assertThat(windows(new WindowSpec.Tumble(10, -13), 7)).containsExactly(new Window(7, 17));
    }

    @Test
    void hoppingWindowsComeTheEarliestFirst() {
        assertThat(windows(new WindowSpec.Hop(10, 5, 0), 7)).containsExactly(new Window(0, 10), new Window(5, 15));
        assertThat(windows(new WindowSpec.Hop(10, 3, 0), 9)).containsExactly(new Window(0, 10), new Window(3, 13),
                new Window(6, 16), new Window(9, 19));
    }

    @Test
    void aSlideLongerThanTheSizeLeavesGaps() {
        WindowSpec.Aligned gaps = new WindowSpec.Hop(3, 10, 0);
        assertThat(windows(gaps, 2)).containsExactly(new Window(0, 3));
        assertThat(windows(gaps, 3)).isEmpty();
        assertThat(windows(gaps, -8)).containsExactly(new Window(-10, -7));
        assertThat(windows(gaps, -1)).isEmpty();
    }

    @Test
    void cumulatingWindowsBeginTogether() {
        assertThat(windows(new WindowSpec.Cumulate(12, 4, 0), 5)).containsExactly(new Window(0, 8), new Window(0, 12));
        assertThat(windows(new WindowSpec.Cumulate(12, 4, 0), -1)).containsExactly(new Window(-12, 0));
        assertThat(windows(new WindowSpec.Cumulate(12, 4, 1), 0)).containsExactly(new Window(-11, 1));
    }

    @Test
    void everyMomentLiesInTheWindowsThatHoldIt() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            long size = 1 + random.nextInt(30);
            long slide = 1 + random.nextInt(40);
            long offset = random.nextInt(100) - 50;
            long time = random.nextInt(400) - 200;
            long steps = 1 + random.nextInt(6);
            check(new WindowSpec.Tumble(size, offset), time, hops(size, size, offset, time));
            check(new WindowSpec.Hop(size, slide, offset), time, hops(size, slide, offset, time));
            check(new WindowSpec.Cumulate(slide * steps, slide, offset), time,
                    cumulating(slide * steps, slide, offset, time));
        }
    }

    @Test
    void timesFarFromNowAreNotSpecial() {
        long[] times = {Long.MIN_VALUE / 2, Long.MAX_VALUE / 2, -62_135_596_800_000_000L, 253_402_300_799_999_999L};
        long day = 86_400_000_000L;
        for (long time : times) {
            for (WindowSpec.Aligned spec : List.of(new WindowSpec.Tumble(day, -day / 3),
                    new WindowSpec.Hop(day, day / 4, 1000),
                    new WindowSpec.Cumulate(day, day / 4, 0))) {
                assertThat(windows(spec, time)).as("%s at %d", spec, time).isNotEmpty()
                        .allSatisfy(w -> assertThat(time).isBetween(w.start(), w.end() - 1));
            }
        }
    }

    @Test
    void lengthsAreAboveZeroAndStepsFillTheirSize() {
        assertThatThrownBy(() -> new WindowSpec.Tumble(0, 0)).hasMessage("a window of 0 microseconds");
        assertThatThrownBy(() -> new WindowSpec.Hop(5, -1, 0)).hasMessage("a window of -1 microseconds");
        assertThatThrownBy(() -> new WindowSpec.Cumulate(10, 4, 0)).hasMessage("steps of 4 do not fill 10");
    }

    private static void check(WindowSpec.Aligned spec, long time, List<Window> expected) {
        assertThat(windows(spec, time)).as("%s at %d, seed %d", spec, time, SEED).isEqualTo(expected);
    }

    private static List<Window> hops(long size, long slide, long offset, long time) {
        List<Window> found = new ArrayList<>();
        for (long n = -400; n <= 400; n++) {
            long start = offset + n * slide;
            if (start <= time && time < start + size) {
                found.add(new Window(start, start + size));
            }
        }
        return found;
    }

    private static List<Window> cumulating(long size, long step, long offset, long time) {
        List<Window> found = new ArrayList<>();
        for (Window whole : hops(size, size, offset, time)) {
            for (long end = whole.start() + step; end <= whole.end(); end += step) {
                if (time < end) {
                    found.add(new Window(whole.start(), end));
                }
            }
        }
        return found;
    }

    private static List<Window> windows(WindowSpec.Aligned spec, long time) {
        List<Window> found = new ArrayList<>();
        spec.forEach(time, (start, end) -> found.add(new Window(start, end)));
        assertThat(new TreeSet<>(found.stream().map(Window::end).toList())).as("told apart by their ends")
                .hasSameSizeAs(found);
        return found;
    }
}

package millrace.topology.time;

import java.util.HashMap;
import java.util.Map;

/** How far all inputs of an operator have come together: as far as the slowest. Pure; one task owns it. */
public final class Inputs {
    private final int expected;
    private final Map<Integer, Progress> byInput = new HashMap<>();
    private Progress together = Progress.NONE;

    /** @param expected how many inputs there are; nothing is known before each has spoken */
    public Inputs(int expected) {
        this.expected = expected;
    }

    /** Takes note of an input's progress; true if all together have come further by it. */
    public boolean observe(int input, Progress progress) {
        byInput.merge(input, progress, Progress::max);
        if (byInput.size() < expected) {
            return false;
        }
        Progress before = together;
        together = before.max(byInput.values().stream().reduce(Progress::min).orElseThrow());
        return !together.equals(before);
    }

    public Progress together() {
        return together;
    }
}

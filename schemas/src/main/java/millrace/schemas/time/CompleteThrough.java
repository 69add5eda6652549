package millrace.schemas.time;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides through which event time a reader of one topic has everything, from the watermarks of all tasks that write
 * it. The reader does three things, in this order:
 *
 * <ol>
 * <li>read the topic of watermarks to its end, giving each one to {@link #observe};
 * <li>if {@link #candidate} has a value, ask the data topic for its end offsets <em>with read_uncommitted</em>, since
 * the markers of one transaction land partition by partition, and give both to {@link #await};
 * <li>whenever its position moves, ask {@link #at}. A position is where the consumer stands, past transaction markers,
 * not the offset of a record.
 * </ol>
 *
 * The answer never goes back. Pure: no clock, no topic; not for use by several threads.
 */
public final class CompleteThrough {
    /** A reader far behind keeps the oldest pairs, which it reaches first, and renews the last. */
    private static final int MOST_PENDING = 16;

    private final String topic;
    private final Map<Integer, Long> watermarks = new HashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private int tasks;
    private long awaited = Long.MIN_VALUE;
    private long complete = Long.MIN_VALUE;

    public CompleteThrough(String topic) {
        this.topic = topic;
    }

    /** A topic whose completeness was known before, such as from a table's last commit. */
    public CompleteThrough(String topic, long completeMicros) {
        this(topic);
        complete = completeMicros;
        awaited = completeMicros;
    }

    /** Takes note of a watermark; those of other topics are ignored. */
    public void observe(TaskWatermark watermark) {
        if (!watermark.topic().equals(topic)) {
            return;
        }
        if (watermark.tasks() != tasks) {
            // The topic has more (or fewer) writers since: those that have not spoken yet count as unknown.
            tasks = watermark.tasks();
            watermarks.keySet().removeIf(task -> task >= watermark.tasks());
        }
        watermarks.put(watermark.task(), watermark.watermark());
    }

    /** The tasks that have not said anything yet; while there are any, nothing new becomes complete. */
    public Set<Integer> silent() {
        Set<Integer> silent = new TreeSet<>();
        for (int task = 0; task < tasks; task++) {
            if (!watermarks.containsKey(task)) {
                silent.add(task);
            }
        }
        return silent;
    }

    /** The watermark over all tasks, if it is newer than what is awaited already. */
    public OptionalLong candidate() {
        if (tasks == 0 || !silent().isEmpty()) {
            return OptionalLong.empty();
        }
        long minimum = watermarks.values().stream().mapToLong(Long::longValue).min().getAsLong();
        return minimum > awaited ? OptionalLong.of(minimum) : OptionalLong.empty();
    }

    /** The candidate becomes complete once the reader's position has reached these end offsets. */
    public void await(long candidateMicros, Map<Integer, Long> endOffsets) {
        if (candidateMicros <= awaited) {
            return;
        }
        if (pending.size() == MOST_PENDING) {
            pending.remove(pending.size() - 1);
        }
        pending.add(new Pending(candidateMicros, Map.copyOf(endOffsets)));
        awaited = candidateMicros;
    }

    /** Through when everything has been read at this position (the next offset per partition); empty if unknown. */
    public OptionalLong at(Map<Integer, Long> position) {
        while (!pending.isEmpty() && pending.get(0).isReachedAt(position)) {
            complete = pending.remove(0).watermark();
        }
        return complete == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(complete);
    }

    private record Pending(long watermark, Map<Integer, Long> endOffsets) {
        boolean isReachedAt(Map<Integer, Long> position) {
            return endOffsets.entrySet().stream()
                    .allMatch(end -> end.getValue() == 0 || position.getOrDefault(end.getKey(), -1L) >= end.getValue());
        }
    }
}

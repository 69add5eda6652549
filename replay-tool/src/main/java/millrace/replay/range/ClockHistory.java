package millrace.replay.range;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;

/**
 * What the clock of each partition of a topic was before which offset, as far as a pipeline has written it down: in its time
 * journal every minute and where it has passed over a silent partition, in its watermarks as it is now. Microseconds;
 * {@link TaskWatermark#END} behind an end marker. Clocks grow with the offsets. Pure.
 */
public final class ClockHistory {
    private final Map<Integer, NavigableMap<Long, Long>> clocks = new HashMap<>();

    private ClockHistory() {}

    /**
     * Entries and watermarks of other topics are passed over.
     *
     * @param topicId Kafka's id of the topic, as text
     * @param disorder of the contract, in microseconds: how far a watermark is behind its clock
     */
    public static ClockHistory of(String topic, String topicId, long disorder, Collection<TimeEntry> journal,
            Collection<TaskWatermark> watermarks) {
        ClockHistory history = new ClockHistory();
        for (TimeEntry entry : journal) {
            if (entry.topicId().equals(topicId)) {
                switch (entry) {
                    case TimeEntry.Checkpoint c -> history.add(c.partition(), c.offset(), c.clock());
                    case TimeEntry.Floor f -> history.add(f.partition(), f.offset(), f.watermark() + disorder);
                    case TimeEntry.Widening w -> history.add(w.partition(), w.offset(), w.watermark() + disorder);
                    case TimeEntry.Revision r -> {}
                    case TimeEntry.Admission a -> {}
                }
            }
        }
        for (TaskWatermark w : watermarks) {
            // Of a run that waits for late rows that count, it says less than its clock.
            boolean waits = journal.stream()
                    .anyMatch(e -> e instanceof TimeEntry.Admission && e.topicId().equals(topicId)
                            && e.partition() == w.task() && e.offset() > w.nextOffset());
            if (w.topic().equals(topic) && w.nextOffset() >= 0 && !waits) {
                history.add(w.task(), w.nextOffset(),
                        w.watermark() == TaskWatermark.END ? TaskWatermark.END : w.watermark() + disorder);
            }
        }
        history.clocks.values().forEach(ClockHistory::ascend);
        return history;
    }

    private void add(int partition, long offset, long clock) {
        clocks.computeIfAbsent(partition, p -> new TreeMap<>()).merge(offset, clock, Math::max);
    }

    /** What was written at one offset, such as a floor, holds for all later ones too. */
    private static void ascend(NavigableMap<Long, Long> byOffset) {
        long largest = Long.MIN_VALUE;
        for (Map.Entry<Long, Long> e : byOffset.entrySet()) {
            largest = Math.max(largest, e.getValue());
            e.setValue(largest);
        }
    }

    /** By offset, the clock before it; empty if nothing was written of the partition. */
    public NavigableMap<Long, Long> of(int partition) {
        return Collections.unmodifiableNavigableMap(clocks.getOrDefault(partition, new TreeMap<>()));
    }
}

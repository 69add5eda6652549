package millrace.replay.range;

import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;

/**
 * Which records of a partition decide what is given out for a stretch of event time: those from a clock checkpoint on at
 * which nothing of it had come yet, up to one from which on all of it would come too late. Pure.
 *
 * <pre>
 *   offsets   ---|------------|=====================|-------
 *   clock       &lt; from                          &gt;= to + lateness
 * </pre>
 *
 * @param start the first record that is read
 * @param clock the partition's clock before it, in microseconds; nothing where the partition begins
 * @param end behind the last one; nothing as long as records may come that count
 */
public record ClockRange(long start, OptionalLong clock, OptionalLong end) {

    /**
     * @param checkpoints of the partition: the largest event time of all records before an offset, by that offset
     * @param beginning the partition's first offset
     * @param from in microseconds, what is looked back at already taken off
     * @param to exclusive, what is looked ahead at already added
     * @param lateness how far a record may lie behind the clock and count; nothing where every record counts, however late
     */
    public static ClockRange of(NavigableMap<Long, Long> checkpoints, long beginning, long from, long to,
            OptionalLong lateness) {
        long start = beginning;
        OptionalLong clock = OptionalLong.empty();
        OptionalLong end = OptionalLong.empty();
        for (Map.Entry<Long, Long> checkpoint : checkpoints.entrySet()) {
            // Clocks grow with the offsets, so that the last one below is the best to begin at.
            if (checkpoint.getValue() < from) {
                start = checkpoint.getKey();
                clock = OptionalLong.of(checkpoint.getValue());
            } else if (lateness.isPresent() && end.isEmpty()
                    && checkpoint.getValue() >= Math.addExact(to, lateness.getAsLong())) {
                end = OptionalLong.of(checkpoint.getKey());
            }
        }
        return new ClockRange(start, clock, end);
    }
}

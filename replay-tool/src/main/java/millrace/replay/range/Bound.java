package millrace.replay.range;

import java.time.Instant;
import java.util.Map;

/** One end of a range of a topic, as a person states it. */
public sealed interface Bound {
    /** The first record that Kafka still has. */
    record Beginning() implements Bound {}

    /** Behind the last record there is now. */
    record End() implements Bound {}

    /**
     * The first record of each partition whose <em>Kafka</em> timestamp is at or after this time. That is the time of
     * arrival unless a producer sets another; event time is a column and needs the clock of a pipeline to be a bound.
     */
    record At(Instant time) implements Bound {}

    /** These offsets; a partition that is not named has no records in the range. */
    record Offsets(Map<Integer, Long> byPartition) implements Bound {
        public Offsets {
            byPartition = Map.copyOf(byPartition);
        }
    }
}

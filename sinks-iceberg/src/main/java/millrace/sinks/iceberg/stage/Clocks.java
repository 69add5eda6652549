package millrace.sinks.iceberg.stage;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;

/** How far the event time of partitions is complete, where something else than their own rows tells. */
@FunctionalInterface
public interface Clocks {
    /**
     * By partition, in microseconds, for a reader that has read up to these positions; partitions about which nothing
     * is known are not in it.
     */
    SortedMap<Integer, Long> at(Map<Integer, Long> position);

    /** Knows nothing. */
    Clocks NONE = position -> Collections.emptySortedMap();
}

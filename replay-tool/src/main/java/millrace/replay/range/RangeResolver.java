package millrace.replay.range;

import java.util.Map;
import java.util.TreeMap;

/** Turns two bounds into offsets per partition; looks at the log through {@link TopicOffsets} and changes nothing. */
public final class RangeResolver {
    private final TopicOffsets log;

    public RangeResolver(TopicOffsets log) {
        this.log = log;
    }

    /**
     * The offsets between two bounds. What lies beyond the end of the log is cut off; what lies before its beginning
     * is counted as missing. A partition whose bounds cross has an empty range at its start.
     */
    public ReplayRange resolve(String topic, Bound from, Bound to) {
        Map<Integer, Long> first = log.beginning();
        Map<Integer, Long> last = log.end();
        Map<Integer, Long> starts = offsets(from, first, last);
        Map<Integer, Long> ends = offsets(to, first, last);
        var ranges = new TreeMap<Integer, OffsetRange>();
        for (int partition : last.keySet()) {
            long logStart = first.get(partition);
            long logEnd = last.get(partition);
            long askedStart = Math.min(starts.getOrDefault(partition, logEnd), logEnd);
            long askedEnd = Math.min(ends.getOrDefault(partition, askedStart), logEnd);
            long start = Math.max(askedStart, logStart);
            long end = Math.max(start, askedEnd);
            long missing = Math.max(0, Math.min(logStart, askedEnd) - askedStart);
            ranges.put(partition, new OffsetRange(partition, start, end, missing));
        }
        return new ReplayRange(topic, java.util.List.copyOf(ranges.values()));
    }

    private Map<Integer, Long> offsets(Bound bound, Map<Integer, Long> first, Map<Integer, Long> last) {
        return switch (bound) {
            case Bound.Beginning b -> first;
            case Bound.End e -> last;
            case Bound.At at -> log.at(at.time());
            case Bound.Offsets o -> o.byPartition();
        };
    }
}

package millrace.topology.time;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;

/**
 * The rows of one source partition that count although they come too late. Time waits for them: until the last of a
 * stretch has been read, nobody below is told that it has passed the stretch, so that results still take them in, as if
 * they had come in time. Immutable: what is told must not depend on when it is asked.
 */
public final class Admissions {
    /** Of a partition whose late rows stay late. */
    public static final Admissions NONE = new Admissions(List.of());

    /** Ascending. */
    private final long[] offsets;
    /** At each place, the earliest event time that this stretch or one behind it takes in. */
    private final long[] earliest;
    /** Stretches of event time that do not overlap, ascending, each with the offset before which it takes rows in. */
    private final long[] from;
    private final long[] to;
    private final long[] before;

    private Admissions(List<TimeEntry.Admission> ascending) {
        offsets = ascending.stream().mapToLong(TimeEntry.Admission::offset).toArray();
        earliest = ascending.stream().mapToLong(TimeEntry.Admission::from).toArray();
        for (int i = earliest.length - 2; i >= 0; i--) {
            earliest[i] = Math.min(earliest[i], earliest[i + 1]);
        }
        TreeMap<Long, Stretch> apart = new TreeMap<>();
        ascending.forEach(a -> paint(apart, new Stretch(a.to(), a.offset()), a.from()));
        from = apart.keySet().stream().mapToLong(Long::longValue).toArray();
        to = apart.values().stream().mapToLong(Stretch::to).toArray();
        before = apart.values().stream().mapToLong(Stretch::before).toArray();
    }

    private record Stretch(long to, long before) {}

    /** Over what was painted there before, which had a smaller offset. */
    private static void paint(TreeMap<Long, Stretch> apart, Stretch stretch, long from) {
        for (long edge : new long[] {from, stretch.to()}) {
            Map.Entry<Long, Stretch> across = apart.lowerEntry(edge);
            if (across != null && across.getValue().to() > edge) {
                apart.put(across.getKey(), new Stretch(edge, across.getValue().before()));
                apart.put(edge, across.getValue());
            }
        }
        apart.subMap(from, stretch.to()).clear();
        apart.put(from, stretch);
    }

    /** Those of one partition among all. */
    public static Admissions of(Collection<TimeEntry.Admission> all, String topicId, int partition) {
        return new Admissions(all.stream().filter(a -> a.topicId().equals(topicId) && a.partition() == partition)
                .filter(a -> a.from() < a.to()).sorted(Comparator.comparingLong(TimeEntry.Admission::offset)).toList());
    }

    /** Whether the row at an offset counts, whatever the clock was that it met. */
    public boolean admit(long offset, long eventTime) {
        int stretch = above(from, eventTime) - 1;
        return stretch >= 0 && eventTime < to[stretch] && offset < before[stretch];
    }

    /**
     * The latest time that may be told before the record at an offset is read; {@link TaskWatermark#END} if it does not
     * matter. It grows with the offset.
     */
    public long latest(long nextOffset) {
        int first = above(offsets, nextOffset);
        return first == offsets.length ? TaskWatermark.END : earliest[first];
    }

    /** The first place of a larger value. */
    private static int above(long[] ascending, long value) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] > value) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}

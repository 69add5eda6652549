package millrace.topology.time;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
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

    private final long[] offsets;
    private final long[] from;
    private final long[] to;
    /** At each place, the earliest event time that this stretch or one behind it takes in. */
    private final long[] earliest;

    private Admissions(List<TimeEntry.Admission> ascending) {
        offsets = ascending.stream().mapToLong(TimeEntry.Admission::offset).toArray();
        from = ascending.stream().mapToLong(TimeEntry.Admission::from).toArray();
        to = ascending.stream().mapToLong(TimeEntry.Admission::to).toArray();
        earliest = from.clone();
        for (int i = earliest.length - 2; i >= 0; i--) {
            earliest[i] = Math.min(earliest[i], earliest[i + 1]);
        }
    }

    /** Those of one partition among all. */
    public static Admissions of(Collection<TimeEntry.Admission> all, String topicId, int partition) {
        return new Admissions(all.stream().filter(a -> a.topicId().equals(topicId) && a.partition() == partition)
                .sorted(Comparator.comparingLong(TimeEntry.Admission::offset)).toList());
    }

    /** Whether the row at an offset counts, whatever the clock was that it met. */
    public boolean admit(long offset, long eventTime) {
        for (int i = first(offset); i < offsets.length; i++) {
            if (eventTime >= from[i] && eventTime < to[i]) {
                return true;
            }
        }
        return false;
    }

    /**
     * The latest time that may be told before the record at an offset is read; {@link TaskWatermark#END} if it does not
     * matter. It grows with the offset.
     */
    public long latest(long nextOffset) {
        int first = first(nextOffset);
        return first == offsets.length ? TaskWatermark.END : earliest[first];
    }

    /** Of the stretches by offset, the first that has records at this offset or behind it. */
    private int first(long offset) {
        int low = 0;
        int high = offsets.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offsets[middle] > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}

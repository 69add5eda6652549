package millrace.topology.time;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import millrace.schemas.time.TimeEntry;

/** What a pipeline's time journal says, by source partition. Immutable. */
public final class TimeJournal {
    /** Of a pipeline that has decided nothing yet. */
    public static final TimeJournal EMPTY = new TimeJournal(List.of());

    private record Place(String topicId, int partition) {}

    private final Map<Place, NavigableMap<Long, Long>> floors = new HashMap<>();
    private final Map<Place, NavigableMap<Long, String>> revisions = new HashMap<>();
    private final List<TimeEntry.Admission> admissions = new ArrayList<>();

    public TimeJournal(Collection<TimeEntry> entries) {
        for (TimeEntry entry : entries) {
            Place place = new Place(entry.topicId(), entry.partition());
            switch (entry) {
                case TimeEntry.Floor f -> floors.computeIfAbsent(place, p -> new TreeMap<>()).merge(f.offset(),
                        f.watermark(), Math::max);
                case TimeEntry.Widening w -> floors.computeIfAbsent(place, p -> new TreeMap<>()).merge(w.offset(),
                        w.watermark(), Math::max);
                case TimeEntry.Revision r -> revisions.computeIfAbsent(place, p -> new TreeMap<>()).put(r.offset(),
                        r.text());
                case TimeEntry.Admission a -> admissions.add(a);
                case TimeEntry.Checkpoint c -> {}
            }
        }
    }

    /** The floors of one partition, that of its widening among them: watermarks, by the offset from which they hold. */
    public NavigableMap<Long, Long> floors(String topicId, int partition) {
        return new TreeMap<>(floors.getOrDefault(new Place(topicId, partition), new TreeMap<>()));
    }

    /** Rows that count although they came too late, of all partitions. */
    public List<TimeEntry.Admission> admissions() {
        return List.copyOf(admissions);
    }

    /** The text that the pipeline ran with last. */
    public Optional<String> lastRevision(String topicId, int partition) {
        return Optional.ofNullable(revisions.get(new Place(topicId, partition))).map(r -> r.lastEntry().getValue());
    }
}

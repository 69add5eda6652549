package millrace.sinks.iceberg.commit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.sinks.iceberg.event.SourcePosition;

/**
 * What each commit of ours writes into its snapshot's summary, and again into a table property: everything that a
 * committer or a worker needs to go on from a table alone.
 *
 * @param commitId unique for all time
 * @param epoch of the committer; it grows by one with each take-over
 * @param layout grows whenever positions or files stop meaning what proposals in flight took them for
 * @param control up to where the control partition has been taken in
 * @param heads by source partition: the proposal that its newest rows came with
 * @param clocks event time in microseconds up to which each source partition is complete
 */
public record CommitMark(String commitId, long epoch, long layout, SourcePosition position, ControlPosition control,
        SortedMap<Integer, String> heads, SortedMap<Integer, Long> clocks) {
    public static final String COMMIT_ID = "millrace.commit-id";
    public static final String POSITION = "millrace.position";
    /** An instant as text; through this event time the table has every row that was on time. */
    public static final String COMPLETE_THROUGH = "millrace.complete-through";
    private static final String EPOCH = "millrace.epoch";
    private static final String LAYOUT = "millrace.layout";
    private static final String CONTROL = "millrace.control";
    private static final String HEADS = "millrace.heads";
    private static final String CLOCKS = "millrace.clocks";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ControlPosition NOTHING_HEARD = new ControlPosition("", 0);

    public CommitMark {
        heads = Collections.unmodifiableSortedMap(new TreeMap<>(heads));
        clocks = Collections.unmodifiableSortedMap(new TreeMap<>(clocks));
    }

    /**
     * Event time in microseconds through which the table is complete: the least clock of the partitions that it has
     * rows of; empty while one of them has none. A partition that never held a record holds nothing back.
     */
    public OptionalLong completeThrough() {
        if (clocks.isEmpty() || !clocks.keySet().containsAll(position.next().keySet())) {
            return OptionalLong.empty();
        }
        return clocks.values().stream().mapToLong(Long::longValue).min();
    }

    /** Of a branch that holds nothing of its topic yet. */
    public static CommitMark ofNothing(String commitId) {
        return new CommitMark(commitId, 0, TableState.FIRST_LAYOUT, SourcePosition.start(""), NOTHING_HEARD,
                Collections.emptySortedMap(), Collections.emptySortedMap());
    }

    /** Of a branch that begins here: with the same rows, and of what is proposed for it nothing has been heard. */
    public CommitMark branchingOff(String id) {
        return new CommitMark(id, epoch, layout, position, NOTHING_HEARD, Collections.emptySortedMap(), clocks);
    }

    /** The same under another commit id. */
    public CommitMark as(String id) {
        return new CommitMark(id, epoch, layout, position, control, heads, clocks);
    }

    /** The same in another layout. */
    CommitMark inLayout(long other) {
        return new CommitMark(commitId, epoch, other, position, control, heads, clocks);
    }

    /** As entries of a snapshot's summary. */
    public Map<String, String> toSummary() {
        var summary = new LinkedHashMap<String, String>();
        summary.put(COMMIT_ID, commitId);
        summary.put(EPOCH, Long.toString(epoch));
        summary.put(LAYOUT, Long.toString(layout));
        summary.put(POSITION, position.toJson());
        summary.put(CONTROL, text(Map.of("topic-id", control.topicId(), "next", control.next())));
        summary.put(HEADS, text(heads));
        summary.put(CLOCKS, text(clocks));
        completeThrough().ifPresent(micros -> summary.put(COMPLETE_THROUGH,
                Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString()));
        return summary;
    }

    /** The mark in a summary; nothing for a snapshot of someone else. */
    public static Optional<CommitMark> fromSummary(Map<String, String> summary) {
        if (!summary.containsKey(COMMIT_ID)) {
            return Optional.empty();
        }
        Map<String, Object> control = parse(summary.get(CONTROL), new TypeReference<>() {});
        return Optional.of(new CommitMark(summary.get(COMMIT_ID), Long.parseLong(summary.get(EPOCH)),
                Long.parseLong(summary.get(LAYOUT)), SourcePosition.fromJson(summary.get(POSITION)),
                new ControlPosition((String) control.get("topic-id"), ((Number) control.get("next")).longValue()),
                parse(summary.get(HEADS), new TypeReference<TreeMap<Integer, String>>() {}),
                parse(summary.get(CLOCKS), new TypeReference<TreeMap<Integer, Long>>() {})));
    }

    static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static <T> T parse(String text, TypeReference<T> type) {
        try {
            return JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a mark of ours: " + e.getOriginalMessage(), e);
        }
    }
}

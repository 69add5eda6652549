package millrace.sinks.iceberg.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Up to where a table holds a topic: the next offset of each partition that it holds anything of.
 *
 * @param topicId Kafka's id of the topic, which a topic recreated under the same name does not share
 * @param next by partition; a partition that is not here is read from its start
 */
public record SourcePosition(String topicId, SortedMap<Integer, Long> next) {
    public SourcePosition {
        next = Collections.unmodifiableSortedMap(new TreeMap<>(next));
    }

    /** The position of a table that holds nothing of the topic. */
    public static SourcePosition start(String topicId) {
        return new SourcePosition(topicId, Collections.emptySortedMap());
    }

    public OptionalLong next(int partition) {
        Long offset = next.get(partition);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** This position after the given ranges; the ranges' starts are not looked at. */
    public SourcePosition after(Map<Integer, OffsetRange> ranges) {
        var moved = new TreeMap<>(next);
        ranges.forEach((partition, range) -> moved.put(partition, range.to()));
        return new SourcePosition(topicId, moved);
    }

    /** This position with the given partitions set to the given offsets. */
    public SourcePosition with(Map<Integer, Long> offsets) {
        var moved = new TreeMap<>(next);
        moved.putAll(offsets);
        return new SourcePosition(topicId, moved);
    }

    /** One line of JSON, {@code {"topic-id":"..","next":{"0":17}}}, as snapshots and events carry it. */
    public String toJson() {
        return Json.text(json -> {
            json.put("topic-id", topicId);
            Json.longs(json.putObject("next"), next);
        });
    }

    /** Throws {@link IllegalArgumentException} if the text is no position. */
    public static SourcePosition fromJson(String text) {
        return of(Json.parse(text));
    }

    static SourcePosition of(JsonNode json) {
        return new SourcePosition(Json.string(json, "topic-id"), Json.longs(json, "next"));
    }
}

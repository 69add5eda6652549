package millrace.schemas.time;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far one task has come with the rows it writes to a topic (or reads from one, for a source). Lies in the
 * pipeline's compacted topic of watermarks, written in the same transaction as the rows it covers: who sees it can see
 * every row of this task before {@code watermark} that is on time.
 *
 * <p>
 * Wire form: UTF-8 text. Key {@code <topic>/<task>}; value {@code v1 tasks=4 watermark=1700000000000000
 * horizon=1699999990000000 next=118204}, where a watermark may be {@code end}. Unknown names are ignored.
 *
 * @param topic the model's topic, or the contract's topic for a source
 * @param task the number of the task: for a source, the partition
 * @param tasks how many tasks write the topic; {@code task} is below it
 * @param watermark microseconds: no row before it that is on time is still to come; {@link #END} when none is to come
 *        at all
 * @param horizon microseconds: no row before it that still counts is to come
 * @param nextOffset of a source: the next record this task reads; -1 for a model
 */
public record TaskWatermark(String topic, int task, int tasks, long watermark, long horizon, long nextOffset) {
    /** The end of time: everything has come. */
    public static final long END = Long.MAX_VALUE;

    public static String topicOf(String pipeline) {
        return pipeline + ".watermarks";
    }

    public byte[] key() {
        return (topic + "/" + task).getBytes(StandardCharsets.UTF_8);
    }

    public byte[] value() {
        return ("v1 tasks=" + tasks + " watermark=" + text(watermark) + " horizon=" + text(horizon)
                + (nextOffset < 0 ? "" : " next=" + nextOffset)).getBytes(StandardCharsets.UTF_8);
    }

    /** Empty if the bytes are not of a form this release knows. */
    public static Optional<TaskWatermark> of(byte[] key, byte[] value) {
        if (key == null || value == null) {
            return Optional.empty();
        }
        String name = new String(key, StandardCharsets.UTF_8);
        String[] words = new String(value, StandardCharsets.UTF_8).split(" ");
        int slash = name.lastIndexOf('/');
        if (slash < 1 || !words[0].equals("v1")) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals > 0) {
                values.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
        }
        try {
            return Optional.of(new TaskWatermark(name.substring(0, slash), Integer.parseInt(name.substring(slash + 1)),
                    Integer.parseInt(values.get("tasks")), number(values.get("watermark")),
                    number(values.get("horizon")), Long.parseLong(values.getOrDefault("next", "-1"))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String text(long micros) {
        return micros == END ? "end" : Long.toString(micros);
    }

    private static long number(String text) {
        return "end".equals(text) ? END : Long.parseLong(text);
    }
}

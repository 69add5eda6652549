package millrace.schemas.time;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the wall clock or a person has decided about time, written down so that every replay obeys it instead of deciding
 * again. Lies in the pipeline's compacted time journal, written in the same transaction as its effect.
 *
 * <p>
 * Wire form: UTF-8 text. Key {@code <kind>/<topic id>/<partition>/<offset>}, of an admission with {@code /<from>} behind it;
 * value {@code v1} and what the kind says, such as {@code v1 watermark=1700000000000000}. Unknown kinds and names are
 * ignored.
 */
public sealed interface TimeEntry {
    /** Kafka's id of the source topic, as text. */
    String topicId();

    int partition();

    /** The first record that it holds for. */
    long offset();

    /**
     * The partition was silent, and was proved to have nothing before this offset that was not processed: from here its
     * clock is at least such that its watermark is this one.
     *
     * @param watermark microseconds
     */
    record Floor(String topicId, int partition, long offset, long watermark) implements TimeEntry {
        @Override
        public String kind() {
            return "floor";
        }

        @Override
        public String said() {
            return "watermark=" + watermark;
        }
    }

    /**
     * What the clock was before this offset: a replay may begin here, with this clock.
     *
     * @param clock microseconds; the largest event time of all records before
     */
    record Checkpoint(String topicId, int partition, long offset, long clock) implements TimeEntry {
        @Override
        public String kind() {
            return "clock";
        }

        @Override
        public String said() {
            return "clock=" + clock;
        }
    }

    /**
     * From this offset the pipeline ran with these contracts and models.
     *
     * @param text a digest of their text
     */
    record Revision(String topicId, int partition, long offset, String text) implements TimeEntry {
        @Override
        public String kind() {
            return "revision";
        }

        @Override
        public String said() {
            return "text=" + text;
        }
    }

    /**
     * The partition was added to a topic that was read before, and goes on where the others of it were: its watermark is
     * at least this one from its first record on.
     *
     * @param watermark microseconds
     */
    record Widening(String topicId, int partition, long offset, long watermark) implements TimeEntry {
        @Override
        public String kind() {
            return "widening";
        }

        @Override
        public String said() {
            return "watermark=" + watermark;
        }
    }

    /**
     * Somebody has decided that rows count although they came too late: those of the partition that lie before this offset,
     * with an event time of a stretch. Unlike the others it says something of records that were read before it was
     * written, so a run obeys all that it knows when it begins, and none that come later.
     *
     * @param from microseconds; the earliest event time that is taken in
     * @param to microseconds; the first event time that is not
     */
    record Admission(String topicId, int partition, long offset, long from, long to) implements TimeEntry {
        @Override
        public String kind() {
            return "admission";
        }

        @Override
        public String said() {
            return "from=" + from + " to=" + to;
        }

        /** Several stretches may be taken in up to one offset. */
        @Override
        public byte[] key() {
            return ("admission/" + topicId + "/" + partition + "/" + offset + "/" + from)
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    /** The topic of a pipeline's journal. */
    static String topicOf(String pipeline) {
        return pipeline + ".time-journal";
    }

    /** The word for what it is in its key. */
    String kind();

    /** What it says, as its value has it behind the version. */
    String said();

    default byte[] key() {
        return (kind() + "/" + topicId() + "/" + partition() + "/" + offset()).getBytes(StandardCharsets.UTF_8);
    }

    default byte[] value() {
        return ("v1 " + said()).getBytes(StandardCharsets.UTF_8);
    }

    /** Empty if the bytes are not of a form this release knows. */
    static Optional<TimeEntry> of(byte[] key, byte[] value) {
        if (key == null || value == null) {
            return Optional.empty();
        }
        String[] place = new String(key, StandardCharsets.UTF_8).split("/");
        String[] words = new String(value, StandardCharsets.UTF_8).split(" ");
        if (place.length != (place[0].equals("admission") ? 5 : 4) || !words[0].equals("v1")) {
            return Optional.empty();
        }
        Map<String, String> said = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals > 0) {
                said.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
        }
        try {
            int partition = Integer.parseInt(place[2]);
            long offset = Long.parseLong(place[3]);
            return switch (place[0]) {
                case "floor" -> Optional
                        .of(new Floor(place[1], partition, offset, Long.parseLong(said.get("watermark"))));
                case "clock" -> Optional
                        .of(new Checkpoint(place[1], partition, offset, Long.parseLong(said.get("clock"))));
                case "widening" -> Optional
                        .of(new Widening(place[1], partition, offset, Long.parseLong(said.get("watermark"))));
                case "admission" -> Optional.of(new Admission(place[1], partition, offset,
                        Long.parseLong(said.get("from")), Long.parseLong(said.get("to"))));
                case "revision" -> Optional.ofNullable(said.get("text"))
                        .map(text -> new Revision(place[1], partition, offset, text));
                default -> Optional.empty();
            };
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}

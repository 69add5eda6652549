package millrace.crash;

import java.nio.charset.StandardCharsets;
import java.util.List;
import millrace.process.CommittedTopic;

/** What a topic holds, read by a plain consumer from start to end: the truth that every table is compared with. */
public final class TopicTruth {
    /** One record: which order it is, and where it lies. */
    public record Placed(long order, int partition, long offset) {
        public String origin() {
            return partition + "|" + offset;
        }
    }

    private TopicTruth() {}

    public static List<Placed> read(String bootstrapServers, String topic) {
        return CommittedTopic.read(bootstrapServers, topic, "the truth").stream()
                .map(r -> new Placed(
                        Long.parseLong(new String(r.key(), StandardCharsets.UTF_8).substring("o-".length())),
                        r.partition(), r.offset()))
                .toList();
    }
}

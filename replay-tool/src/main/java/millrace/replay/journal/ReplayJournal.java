package millrace.replay.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.topology.run.CompactedTopic;
import millrace.topology.run.Topics;
import org.apache.kafka.common.KafkaException;

/**
 * The replays of a pipeline, in a compacted topic of it: of each what it has come to. Nothing is decided by it that two
 * processes could decide at once: they may both run a replay, and share its work then. Not for use by several threads.
 */
public final class ReplayJournal implements AutoCloseable {
    private final CompactedTopic topic;

    /** @param client settings of Kafka clients by their own names, with {@code bootstrap.servers} */
    public ReplayJournal(Topics topics, Map<String, Object> client, String pipeline) {
        topic = new CompactedTopic(topics, client, topicOf(pipeline));
    }

    /** The topic of a pipeline's replays. */
    public static String topicOf(String pipeline) {
        return pipeline + ".replays";
    }

    /** All of them, the newest last. */
    public List<ReplayEntry> all() {
        List<ReplayEntry> all = new ArrayList<>();
        topic.read().values().forEach(v -> read(v).ifPresent(all::add));
        all.sort(Comparator.comparing(ReplayEntry::at));
        return all;
    }

    /** Empty if a newer version has written it in a form that this one does not know. */
    private static Optional<ReplayEntry> read(byte[] value) {
        try {
            return Optional.of(JournalJson.read(value, ReplayEntry.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The only one whose id begins so. */
    public Optional<ReplayEntry> find(String id) {
        List<ReplayEntry> found = all().stream().filter(e -> e.plan().id().startsWith(id)).toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /**
     * Returns when it is written.
     *
     * @throws KafkaException if it cannot be
     */
    public void write(ReplayEntry entry) {
        topic.write(entry.plan().id(), JournalJson.bytes(entry));
    }

    @Override
    public void close() {
        topic.close();
    }
}

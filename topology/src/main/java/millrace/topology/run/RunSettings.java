package millrace.topology.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a pipeline runs.
 *
 * @param stateFolder where tasks keep local state; may be lost, at the price of a longer start
 * @param commitInterval how often output, state and positions are committed together; also how often watermarks are
 *        written
 * @param createTopics whether missing topics are created; otherwise they are asked for
 * @param replication of created topics; -1 leaves it to the cluster
 * @param kafka settings of every Kafka client by their own names, such as {@code security.protocol}
 * @param streams settings of Kafka Streams by their own names, over ours
 * @param journalOf the pipeline whose time journal is obeyed instead of writing one: of a replay
 */
public record RunSettings(String bootstrapServers, Path stateFolder, int threads, Duration commitInterval,
        boolean createTopics, short replication, Map<String, String> kafka, Map<String, String> streams,
        Optional<String> journalOf) {

    public RunSettings {
        kafka = Map.copyOf(kafka);
        streams = Map.copyOf(streams);
    }

    /** One thread, missing topics are created as the cluster likes. */
    public static RunSettings of(String bootstrapServers, Path stateFolder) {
        return new RunSettings(bootstrapServers, stateFolder, 1, Duration.ofMillis(500), true, (short) -1, Map.of(),
                Map.of(), Optional.empty());
    }

    public RunSettings withThreads(int count) {
        return new RunSettings(bootstrapServers, stateFolder, count, commitInterval, createTopics, replication, kafka,
                streams, journalOf);
    }

    public RunSettings withStreams(Map<String, String> settings) {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka,
                settings, journalOf);
    }

    /** Everything that another run has decided about time is obeyed, and nothing decided anew. */
    public RunSettings withJournalOf(String pipeline) {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka,
                streams, Optional.of(pipeline));
    }

    /** Topics have to be there. */
    public RunSettings withoutCreatingTopics() {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, false, replication, kafka,
                streams, journalOf);
    }
}

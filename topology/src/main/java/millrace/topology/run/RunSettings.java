package millrace.topology.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import millrace.statestores.rocksdb.StateMemory;

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
 * @param revisions by contract, a digest of the text of everything that is computed from it: the time journal says from
 *        which offset on it holds
 * @param stateMemory bytes that the stores of all tasks in this process take beside the heap; the same for each of its
 *        runs
 * @param reading which records are read
 */
public record RunSettings(String bootstrapServers, Path stateFolder, int threads, Duration commitInterval,
        boolean createTopics, short replication, Map<String, String> kafka, Map<String, String> streams,
        Optional<String> journalOf, Map<String, String> revisions, long stateMemory, Reading reading) {
    /** Usual bytes for stores. */
    public static final long STATE_MEMORY = StateMemory.USUAL;
    /** With fewer bytes stores would do little but flush. */
    public static final long LEAST_STATE_MEMORY = StateMemory.SMALLEST;

    public RunSettings {
        kafka = Map.copyOf(kafka);
        streams = Map.copyOf(streams);
        revisions = Map.copyOf(revisions);
    }

    /** Of a run that reads everything. */
    public RunSettings(String bootstrapServers, Path stateFolder, int threads, Duration commitInterval,
            boolean createTopics, short replication, Map<String, String> kafka, Map<String, String> streams,
            Optional<String> journalOf, Map<String, String> revisions, long stateMemory) {
        this(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka, streams,
                journalOf, revisions, stateMemory, Reading.ALL);
    }

    /** Of a run that writes down no revisions. */
    public RunSettings(String bootstrapServers, Path stateFolder, int threads, Duration commitInterval,
            boolean createTopics, short replication, Map<String, String> kafka, Map<String, String> streams,
            Optional<String> journalOf) {
        this(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka, streams,
                journalOf, Map.of(), STATE_MEMORY);
    }

    /** One thread, missing topics are created as the cluster likes. */
    public static RunSettings of(String bootstrapServers, Path stateFolder) {
        return new RunSettings(bootstrapServers, stateFolder, 1, Duration.ofMillis(500), true, (short) -1, Map.of(),
                Map.of(), Optional.empty());
    }

    public RunSettings withThreads(int count) {
        return new RunSettings(bootstrapServers, stateFolder, count, commitInterval, createTopics, replication, kafka,
                streams, journalOf, revisions, stateMemory, reading);
    }

    public RunSettings withStreams(Map<String, String> settings) {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka,
                settings, journalOf, revisions, stateMemory, reading);
    }

    /** Everything that another run has decided about time is obeyed, and nothing decided anew. */
    public RunSettings withJournalOf(String pipeline) {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka,
                streams, Optional.of(pipeline), revisions, stateMemory, reading);
    }

    /** The time journal says from where these hold. */
    public RunSettings withRevisions(Map<String, String> texts) {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka,
                streams, journalOf, texts, stateMemory, reading);
    }

    /** Not all records are read, or not as fast as can be. */
    public RunSettings withReading(Reading other) {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, createTopics, replication, kafka,
                streams, journalOf, revisions, stateMemory, other);
    }

    /** Topics have to be there. */
    public RunSettings withoutCreatingTopics() {
        return new RunSettings(bootstrapServers, stateFolder, threads, commitInterval, false, replication, kafka,
                streams, journalOf, revisions, stateMemory, reading);
    }
}

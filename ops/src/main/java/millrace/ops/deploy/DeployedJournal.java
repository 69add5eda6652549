package millrace.ops.deploy;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import millrace.ops.problem.OpsProblem;
import millrace.replay.journal.JournalJson;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.run.CompactedTopic;
import millrace.topology.run.Topics;

/** What a pipeline runs by, in a compacted topic of it. Not for use by several threads. */
public final class DeployedJournal implements AutoCloseable {
    /** What the topic of each pipeline ends with. */
    static final String SUFFIX = ".deployed";
    private final CompactedTopic topic;
    private final String pipeline;

    /**
     * @param topics stays the caller's to close
     * @param client settings of Kafka clients by their own names, with {@code bootstrap.servers}
     */
    public DeployedJournal(Topics topics, Map<String, Object> client, String pipeline) {
        this.pipeline = pipeline;
        topic = new CompactedTopic(topics, client, topicOf(pipeline));
    }

    /** The topic that says what a pipeline runs by. */
    public static String topicOf(String pipeline) {
        return pipeline + SUFFIX;
    }

    /**
     * Empty if nothing ever ran.
     *
     * @throws ProblemException if a newer version has written it in a form that this one does not know
     */
    public Optional<Deployed> read() {
        byte[] value = topic.read().get(pipeline);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(JournalJson.read(value, Deployed.class));
        } catch (IOException e) {
            throw new ProblemException(Problem.of(OpsProblem.DEPLOYED_UNREADABLE, pipeline,
                    "What " + pipeline + " runs by is written in a form that is not known here: " + Failure.words(e))
                    .withRemedy(OpsProblem.DEPLOYED_UNREADABLE.remedy()));
        }
    }

    /** Returns when it is written. */
    public void write(Deployed deployed) {
        topic.write(pipeline, JournalJson.bytes(deployed));
    }

    @Override
    public void close() {
        topic.close();
    }
}

package millrace.ops.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import millrace.topology.run.CompactedTopic;
import millrace.topology.run.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a pipeline runs by, in a compacted topic of it. Not for use by several threads. */
public final class DeployedJournal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeployedJournal.class);
    /** What the topic of each pipeline ends with. */
    static final String SUFFIX = ".deployed";
    private static final ObjectMapper JSON = JsonMapper.builder().addModule(new Jdk8Module())
            .addModule(new JavaTimeModule()).disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).build();

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

    /** Empty if nothing ever ran, or a newer version has written it in a form that this one does not know. */
    public Optional<Deployed> read() {
        byte[] value = topic.read().get(pipeline);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(value, Deployed.class));
        } catch (IOException e) {
            LOG.warn("what {} runs by was written in a form that is not known here", pipeline, e);
            return Optional.empty();
        }
    }

    /** Returns when it is written. */
    public void write(Deployed deployed) {
        try {
            topic.write(pipeline, JSON.writeValueAsBytes(deployed));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public void close() {
        topic.close();
    }
}

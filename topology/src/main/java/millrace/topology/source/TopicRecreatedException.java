package millrace.topology.source;

import org.apache.kafka.common.Uuid;

/** A source topic is not the one whose records this pipeline has processed so far. */
public final class TopicRecreatedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String topic;

    TopicRecreatedException(String topic, Uuid before, Uuid now) {
        super("topic " + topic + " has the id " + now + ", the state of this pipeline belongs to " + before);
        this.topic = topic;
    }

    public String topic() {
        return topic;
    }
}

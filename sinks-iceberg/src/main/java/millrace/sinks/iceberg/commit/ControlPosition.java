package millrace.sinks.iceberg.commit;

/**
 * Up to where a table has taken in its partition of the control topic.
 *
 * @param topicId Kafka's id of the control topic; offsets of a recreated one mean nothing here
 * @param next the first offset that a committer which takes over has to look at
 */
public record ControlPosition(String topicId, long next) {}

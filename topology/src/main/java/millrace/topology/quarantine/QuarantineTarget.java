package millrace.topology.quarantine;

/**
 * Where the refused records of a topic go.
 *
 * @param topic the quarantine's
 * @param node the sink in the topology
 * @param schemaId of {@link QuarantineRecord#ROW} under the subject of the quarantine's topic
 * @param largestRecord bytes that a record of the quarantine's topic may have
 */
public record QuarantineTarget(String sourceTopic, String topic, String node, int schemaId, int largestRecord) {
    /** Where a topic has its own quarantine. */
    public QuarantineTarget(String sourceTopic, String node, int schemaId, int largestRecord) {
        this(sourceTopic, QuarantineRecord.topicOf(sourceTopic), node, schemaId, largestRecord);
    }
}

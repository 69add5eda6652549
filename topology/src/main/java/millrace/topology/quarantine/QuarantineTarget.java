package millrace.topology.quarantine;

/**
 * Where the refused records of a topic go.
 *
 * @param node the sink in the topology
 * @param schemaId of {@link QuarantineRecord#ROW} under the subject of the quarantine's topic
 * @param largestRecord bytes that a record of the quarantine's topic may have
 */
public record QuarantineTarget(String sourceTopic, String node, int schemaId, int largestRecord) {}

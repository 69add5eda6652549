package millrace.topology.assemble;

import java.time.Duration;
import java.util.Map;
import millrace.topology.origin.SourceTopic;
import millrace.topology.source.SourceTime;

/**
 * What the assembled topology must know of the cluster and the registry.
 *
 * @param sources by contract name
 * @param schemaIds by subject: of every model's topic and every quarantine's
 * @param largestRecords by topic, in bytes: of every model's topic and every quarantine's
 * @param watermarkInterval how often watermarks are written
 * @param time what was decided about it before, and what may be now
 */
public record Surroundings(Map<String, SourceTopic> sources, Map<String, Integer> schemaIds,
        Map<String, Integer> largestRecords, Duration watermarkInterval, SourceTime time) {

    public Surroundings {
        sources = Map.copyOf(sources);
        schemaIds = Map.copyOf(schemaIds);
        largestRecords = Map.copyOf(largestRecords);
    }
}

package millrace.topology.operator;

import java.util.Map;
import java.util.Optional;
import millrace.schemas.row.FieldType;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.WindowSpec;

/**
 * How rows are put into windows.
 *
 * @param timeColumn position of the event time in the input
 * @param late where rows go that are too late for a window; absent where no window above closes
 */
public record WindowsPlan(WindowSpec.Aligned spec, int timeColumn, FieldType.Struct input, Optional<Late> late) {

    /**
     * Where late rows go.
     *
     * @param node the sink in the topology
     * @param largestRecord bytes that a record of the topic may have
     * @param sources by ordinal: whose rows may come here
     */
    public record Late(String node, String topic, int schemaId, int largestRecord,
            Map<Integer, SourceTopic> sources) {
        public Late {
            sources = Map.copyOf(sources);
        }
    }
}

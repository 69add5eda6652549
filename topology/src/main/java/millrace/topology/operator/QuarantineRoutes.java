package millrace.topology.operator;

import java.util.Map;
import java.util.Optional;
import millrace.topology.origin.SourceTopic;
import millrace.topology.quarantine.QuarantineTarget;

/**
 * Where an operator sends what it cannot process.
 *
 * @param sources by ordinal: of every source whose rows may come here
 * @param computed for rows that were computed from several; absent where none can come
 */
public record QuarantineRoutes(Map<Integer, Source> sources, Optional<QuarantineTarget> computed) {
    public QuarantineRoutes {
        sources = Map.copyOf(sources);
    }

    /** The quarantine of one source. */
    public record Source(SourceTopic topic, QuarantineTarget target) {}
}

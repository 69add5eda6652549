package millrace.topology.assemble;

import java.util.Map;

/**
 * That a pipeline runs beside another one over the same records. What it refuses goes to topics of its own, so that it is
 * not said twice.
 *
 * @param stretches by model, of which not all rows are given out
 */
public record Beside(Map<String, Stretch> stretches) {
    public Beside {
        stretches = Map.copyOf(stretches);
    }
}

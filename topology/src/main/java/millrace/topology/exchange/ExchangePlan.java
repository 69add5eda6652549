package millrace.topology.exchange;

import java.util.List;
import java.util.Map;
import millrace.schemas.row.FieldType;

/**
 * A topic inside a pipeline that brings rows with equal keys to one task.
 *
 * @param name of its place in the plan; topic and stores are called after it
 * @param ordinal as which input its rows' progress is told downstream; of no source
 * @param row type of the rows
 * @param keys columns of the row; none: all rows go to one task
 * @param sources inputs that feed it, with their numbers of partitions
 */
public record ExchangePlan(String name, int ordinal, FieldType.Struct row, List<Integer> keys,
        Map<Integer, Integer> sources) {
    public ExchangePlan {
        keys = List.copyOf(keys);
        sources = Map.copyOf(sources);
    }

    /** How many tasks write to it. */
    public int upstream() {
        return sources.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    /** How many of the inputs a writing task has: the others have fewer partitions. */
    public int inputsOf(int task) {
        return (int) sources.values().stream().filter(partitions -> task < partitions).count();
    }
}

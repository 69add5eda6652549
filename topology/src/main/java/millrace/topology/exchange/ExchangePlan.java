package millrace.topology.exchange;

import java.util.List;
import java.util.Map;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.plan.PlanNode.Exchange.Nulls;
import millrace.topology.plan.PlanNode.Exchange.Salting;

/**
 * A topic inside a pipeline that brings rows with equal keys to one task.
 *
 * @param name of its place in the plan; topic and stores are called after it
 * @param ordinal as which input its rows' progress is told downstream; of no source
 * @param row type of the rows
 * @param keys columns of the row; none: all rows go to one task
 * @param nulls where rows go that have NULL in their key
 * @param salting whether rows of one key meet in several tasks instead
 * @param sources inputs that feed it, with their numbers of partitions
 * @param changes whether rows are taken back
 * @param width how many partitions it has; those that meet in one operator have equally many
 */
public record ExchangePlan(String name, int ordinal, FieldType.Struct row, List<Integer> keys, Nulls nulls,
        Salting salting, InputChanges changes, Map<Integer, Integer> sources, int width) {
    public ExchangePlan {
        keys = List.copyOf(keys);
        sources = Map.copyOf(sources);
    }

    /** Of an aggregate: as wide as there are tasks that write to it. */
    public ExchangePlan(String name, int ordinal, FieldType.Struct row, List<Integer> keys,
            Map<Integer, Integer> sources) {
        this(name, ordinal, row, keys, Nulls.TOGETHER, Salting.NONE, InputChanges.APPEND_ONLY, sources,
                upstream(sources));
    }

    /** How many tasks share the rows of one key. */
    int pieces() {
        return Math.min(salting.pieces(), width);
    }

    /** How many tasks write to it. */
    public int upstream() {
        return upstream(sources);
    }

    /** How many tasks have these inputs. */
    public static int upstream(Map<Integer, Integer> sources) {
        return sources.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    /** How many of the inputs a writing task has: the others have fewer partitions. */
    public int inputsOf(int task) {
        return (int) sources.values().stream().filter(partitions -> task < partitions).count();
    }
}

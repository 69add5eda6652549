package millrace.topology.assemble;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import millrace.schemas.row.FieldType;
import millrace.topology.operator.EarlyPlan;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** A node of the topology while its children are still being found. */
final class Step {
    /** The part of the topology between two exchanges; tasks of one part share nothing with those of another. */
    record Region(String name) {
        /** Where the topics of contracts are read. */
        static final Region SOURCES = new Region("");

        /** The name of a node that every part has for itself. */
        String node(String name) {
            return this.name.isEmpty() ? name : name + "@" + this.name;
        }
    }

    final String name;
    final Region region;
    final List<String> parents;
    /** What tells this step its progress: ordinals of sources and exchanges, with their numbers of partitions. */
    final Map<Integer, Integer> inputs = new TreeMap<>();
    /** Ordinals of the contracts whose rows may come here. */
    final Set<Integer> origins = new TreeSet<>();
    /** Whether rows may come here that were computed from several. */
    boolean computed;
    /** Whether the rows it gives are computed from several, whatever comes here. */
    boolean computes;
    private final Function<Step, ProcessorSupplier<?, ?, ?, ?>> operator;
    final List<String> rowNodes = new ArrayList<>();
    /** Those that get its early results, and nothing else. */
    private final List<String> earlyNodes = new ArrayList<>();
    private Duration earlyEvery;

    Step(String name, Region region, List<String> parents, Function<Step, ProcessorSupplier<?, ?, ?, ?>> operator) {
        this.name = name;
        this.region = region;
        this.parents = List.copyOf(new LinkedHashSet<>(parents));
        this.operator = operator;
    }

    /** A step behind others of one region, whose rows it gets. */
    static Step behind(String name, List<Step> before, Function<Step, ProcessorSupplier<?, ?, ?, ?>> operator) {
        Step step = new Step(name, before.get(0).region, before.stream().map(b -> b.name).toList(), operator);
        for (Step b : before) {
            step.inputs.putAll(b.inputs);
            if (!b.computes) {
                step.origins.addAll(b.origins);
            }
            step.computed |= b.computed || b.computes;
            // A step that is read twice gives each row twice.
            b.rowNodes.add(name);
        }
        return step;
    }

    /** A step that gets the early results of another one. */
    static Step ofEarlyResults(String name, Step of, Duration every, ProcessorSupplier<?, ?, ?, ?> operator) {
        Step step = new Step(name, of.region, List.of(of.name), s -> operator);
        of.earlyNodes.add(name);
        of.earlyEvery = every;
        return step;
    }

    /** What the operator of this step does with open windows, once it is known who wants that. */
    Optional<EarlyPlan> early(FieldType.Struct rowType, EarlyPlan.Time time) {
        return Optional.ofNullable(earlyEvery).map(every -> new EarlyPlan(every, rowType, time, earlyNodes));
    }

    /** How many of the inputs a task has: the others have fewer partitions. */
    int inputsOf(int task) {
        return (int) inputs.values().stream().filter(partitions -> task < partitions).count();
    }

    ProcessorSupplier<?, ?, ?, ?> operator() {
        return operator.apply(this);
    }
}

package millrace.topology.operator;

import java.util.Optional;
import java.util.Set;
import millrace.statestores.codec.Codecs;
import millrace.statestores.store.KeyedState;
import millrace.statestores.store.StateDeclaration;
import millrace.topology.flow.Element;
import millrace.topology.time.Inputs;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * How far the inputs of an operator have come together, as far as the operator has drawn its conclusions. It is remembered:
 * inputs tell their progress again after a restart, but one after the other, and time does not go back meanwhile. Serves
 * one task.
 */
final class KeptProgress {
    private static final long ONLY = 0L;

    private final KeyedState.Cell<Progress> cell;
    private final Inputs inputs;
    private Progress reached;

    /**
     * @param operator the name of its place in the plan
     * @param inputs how many of them a task has
     */
    KeptProgress(ProcessorContext<?, ?> context, String operator, AggregatePlan.InputsOfTask inputs) {
        cell = KeyedState.open(context, declaration(operator)).cell(ONLY);
        reached = cell.get() == null ? Progress.NONE : cell.get();
        this.inputs = new Inputs(inputs.count(context.taskId().partition()));
    }

    static Set<StoreBuilder<?>> stores(String operator) {
        return declaration(operator).stores();
    }

    private static StateDeclaration<Long, Progress> declaration(String operator) {
        return new StateDeclaration<>(operator + ".progress", Codecs.LONG, Progress.CODEC);
    }

    long watermark() {
        return reached.watermark();
    }

    long horizon() {
        return reached.horizon();
    }

    /** Takes note of what an input tells: the progress to be made, if all together have come further by it. */
    Optional<Progress> told(Element.Watermark watermark) {
        return inputs.observe(watermark.input(), new Progress(watermark.watermark(), watermark.horizon()))
                ? Optional.of(reached.max(inputs.together()))
                : Optional.empty();
    }

    void reach(Progress now) {
        reached = now;
        cell.set(now);
    }
}

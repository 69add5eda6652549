package millrace.topology.exchange;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import millrace.statestores.codec.Codecs;
import millrace.statestores.store.KeyedState;
import millrace.statestores.store.StateDeclaration;
import millrace.topology.bundle.Delivery;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Element;
import millrace.topology.time.Inputs;
import millrace.topology.time.Progress;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Receives the rows of an exchange, and tells those above how far all upstream tasks have come together: when that
 * changes, and soon after rows have come, since those above sum up and give on what they have only when told. The newest
 * progress of each task is kept in state: the task tells it once, and not again after a restart.
 */
public final class ExchangeReader implements Processor<byte[], Object, Object, Object> {
    private final ExchangePlan plan;
    private final Duration interval;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private ExchangeFormat.RowTaker above;
    private ExchangeFormat format;
    private KeyedState<Long, Progress> upstream;
    private Inputs inputs;
    /** Whether those above may hold something that they have not given on. */
    private boolean owing;

    private ExchangeReader(ExchangePlan plan, Duration interval, List<String> rowNodes) {
        this.plan = plan;
        this.interval = interval;
        this.rowNodes = List.copyOf(rowNodes);
    }

    /** @param interval how soon after rows, or a start, the progress so far is told again */
    public static ProcessorSupplier<byte[], Object, Object, Object> supplier(ExchangePlan plan, Duration interval,
            List<String> rowNodes) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], Object, Object, Object> get() {
                return new ExchangeReader(plan, interval, rowNodes);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return declaration(plan).stores();
            }
        };
    }

    private static StateDeclaration<Long, Progress> declaration(ExchangePlan plan) {
        return new StateDeclaration<>(plan.name() + ".upstream", Codecs.LONG, Progress.CODEC);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        above = outlet::give;
        format = new ExchangeFormat(plan.row());
        upstream = KeyedState.open(context, declaration(plan));
        inputs = new Inputs(plan.upstream());
        upstream.forEach((task, progress) -> inputs.observe(task.intValue(), progress));
        // Those above that put several inputs together have forgotten what this one has told.
        owing = true;
        context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, now -> {
            if (owing) {
                tell(now);
            }
        });
    }

    @Override
    public void process(Record<byte[], Object> delivered) {
        for (ConsumerRecord<byte[], byte[]> record : Delivery.of(delivered, context)) {
            take(record);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (!ExchangeFormat.isProgress(record.value())) {
            format.forEachRow(record.value(), record.timestamp(), above);
            owing = true;
            return;
        }
        ExchangeFormat.UpstreamProgress told = ExchangeFormat.progress(record.value());
        if (told.tasks() != plan.upstream()) {
            throw new IllegalStateException(plan.name() + " was written by " + told.tasks() + " tasks, expected "
                    + plan.upstream() + ": the number of partitions of a source has changed");
        }
        var cell = upstream.cell((long) told.task());
        cell.set(cell.get() == null ? told.progress() : cell.get().max(told.progress()));
        if (inputs.observe(told.task(), told.progress())) {
            tell(record.timestamp());
        }
    }

    private void tell(long timestamp) {
        owing = false;
        Progress together = inputs.together();
        if (!together.equals(Progress.NONE)) {
            outlet.give(new Element.Watermark(plan.ordinal(), together.watermark(), together.horizon()), timestamp);
        }
    }
}

package millrace.topology.operator;

import java.util.HashMap;
import java.util.Map;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.chain.Operator;
import millrace.topology.flow.Element;
import millrace.topology.quarantine.Refusal;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Writes a model's rows to its topic, and how far this task has come to the topic of watermarks. Both belong to the same
 * transaction, so a watermark is seen no sooner than the rows it covers.
 */
public final class EmitOperator implements Operator {
    private final EmitPlan plan;

    private ProcessorContext<Object, Object> context;
    private RowRecords records;
    private ReplacedRows topic;
    private Quarantines quarantine;
    private Map<Integer, Element.Watermark> watermarks;
    private long expected;
    private TaskWatermark sent;

    private EmitOperator(EmitPlan plan) {
        this.plan = plan;
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(EmitPlan plan) {
        return () -> new EmitOperator(plan);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        int task = context.taskId().partition();
        records = new RowRecords(plan.output(), task);
        topic = new ReplacedRows(context, plan.output().node());
        quarantine = new Quarantines(plan.quarantines(), context);
        // Not kept in a store: every source tells its watermark again after a restart, and the topic keeps the last one.
        watermarks = new HashMap<>();
        expected = plan.sources().values().stream().filter(partitions -> task < partitions).count();
        sent = null;
    }

    @Override
    public void take(Object element, long timestamp) {
        switch ((Element) element) {
            case Element.Row row -> emit(row, timestamp);
            case Element.Watermark watermark -> {
                delivered();
                observe(watermark);
            }
        }
    }

    @Override
    public void delivered() {
        topic.giveTombstone();
    }

    private void emit(Element.Row row, long timestamp) {
        if (!plan.clip().keeps(row.values())) {
            return;
        }
        try {
            topic.give(row.change(), records.of(row, timestamp));
        } catch (RowRecords.UnwritableException e) {
            topic.giveTombstone();
            quarantine.refuse(row, Refusal.ofRow(e.reason(), plan.model(), e.field(), e.expected(), e.actual()));
        }
    }

    private void observe(Element.Watermark watermark) {
        watermarks.put(watermark.input(), watermark);
        if (watermarks.size() < expected) {
            return;
        }
        long minimum = TaskWatermark.END;
        long horizon = TaskWatermark.END;
        for (Element.Watermark one : watermarks.values()) {
            minimum = Math.min(minimum, one.watermark());
            horizon = Math.min(horizon, one.horizon());
        }
        var now = new TaskWatermark(plan.output().topic(), context.taskId().partition(), plan.tasks(), minimum, horizon,
                -1);
        if (!now.equals(sent)) {
            context.forward(new Record<>(now.key(), now.value(), context.currentSystemTimeMs()), plan.watermarkNode());
            sent = now;
        }
    }
}

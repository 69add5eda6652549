package millrace.topology.operator;

import java.util.HashMap;
import java.util.Map;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.chain.Operator;
import millrace.topology.flow.Element;
import millrace.topology.quarantine.QuarantineReason;
import millrace.topology.quarantine.Refusal;
import millrace.topology.route.RoutedKey;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Writes a model's rows to its topic, and how far this task has come to the topic of watermarks. Both belong to the same
 * transaction, so a watermark is seen no sooner than the rows it covers.
 *
 * <p>
 * A row that takes back an earlier one becomes a tombstone of its key; the row that replaces it, if one does, follows.
 */
public final class EmitOperator implements Operator {
    private final EmitPlan plan;

    private ProcessorContext<Object, Object> context;
    private AvroRowEncoder encoder;
    private CanonicalKey key;
    private RoutedKey keyless;
    private OriginHeader.Writer origin;
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
        encoder = AvroRowEncoder.of(AvroTypes.toSchema(plan.topic(), plan.rowType()), plan.rowType(), plan.schemaId());
        key = plan.key().isEmpty() ? null : new CanonicalKey(plan.rowType(), plan.key());
        keyless = RoutedKey.pinned(null, task);
        origin = new OriginHeader.Writer();
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
            case Element.Watermark watermark -> observe(watermark);
        }
    }

    private void emit(Element.Row row, long timestamp) {
        byte[] value;
        RoutedKey routed;
        try {
            value = row.retracts() ? null : encoder.encode(row.values());
            routed = key == null ? keyless : RoutedKey.hashed(key.of(row.values()));
        } catch (IllegalArgumentException e) {
            refuse(row, QuarantineReason.ROW_UNWRITABLE, "", "a row of " + plan.topic(),
                    String.valueOf(e.getMessage()));
            return;
        } catch (CanonicalKey.NullInKeyException e) {
            refuse(row, QuarantineReason.KEY_MISSING, e.column(), "a value", "null");
            return;
        }
        if (value != null && value.length > plan.largestRow()) {
            refuse(row, QuarantineReason.ROW_TOO_LARGE, "", "at most " + plan.largestRow() + " bytes",
                    value.length + " bytes");
            return;
        }
        context.forward(new Record<>(routed, value, timestamp, origin.headers(row)), plan.rowNode());
    }

    private void refuse(Element.Row row, QuarantineReason reason, String field, String expectedText, String actual) {
        quarantine.refuse(row, Refusal.ofRow(reason, plan.model(), field, expectedText, actual));
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
        var now = new TaskWatermark(plan.topic(), context.taskId().partition(), plan.tasks(), minimum, horizon, -1);
        if (!now.equals(sent)) {
            context.forward(new Record<>(now.key(), now.value(), context.currentSystemTimeMs()), plan.watermarkNode());
            sent = now;
        }
    }
}

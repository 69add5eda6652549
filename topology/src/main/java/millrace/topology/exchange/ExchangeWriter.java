package millrace.topology.exchange;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.OneForm;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.chain.Operator;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.plan.PlanNode.Exchange.Nulls;
import millrace.topology.route.RoutedKey;
import millrace.topology.time.Inputs;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Sends each row to the partition of its key, and how far this task has come to all of them. Both go through one
 * producer, so whoever reads a progress has read every row before it. A task is known by its number, which is the same
 * wherever it runs.
 *
 * <p>
 * Rows wait for one another, and go together: when there are many, before a progress goes, and when all that came
 * together has been taken. So none waits when a task commits.
 */
public final class ExchangeWriter implements Operator {
    private final ExchangePlan plan;
    private final String sink;

    private ProcessorContext<Object, Object> context;
    private ExchangeFormat format;
    private RowBytes keyBytes;
    private int[] keys;
    /** By position in the key; null where values that are the same have the same bytes anyway. */
    private UnaryOperator<Object>[] forms;
    private Object[] keyValues;
    private Inputs inputs;
    /** By partition. */
    private RowPack[] packs;

    private ExchangeWriter(ExchangePlan plan, String sink) {
        this.plan = plan;
        this.sink = sink;
    }

    /** @param sink the node that writes the topic */
    public static ProcessorSupplier<Object, Object, Object, Object> supplier(ExchangePlan plan, String sink) {
        return () -> new ExchangeWriter(plan, sink);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        format = new ExchangeFormat(plan.row());
        keys = plan.keys().stream().mapToInt(Integer::intValue).toArray();
        // The bytes of a value depend on whether it may be NULL; the other side of a join must send it the same way.
        keyBytes = new RowBytes(new FieldType.Struct(plan.keys().stream().map(plan.row().fields()::get)
                .map(f -> new Field(f.name(), f.type(), true)).toList()));
        keyValues = new Object[keys.length];
        forms = plan.keys().stream().map(k -> OneForm.of(plan.row().fields().get(k).type()).orElse(null))
                .toArray(UnaryOperator[]::new);
        // Not kept in a store: every source tells its progress again after a restart.
        inputs = new Inputs(plan.inputsOf(context.taskId().partition()));
        packs = new RowPack[plan.width()];
        Arrays.setAll(packs, i -> new RowPack());
    }

    @Override
    public void take(Object element, long timestamp) {
        switch ((Element) element) {
            case Element.Row row -> send(row, timestamp);
            case Element.Watermark watermark -> {
                if (inputs.observe(watermark.input(), new Progress(watermark.watermark(), watermark.horizon()))) {
                    delivered();
                    byte[] value = format.progress(context.taskId().partition(), plan.upstream(), inputs.together());
                    context.forward(new Record<>(RoutedKey.everywhere(), value, timestamp), sink);
                }
            }
        }
    }

    @Override
    public void delivered() {
        for (int to = 0; to < packs.length; to++) {
            if (!packs[to].isEmpty()) {
                forward(to);
            }
        }
    }

    private void send(Element.Row row, long timestamp) {
        boolean hasNull = false;
        for (int i = 0; i < keys.length; i++) {
            Object value = row.values()[keys[i]];
            hasNull |= value == null;
            keyValues[i] = forms[i] == null || value == null ? value : forms[i].apply(value);
        }
        if (hasNull && plan.nulls() == Nulls.DROPPED) {
            return;
        }
        format.write(row);
        byte[] written = format.written().array();
        int end = format.written().size();
        if (hasNull && plan.nulls() == Nulls.SPREAD) {
            // What takes a row back goes where the row went: by the columns alone. Of rows that stay all of it spreads better.
            add(hash(written, plan.changes() == InputChanges.RETRACTING ? format.columnsAt() : 0, end), timestamp);
            return;
        }
        int length = keyBytes.write(keyValues);
        int to = hash(keyBytes.buffer(), 0, length);
        switch (plan.salting().role()) {
            case NONE -> add(to, timestamp);
            case SPREADS -> add(piece(to, hash(written, format.columnsAt(), end) % plan.pieces()), timestamp);
            case COPIES -> {
                for (int i = 0; i < plan.pieces(); i++) {
                    add(piece(to, i), timestamp);
                }
            }
        }
    }

    /** The pieces of a key are as many tasks, one behind the other. */
    private int piece(int key, int number) {
        return key % plan.width() + number;
    }

    /** Adds the row that was written last to those of a partition, modulo their number. */
    private void add(int to, long timestamp) {
        int partition = to % packs.length;
        if (!packs[partition].isEmpty() && !packs[partition].hasRoomFor(format.written().size())) {
            forward(partition);
        }
        packs[partition].add(format.written(), timestamp);
        if (packs[partition].isFull()) {
            forward(partition);
        }
    }

    private void forward(int partition) {
        long timestamp = packs[partition].timestamp();
        context.forward(new Record<>(RoutedKey.pinned(null, partition), packs[partition].take(), timestamp), sink);
    }

    /** Not negative. */
    private static int hash(byte[] bytes, int from, int length) {
        int hash = 1;
        for (int i = from; i < length; i++) {
            hash = 31 * hash + bytes[i];
        }
        // Few partitions look at the low bits only.
        hash *= 0x9E3779B1;
        return (hash ^ hash >>> 15) & Integer.MAX_VALUE;
    }
}

package millrace.topology.operator;

import java.util.List;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** The nodes that get an operator's rows; its other children are sinks of their own kind. */
record RowNodes(String[] names) {
    RowNodes(List<String> names) {
        this(names.toArray(String[]::new));
    }

    void forward(ProcessorContext<Object, Object> context, Record<Object, Object> record) {
        for (String name : names) {
            context.forward(record, name);
        }
    }
}

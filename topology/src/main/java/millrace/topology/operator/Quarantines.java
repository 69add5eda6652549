package millrace.topology.operator;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import millrace.topology.origin.SourceRecord;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.quarantine.Refusal;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** Sends source records to the quarantine of their own topics, from an operator that sees rows of several. */
final class Quarantines {
    private final Map<Integer, QuarantineTarget> routes;
    private final ProcessorContext<Object, Object> context;
    private final Map<Integer, QuarantineRecord.Writer> writers = new HashMap<>();

    Quarantines(Map<Integer, QuarantineTarget> routes, ProcessorContext<Object, Object> context) {
        this.routes = routes;
        this.context = context;
    }

    void refuse(SourceRecord record, Refusal refusal, OptionalLong eventTime) {
        int source = record.source().ordinal();
        QuarantineTarget route = routes.get(source);
        var writer = writers.computeIfAbsent(source, s -> new QuarantineRecord.Writer(route));
        context.forward(writer.write(record, refusal, eventTime), route.node());
    }
}

package millrace.topology.operator;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;
import millrace.topology.origin.SourceRecord;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.quarantine.Refusal;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Sends the source records of rows to the quarantine of their own topics, from an operator that sees rows of several. A
 * row that has come through an exchange has its origin with it, but no longer the bytes of its record; one that was
 * computed from several records goes to the quarantine of its model, as text.
 */
final class Quarantines {
    private final QuarantineRoutes routes;
    private final ProcessorContext<Object, Object> context;
    private final Map<Integer, QuarantineRecord.Writer> writers = new HashMap<>();

    Quarantines(QuarantineRoutes routes, ProcessorContext<Object, Object> context) {
        this.routes = routes;
        this.context = context;
    }

    void refuse(Element.Row row, Refusal refusal) {
        OptionalLong eventTime = OptionalLong.of(row.eventTime());
        switch (row.origin()) {
            case SourceRecord record -> send(record, refusal, eventTime);
            case Origin.Part part -> send(part.record(), refusal, eventTime);
            case Origin.Remote remote -> {
                QuarantineRoutes.Source source = routes.sources().get(remote.sourceOrdinal());
                SourceRecord record = new SourceRecord(source.topic(), remote.partition(), remote.offset(),
                        Math.floorDiv(row.eventTime(), 1000L), null, null, new RecordHeaders());
                send(remote.sourceOrdinal(), source.target(), writer -> writer.write(record, refusal, eventTime));
            }
            case Origin.Computed computed -> send(-1, routes.computed().orElseThrow(),
                    writer -> writer.writeComputed(row, refusal, context.taskId().partition()));
        }
    }

    private void send(SourceRecord record, Refusal refusal, OptionalLong eventTime) {
        send(record.source().ordinal(), routes.sources().get(record.source().ordinal()).target(),
                writer -> writer.write(record, refusal, eventTime));
    }

    private void send(int source, QuarantineTarget target, Written written) {
        var writer = writers.computeIfAbsent(source, s -> new QuarantineRecord.Writer(target));
        context.forward(written.by(writer), target.node());
    }

    private interface Written {
        org.apache.kafka.streams.processor.api.Record<?, ?> by(QuarantineRecord.Writer writer);
    }
}

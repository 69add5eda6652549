package millrace.topology.operator;

import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.flow.Element;
import millrace.topology.quarantine.QuarantineReason;
import millrace.topology.route.RoutedKey;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Rows as records of a model's topic. A row that takes back an earlier one becomes a tombstone of its key; the row that
 * replaces it, if one does, follows. Reuses buffers: an instance serves one task.
 */
final class RowRecords {
    private final OutputPlan plan;
    private final AvroRowEncoder encoder;
    private final CanonicalKey key;
    private final RoutedKey keyless;
    private final OriginHeader.Writer origin = new OriginHeader.Writer();

    RowRecords(OutputPlan plan, int task) {
        this.plan = plan;
        encoder = AvroRowEncoder.of(AvroTypes.toSchema(plan.topic(), plan.rowType()), plan.rowType(), plan.schemaId());
        key = plan.key().isEmpty() ? null : new CanonicalKey(plan.rowType(), plan.key());
        keyless = RoutedKey.pinned(null, task);
    }

    /** @throws UnwritableException if the topic cannot take the row */
    Record<Object, Object> of(Element.Row row, long timestamp) throws UnwritableException {
        byte[] value;
        RoutedKey routed;
        try {
            value = row.retracts() ? null : encoder.encode(row.values());
            routed = key == null ? keyless : RoutedKey.hashed(key.of(row.values()));
        } catch (IllegalArgumentException e) {
            throw new UnwritableException(QuarantineReason.ROW_UNWRITABLE, "", "a row of " + plan.topic(),
                    String.valueOf(e.getMessage()));
        } catch (CanonicalKey.NullInKeyException e) {
            throw new UnwritableException(QuarantineReason.KEY_MISSING, e.column(), "a value", "null");
        }
        if (value != null && value.length > plan.largestRow()) {
            throw new UnwritableException(QuarantineReason.ROW_TOO_LARGE, "", "at most " + plan.largestRow() + " bytes",
                    value.length + " bytes");
        }
        return new Record<>(routed, value, timestamp, origin.headers(row));
    }

    /** Carries what the quarantine says of the row, and no stack trace. */
    static final class UnwritableException extends Exception {
        private static final long serialVersionUID = 1L;

        private final QuarantineReason reason;
        private final String field;
        private final String expected;
        private final String actual;

        UnwritableException(QuarantineReason reason, String field, String expected, String actual) {
            super(reason.name(), null, false, false);
            this.reason = reason;
            this.field = field;
            this.expected = expected;
            this.actual = actual;
        }

        QuarantineReason reason() {
            return reason;
        }

        String field() {
            return field;
        }

        String expected() {
            return expected;
        }

        String actual() {
            return actual;
        }
    }
}

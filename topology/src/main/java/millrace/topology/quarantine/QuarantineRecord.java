package millrace.topology.quarantine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.topology.flow.Element;
import millrace.topology.origin.SourceRecord;
import millrace.topology.route.RoutedKey;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The form in which a refused record lies in the topic {@code <topic>.quarantine} and in the table
 * {@code quarantine.<contract>}. Its key is the origin, so that writing it twice does no harm: topic id (16 bytes),
 * partition (4), offset (8), and the model's name where a model's row was at fault.
 */
public final class QuarantineRecord {
    private static final FieldType TEXT = new FieldType.Text();
    private static final UUID NO_TOPIC = new UUID(0, 0);

    /** The columns. Timestamp and event time are instants. */
    public static final FieldType.Struct ROW = new FieldType.Struct(List.of(Field.required("topic", TEXT),
            Field.required("topic_id", new FieldType.Uuid()), Field.required("partition", new FieldType.Int32()),
            Field.required("offset", new FieldType.Int64()),
            Field.required("timestamp", new FieldType.Timestamp(FieldType.TimeUnit.MILLIS, true)),
            Field.optional("key", new FieldType.Bytes()), Field.optional("value", new FieldType.Bytes()),
            Field.required("headers", new FieldType.Mapping(new FieldType.Bytes(), true)),
            Field.required("contract", TEXT), Field.required("contract_version", TEXT),
            Field.optional("schema_id", new FieldType.Int32()), Field.required("reason", TEXT),
            Field.optional("model", TEXT), Field.optional("field", TEXT), Field.optional("expected", TEXT),
            Field.optional("actual", TEXT), Field.optional("expression", TEXT),
            Field.optional("event_time", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));

    private QuarantineRecord() {}

    /** The topic of refused records of a topic. */
    public static String topicOf(String topic) {
        return topic + ".quarantine";
    }

    /** Writes refused records of one topic; an instance serves one task. */
    public static final class Writer {
        private final AvroRowEncoder encoder;
        private final QuarantineTarget target;

        public Writer(QuarantineTarget target) {
            this.target = target;
            encoder = AvroRowEncoder.of(AvroTypes.toSchema(topicOf(target.sourceTopic()), ROW), ROW,
                    target.schemaId());
        }

        /** @param eventTime microseconds, where it could be read */
        public Record<RoutedKey, byte[]> write(SourceRecord source, Refusal refusal, OptionalLong eventTime) {
            Object[] row = row(source, refusal, eventTime);
            byte[] bytes = encoder.encode(row);
            if (bytes.length > target.largestRecord()) {
                bytes = encoder.encode(withoutBytes(row,
                        "key, value and headers are in " + source.source().topic() + " only", bytes.length));
            }
            return new Record<>(RoutedKey.pinned(key(source, refusal), source.partition()), bytes,
                    Math.max(0, source.timestamp()));
        }

        /**
         * A row that was computed from several records: it has no origin, so the model's topic and a fingerprint of the
         * row stand for it, and its values are the text of {@code value}.
         */
        public Record<RoutedKey, byte[]> writeComputed(Element.Row computed, Refusal refusal, int partition) {
            byte[] text = text(computed.values()).getBytes(StandardCharsets.UTF_8);
            long fingerprint = fingerprint(text);
            Object[] row = new Object[] {target.sourceTopic(), NO_TOPIC, partition, fingerprint,
                    computed.eventTime(), null, text, Map.of(), "", "", null, refusal.reason().name(),
                    blankToNull(refusal.model()), blankToNull(refusal.field()), blankToNull(refusal.expected()),
                    blankToNull(refusal.actual()), blankToNull(refusal.expression()), computed.eventTime()};
            byte[] key = ByteBuffer.allocate(12).putInt(partition).putLong(fingerprint).array();
            byte[] bytes = encoder.encode(row);
            if (bytes.length > target.largestRecord()) {
                bytes = encoder.encode(withoutBytes(row, "the beginning is in value", bytes.length));
                row[ROW.indexOf("value")] = Arrays.copyOf(text,
                        Math.max(0, Math.min(text.length, target.largestRecord() - bytes.length - 8)));
                bytes = encoder.encode(row);
            }
            return new Record<>(RoutedKey.pinned(key, partition), bytes,
                    Math.max(0, Math.floorDiv(computed.eventTime(), 1000L)));
        }

        /** The same for equal rows, wherever they were made: a fingerprint hangs on it. */
        private static String text(Object value) {
            return switch (value) {
                case null -> "null";
                case Object[] row -> Arrays.stream(row).map(Writer::text).collect(Collectors.joining(", ", "[", "]"));
                case byte[] bytes -> "x'" + HexFormat.of().formatHex(bytes) + "'";
                case List<?> list -> list.stream().map(Writer::text).collect(Collectors.joining(", ", "[", "]"));
                case Map<?, ?> map -> map.entrySet().stream().map(e -> e.getKey() + "=" + text(e.getValue())).sorted()
                        .collect(Collectors.joining(", ", "{", "}"));
                default -> value.toString();
            };
        }

        /** FNV-1a, 64 bits. */
        private static long fingerprint(byte[] bytes) {
            long hash = 0xcbf29ce484222325L;
            for (byte b : bytes) {
                hash = (hash ^ b & 0xff) * 0x100000001b3L;
            }
            return hash & Long.MAX_VALUE;
        }

        /** What no record of the topic can hold stays in the source topic and in bronze. */
        private static Object[] withoutBytes(Object[] row, String instead, int size) {
            row[ROW.indexOf("key")] = null;
            row[ROW.indexOf("value")] = null;
            row[ROW.indexOf("headers")] = Map.of();
            String actual = (String) row[ROW.indexOf("actual")];
            row[ROW.indexOf("actual")] = (actual == null ? "" : cut(actual) + " ") + "(" + size
                    + " bytes are too large for this topic: " + instead + ")";
            row[ROW.indexOf("expression")] = cut((String) row[ROW.indexOf("expression")]);
            return row;
        }

        private static String cut(String text) {
            return text == null || text.length() <= 1000 ? text : text.substring(0, 1000) + "...";
        }
    }

    static Object[] row(SourceRecord source, Refusal refusal, OptionalLong eventTime) {
        var schemaId = ConfluentFrame.schemaId(source.value());
        var contract = source.source().contract();
        return new Object[] {source.source().topic(), uuid(source.source().topicId()), source.partition(),
                source.offset(), source.timestamp() * 1000, source.key(), source.value(),
                headers(source.headers()), contract.name(), contract.version(),
                schemaId.isPresent() ? schemaId.getAsInt() : null, refusal.reason().name(),
                blankToNull(refusal.model()),
                blankToNull(refusal.field()), blankToNull(refusal.expected()), blankToNull(refusal.actual()),
                blankToNull(refusal.expression()), eventTime.isPresent() ? eventTime.getAsLong() : null};
    }

    private static byte[] key(SourceRecord source, Refusal refusal) {
        byte[] model = refusal.model().getBytes(StandardCharsets.UTF_8);
        Uuid id = source.source().topicId();
        return ByteBuffer.allocate(28 + model.length).putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits()).putInt(source.partition()).putLong(source.offset()).put(model)
                .array();
    }

    /** A header that repeats a name is kept under {@code name#2}, {@code name#3} and so on. */
    private static Map<String, byte[]> headers(Headers headers) {
        Map<String, byte[]> map = new LinkedHashMap<>();
        for (Header header : headers) {
            String name = header.key();
            for (int n = 2; map.containsKey(name); n++) {
                name = header.key() + "#" + n;
            }
            map.put(name, header.value());
        }
        return map;
    }

    private static UUID uuid(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    private static String blankToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}

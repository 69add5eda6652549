package millrace.topology.late;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowText;
import millrace.topology.origin.SourceTopic;
import millrace.topology.route.RoutedKey;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The form in which a row that came too late for a window lies in the topic {@code <model's topic>__late} and the table
 * {@code <model>__late}. Its key is the row's origin and the window, so that writing it twice does no harm.
 */
public final class LateRow {
    private static final FieldType TEXT = new FieldType.Text();
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);

    /**
     * The columns. {@code horizon} is how far its source partition's clock, less the allowed lateness, had come:
     * the window's end is not past it; it is null behind an end marker, where everything is late. {@code row} is what
     * was to be counted, as JSON; where that is too large for the topic, an object that says so.
     */
    public static final FieldType.Struct ROW = new FieldType.Struct(List.of(Field.required("topic", TEXT),
            Field.required("topic_id", new FieldType.Uuid()), Field.required("partition", new FieldType.Int32()),
            Field.required("offset", new FieldType.Int64()), Field.required("within", new FieldType.Int32()),
            Field.required("event_time", INSTANT), Field.required("window_start", INSTANT),
            Field.required("window_end", INSTANT), Field.optional("watermark", INSTANT),
            Field.optional("horizon", INSTANT), Field.required("row", TEXT)));

    private LateRow() {}

    /** The topic of a model's late rows. */
    public static String topicOf(String modelTopic) {
        return modelTopic + "__late";
    }

    /** The name of the table, for a model's name without layer. */
    public static String tableOf(String model) {
        return model + "__late";
    }

    /** Writes late rows of one model; an instance serves one task. */
    public static final class Writer {
        private final AvroRowEncoder encoder;
        private final FieldType.Struct input;
        private final int largestRecord;

        /**
         * @param input the type of the rows that were to be put into windows
         * @param largestRecord bytes that a record of the topic may have; a row beyond it is named, not shown
         */
        public Writer(String topic, int schemaId, FieldType.Struct input, int largestRecord) {
            this.input = input;
            this.largestRecord = largestRecord;
            encoder = AvroRowEncoder.of(AvroTypes.toSchema(topic, ROW), ROW, schemaId);
        }

        public Record<RoutedKey, byte[]> write(Element.Row row, SourceTopic source, long start, long end) {
            Uuid id = source.topicId();
            var origin = row.origin();
            Object[] columns = {source.topic(), new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()),
                    origin.partition(), origin.offset(), origin.within(), row.eventTime(), start, end,
                    instant(row.watermark()), instant(row.horizon()), RowText.of(input, row.values())};
            byte[] value = encoder.encode(columns);
            if (value.length > largestRecord) {
                columns[columns.length - 1] = "{\"_error\":\"" + value.length
                        + " bytes are too large for this topic: the row is in the source topic only\"}";
                value = encoder.encode(columns);
            }
            byte[] key = ByteBuffer.allocate(48).putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits()).putInt(origin.partition()).putLong(origin.offset())
                    .putInt(origin.within()).putLong(start).putLong(end).array();
            return new Record<>(RoutedKey.pinned(key, origin.partition()), value,
                    Math.max(0, Math.floorDiv(row.eventTime(), 1000L)));
        }

        private static Long instant(long micros) {
            return micros == TaskWatermark.END ? null : micros;
        }
    }
}

package millrace.sinks.iceberg.history;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.ByteBuffers;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * Makes records of the rows that a bronze table keeps of them. A row that has its record's bytes gives those; of any other
 * the bytes are written anew, so that the contract reads the same from them; one without any value is a tombstone.
 */
final class KeptRows {
    private final String topic;
    private final FieldType.Struct type;
    /** Where in a row the values of each column of {@link #type} may be. */
    private final int[][] slots;
    /** The columns that say whether a row is a record with a value; those with a default always seem to have one. */
    private final int[] telling;
    private final Map<OriginColumn, Integer> origin = new EnumMap<>(OriginColumn.class);
    private final Function<Object[], byte[]> encoder;

    /**
     * @param projection the columns of the rows that are to come, each of the table's
     * @param encoder writes a row of the columns' type as the topic's producers would
     */
    KeptRows(String topic, Schema projection, KeptColumns columns, Function<Object[], byte[]> encoder) {
        this.topic = topic;
        this.encoder = encoder;
        type = columns.row();
        List<Integer> ids = projection.columns().stream().map(NestedField::fieldId).toList();
        slots = columns.columns().stream()
                .map(k -> k.fields().stream().mapToInt(f -> ids.indexOf(f.fieldId())).toArray()).toArray(int[][]::new);
        List<Integer> without = new ArrayList<>();
        for (int i = 0; i < projection.columns().size(); i++) {
            NestedField field = projection.columns().get(i);
            Optional<OriginColumn> of = OriginColumn.named(field.name(), Layout.BRONZE_VARIANT);
            if (of.isPresent()) {
                origin.put(of.get(), i);
            } else if (field.initialDefault() == null) {
                without.add(i);
            }
        }
        telling = without.stream().mapToInt(Integer::intValue).toArray();
    }

    int partition(StructLike row) {
        return row.get(origin.get(OriginColumn.TOPIC_PARTITION), Integer.class);
    }

    long offset(StructLike row) {
        return row.get(origin.get(OriginColumn.OFFSET), Long.class);
    }

    ConsumerRecord<byte[], byte[]> record(StructLike row) {
        long millis = Math.floorDiv(row.get(origin.get(OriginColumn.TIMESTAMP), Long.class), 1000L);
        return new ConsumerRecord<>(topic, partition(row), offset(row), millis, TimestampType.CREATE_TIME,
                ConsumerRecord.NULL_SIZE, ConsumerRecord.NULL_SIZE, bytes(row, OriginColumn.KEY), value(row),
                headers(row), Optional.empty());
    }

    private byte[] value(StructLike row) {
        byte[] kept = bytes(row, OriginColumn.VALUE);
        if (kept != null || row.get(origin.get(OriginColumn.ERROR), Object.class) != null) {
            return kept;
        }
        if (isTombstone(row)) {
            return null;
        }
        Object[] values = new Object[slots.length];
        for (int i = 0; i < slots.length; i++) {
            FieldType of = type.fields().get(i).type();
            for (int at = 0; at < slots[i].length && values[i] == null; at++) {
                values[i] = value(of, row.get(slots[i][at], Object.class));
            }
        }
        return encoder.apply(values);
    }

    /** Of a record with a value that looks like none the bytes are kept. */
    private boolean isTombstone(StructLike row) {
        for (int slot : telling) {
            if (row.get(slot, Object.class) != null) {
                return false;
            }
        }
        return true;
    }

    private byte[] bytes(StructLike row, OriginColumn column) {
        return copy(row.get(origin.get(column), ByteBuffer.class));
    }

    /** The reader writes the next row's bytes where these are. */
    private static byte[] copy(ByteBuffer bytes) {
        if (bytes == null) {
            return null;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }

    private Headers headers(StructLike row) {
        RecordHeaders headers = new RecordHeaders();
        List<?> kept = row.get(origin.get(OriginColumn.HEADERS), List.class);
        if (kept != null) {
            for (Object header : kept) {
                StructLike pair = (StructLike) header;
                headers.add(pair.get(0, CharSequence.class).toString(), copy(pair.get(1, ByteBuffer.class)));
            }
        }
        return headers;
    }

    /** From Iceberg's internal representation into the engine's own. */
    private static Object value(FieldType type, Object value) {
        if (value == null) {
            return null;
        }
        return switch (type) {
            case FieldType.Struct s -> {
                StructLike struct = (StructLike) value;
                Object[] values = new Object[s.fields().size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = value(s.fields().get(i).type(), struct.get(i, Object.class));
                }
                yield values;
            }
            case FieldType.Array a -> {
                List<Object> values = new ArrayList<>();
                ((List<?>) value).forEach(v -> values.add(value(a.element(), v)));
                yield values;
            }
            case FieldType.Mapping m -> {
                Map<String, Object> values = new LinkedHashMap<>();
                ((Map<?, ?>) value).forEach((k, v) -> values.put(k.toString(), value(m.value(), v)));
                yield values;
            }
            case FieldType.Text t -> value.toString();
            case FieldType.Bytes b -> value instanceof ByteBuffer bytes ? ByteBuffers.toByteArray(bytes) : value;
            default -> value;
        };
    }
}

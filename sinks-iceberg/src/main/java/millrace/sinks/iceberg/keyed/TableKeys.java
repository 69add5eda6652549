package millrace.sinks.iceberg.keyed;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.index.KeyIndex;
import org.apache.iceberg.StructLike;
import org.apache.kafka.common.utils.Utils;

/**
 * The names of keys in an index: the topic partition of a key's records, then the record's key as the engine writes it, Avro
 * binary of the key's columns. So the name of a row follows from the row alone. Reuses buffers: one thread uses it.
 */
final class TableKeys {
    private final FieldType.Struct type;
    private final AvroRowEncoder encoder;
    private final int partitions;

    TableKeys(TableSpec spec, int partitions) {
        List<Field> fields = new ArrayList<>();
        spec.key().forEach(name -> fields.add(Field.required(name,
                spec.columns().fields().get(spec.columns().indexOf(name)).type())));
        type = new FieldType.Struct(fields);
        encoder = AvroRowEncoder.of(AvroTypes.toSchema("key", type), type, 0);
        this.partitions = partitions;
    }

    /** Columns and types, as text. */
    String describe() {
        return type.fields().stream().map(f -> f.name() + " " + AvroTypes.describe(f.type()))
                .collect(Collectors.joining(", "));
    }

    int partitions() {
        return partitions;
    }

    /** @param key of a record */
    static byte[] name(int partition, byte[] key) {
        return name(partition, key, key.length);
    }

    private static byte[] name(int partition, byte[] key, int length) {
        return ByteBuffer.allocate(KeyIndex.SHARD_BYTES + length).putShort((short) partition).put(key, 0, length)
                .array();
    }

    static int partition(byte[] name) {
        return ByteBuffer.wrap(name).getShort() & 0xffff;
    }

    /** @param row of the table in Iceberg's internal values; its first columns are the key's in their order */
    byte[] name(StructLike row) {
        Object[] values = new Object[type.fields().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(row.get(i, Object.class), type.fields().get(i).type());
        }
        int length = encoder.write(values);
        byte[] name = name(0, encoder.buffer(), length);
        byte[] key = new byte[length];
        System.arraycopy(name, KeyIndex.SHARD_BYTES, key, 0, length);
        ByteBuffer.wrap(name).putShort((short) (Utils.toPositive(Utils.murmur2(key)) % partitions));
        return name;
    }

    /** As rows of the engine have it; a column may be narrower in the table than the model promises. */
    private static Object value(Object internal, FieldType type) {
        return switch (type) {
            case FieldType.Int64 i -> ((Number) internal).longValue();
            case FieldType.Float64 f -> ((Number) internal).doubleValue();
            case FieldType.Decimal d -> ((BigDecimal) internal).setScale(d.scale());
            case FieldType.Text t -> internal.toString();
            case FieldType.Uuid u -> internal instanceof UUID uuid ? uuid : UUID.fromString(internal.toString());
            case FieldType.Bytes b -> {
                ByteBuffer bytes = ((ByteBuffer) internal).duplicate();
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                yield copy;
            }
            default -> internal;
        };
    }
}

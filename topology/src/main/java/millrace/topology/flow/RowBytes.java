package millrace.topology.flow;

import java.util.ArrayList;
import java.util.List;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import org.apache.avro.Schema;

/**
 * Rows of one type as bytes that only the engine reads: Avro binary without a frame. Equal rows have equal bytes, so
 * they serve as keys too. Reuses buffers: an instance serves one task.
 */
public final class RowBytes {
    private final AvroRowEncoder encoder;
    private final AvroRowDecoder decoder;

    public RowBytes(FieldType.Struct type) {
        // Columns inside a plan may have names that no schema allows; only their order counts here.
        List<Field> fields = new ArrayList<>();
        for (Field f : type.fields()) {
            fields.add(new Field("c" + fields.size(), f.type(), f.nullable()));
        }
        FieldType.Struct plain = new FieldType.Struct(fields);
        Schema schema = AvroTypes.toSchema("row", plain);
        encoder = AvroRowEncoder.of(schema, plain, 0);
        decoder = AvroRowDecoder.of(schema, plain);
    }

    /**
     * Writes a row into {@link #buffer}, where it stays until the next call.
     *
     * @return how many bytes it is
     */
    public int write(Object[] values) {
        return encoder.write(values);
    }

    public byte[] buffer() {
        return encoder.buffer();
    }

    /** The row of bytes that this class wrote. */
    public Object[] read(byte[] bytes, int from, int length) {
        try {
            return decoder.decode(bytes, from, length);
        } catch (Malformed e) {
            throw new IllegalStateException("bytes that the engine wrote are not a row: " + e.getMessage(), e);
        }
    }

    public Object[] read(byte[] bytes) {
        return read(bytes, 0, bytes.length);
    }
}

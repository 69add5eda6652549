package millrace.schemas.wire;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/** Confluent's framing of a value: a zero byte, the schema id as four bytes big-endian, then the Avro binary. */
public final class ConfluentFrame {
    /** Bytes before the Avro binary. */
    public static final int HEADER = 5;

    private ConfluentFrame() {}

    /** The schema id of a framed value; empty if the bytes are not framed. */
    public static OptionalInt schemaId(byte[] value) {
        return isFramed(value) ? OptionalInt.of(idOf(value)) : OptionalInt.empty();
    }

    public static boolean isFramed(byte[] value) {
        return value != null && value.length >= HEADER && value[0] == 0;
    }

    /**
     * The schema id of a framed value.
     *
     * @throws Malformed if the bytes are not framed
     */
    public static int requireSchemaId(byte[] value) throws Malformed {
        if (!isFramed(value)) {
            throw Malformed.bytes("a zero byte and a 4-byte schema id", value == null || value.length == 0
                    ? "an empty value"
                    : value.length < HEADER ? value.length + " bytes" : "first byte " + (value[0] & 0xff));
        }
        return idOf(value);
    }

    private static int idOf(byte[] value) {
        return ByteBuffer.wrap(value, 1, 4).getInt();
    }

    /** Writes the five bytes to the start of a buffer. */
    static void write(int schemaId, byte[] buffer) {
        ByteBuffer.wrap(buffer).put((byte) 0).putInt(schemaId);
    }
}

package millrace.sinks.iceberg.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import millrace.schemas.wire.Malformed;

/** A position in the Avro binary of one record. Every read checks the end; nothing is copied. */
final class AvroBytes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080808080808080L;
    /** Elements that take no bytes can be claimed without end; nobody sends more than this. */
    private static final int MOST_EMPTY_ELEMENTS = 1 << 16;

    byte[] bytes;
    int position;
    int end;

    void start(byte[] source, int from, int to) {
        bytes = source;
        position = from;
        end = to;
    }

    void requireEnd() throws Malformed {
        if (position != end) {
            throw Malformed.bytes("the end of the record", end - position + " more bytes");
        }
    }

    long readLong() throws Malformed {
        int p = position;
        if (p < end) {
            // Most numbers of a record are lengths, enum symbols and union branches: one byte.
            byte first = bytes[p];
            if (first >= 0) {
                position = p + 1;
                return (first >>> 1) ^ -(first & 1);
            }
        }
        return readLongOfManyBytes(p);
    }

    private long readLongOfManyBytes(int from) throws Malformed {
        int p = from;
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (p >= end) {
                throw Malformed.bytes("a number", "the end of the record");
            }
            byte b = bytes[p++];
            if (shift == 63 && (b & 0xfe) != 0) {
                break;
            }
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                position = p;
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw Malformed.bytes("a number of at most 10 bytes", "a longer one");
    }

    int readInt() throws Malformed {
        long value = readLong();
        if ((int) value != value) {
            throw Malformed.bytes("a 32-bit number", Long.toString(value));
        }
        return (int) value;
    }

    long readBoolean() throws Malformed {
        byte b = bytes[skip(1)];
        if ((b & 0xfe) != 0) {
            throw Malformed.bytes("a boolean (0 or 1)", "byte " + (b & 0xff));
        }
        return b;
    }

    int readFloatBits() throws Malformed {
        return (int) INTS.get(bytes, skip(4));
    }

    long readDoubleBits() throws Malformed {
        return (long) LONGS.get(bytes, skip(8));
    }

    /** The length of bytes or text that is there in full; the position is where they start. */
    int readLength() throws Malformed {
        long length = readLong();
        if (length < 0 || length > end - position) {
            throw Malformed.bytes("a length of at most " + (end - position) + " bytes", Long.toString(length));
        }
        return (int) length;
    }

    /** Passes over a number of bytes and returns where they start. */
    int skip(int length) throws Malformed {
        int start = position;
        if (length > end - start) {
            throw Malformed.bytes(length + " bytes", "the end of the record");
        }
        position = start + length;
        return start;
    }

    /** The branch of a union or the symbol of an enum. */
    int readIndex(int count) throws Malformed {
        long index = readLong();
        if (index < 0 || index >= count) {
            throw Malformed.bytes("an index below " + count, Long.toString(index));
        }
        return (int) index;
    }

    /** The number of items in the next block of an array or map; 0 at its end. */
    int readBlock(boolean itemsTakeBytes) throws Malformed {
        long count = readLong();
        if (count < 0) {
            count = -count;
            readLength();
        }
        long most = itemsTakeBytes ? end - position : MOST_EMPTY_ELEMENTS;
        if (count < 0 || count > most) {
            throw Malformed.bytes("a block of at most " + most + " items", Long.toString(count));
        }
        return (int) count;
    }

    /** Passes over text of this length and returns where it starts. A text column that holds other bytes is unreadable. */
    int readText(int length) throws Malformed {
        int start = skip(length);
        if (!isText(bytes, start, length)) {
            throw Malformed.bytes("UTF-8 text", "bytes that are not");
        }
        return start;
    }

    private static boolean isText(byte[] bytes, int start, int length) {
        int p = start;
        int to = start + length;
        for (; p + 32 <= to; p += 32) {
            long four = (long) LONGS.get(bytes, p) | (long) LONGS.get(bytes, p + 8) | (long) LONGS.get(bytes, p + 16)
                    | (long) LONGS.get(bytes, p + 24);
            if ((four & NOT_ASCII) != 0) {
                return decodes(bytes, start, length);
            }
        }
        for (; p + 8 <= to; p += 8) {
            if (((long) LONGS.get(bytes, p) & NOT_ASCII) != 0) {
                return decodes(bytes, start, length);
            }
        }
        for (; p < to; p++) {
            if (bytes[p] < 0) {
                return decodes(bytes, start, length);
            }
        }
        return true;
    }

    private static boolean decodes(byte[] bytes, int start, int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}

package millrace.schemas.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A position in Avro binary. Every read checks the end, so that cut off bytes are never read as values. */
final class AvroCursor {
    private static final int DEEPEST = 200;
    /** Elements that take no bytes at all can be claimed without end; nobody sends more than this. */
    private static final long MOST_EMPTY_ELEMENTS = 1 << 16;

    private byte[] bytes;
    private int position;
    private int end;
    private int depth;

    void start(byte[] source, int offset, int length) {
        bytes = source;
        position = offset;
        end = offset + length;
        depth = 0;
    }

    void requireEnd() throws Malformed {
        if (position != end) {
            throw Malformed.bytes("the end of the record", end - position + " more bytes");
        }
    }

    long readLong() throws Malformed {
        int p = position;
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (p >= end) {
                throw cutOff("a number");
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

    boolean readBoolean() throws Malformed {
        require(1, "a boolean");
        byte b = bytes[position++];
        if (b != 0 && b != 1) {
            throw Malformed.bytes("a boolean (0 or 1)", "byte " + (b & 0xff));
        }
        return b == 1;
    }

    float readFloat() throws Malformed {
        require(4, "a float");
        return Float.intBitsToFloat(littleEndianInt());
    }

    double readDouble() throws Malformed {
        require(8, "a double");
        long low = littleEndianInt() & 0xffff_ffffL;
        return Double.longBitsToDouble(low | (long) littleEndianInt() << 32);
    }

    private int littleEndianInt() {
        int p = position;
        position = p + 4;
        return bytes[p] & 0xff | (bytes[p + 1] & 0xff) << 8 | (bytes[p + 2] & 0xff) << 16 | bytes[p + 3] << 24;
    }

    byte[] readBytes() throws Malformed {
        return readFixed(readLength("bytes"));
    }

    byte[] readFixed(int length) throws Malformed {
        require(length, "bytes");
        byte[] out = new byte[length];
        System.arraycopy(bytes, position, out, 0, length);
        position += length;
        return out;
    }

    String readText() throws Malformed {
        int length = readLength("text");
        String text = new String(bytes, position, length, StandardCharsets.UTF_8);
        // The replacement character may be what was sent, or what the decoder put in place of bytes that are no text.
        if (text.indexOf('\uFFFD') >= 0 && !isText(length)) {
            throw Malformed.bytes("UTF-8 text", "bytes that are not");
        }
        position += length;
        return text;
    }

    private boolean isText(int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, position, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** The branch of a union or the symbol of an enum. */
    int readIndex(int count, String what) throws Malformed {
        long index = readLong();
        if (index < 0 || index >= count) {
            throw Malformed.bytes(what + " below " + count, Long.toString(index));
        }
        return (int) index;
    }

    /** The number of items in the next block of an array or map; 0 at its end. */
    int readBlock(boolean itemsTakeBytes) throws Malformed {
        long count = readLong();
        if (count < 0) {
            count = -count;
            readLength("a block");
        }
        long most = itemsTakeBytes ? end - position : MOST_EMPTY_ELEMENTS;
        if (count < 0 || count > most) {
            throw Malformed.bytes("a block of at most " + most + " items", Long.toString(count));
        }
        return (int) count;
    }

    /** The number of items to skip one by one; 0 at the end. Blocks that say their size are passed over whole. */
    long skipBlock() throws Malformed {
        long count = readLong();
        while (count < 0) {
            skip(readLength("a block"));
            count = readLong();
        }
        return count;
    }

    void skipLengthPrefixed() throws Malformed {
        skip(readLength("bytes"));
    }

    void skip(int length) throws Malformed {
        require(length, "bytes");
        position += length;
    }

    void enter() throws Malformed {
        if (++depth > DEEPEST) {
            throw Malformed.bytes("at most " + DEEPEST + " nested values", "more");
        }
    }

    void leave() {
        depth--;
    }

    private int readLength(String what) throws Malformed {
        long length = readLong();
        if (length < 0) {
            throw Malformed.bytes("a length of " + what, Long.toString(length));
        }
        if (length > end - position) {
            throw Malformed.bytes(length + " bytes of " + what, end - position + " bytes left");
        }
        return (int) length;
    }

    private void require(int count, String what) throws Malformed {
        if (count > end - position) {
            throw cutOff(what);
        }
    }

    private Malformed cutOff(String what) {
        return Malformed.bytes(what, "the end of the bytes");
    }
}

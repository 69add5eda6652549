package millrace.statestores.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Layouts of plain values. */
public final class Codecs {
    private Codecs() {}

    /** Version 1: UTF-8. */
    public static final StateCodec<String> TEXT = new StateCodec<>() {
        @Override
        public byte[] encode(String value) {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(1 + text.length).put((byte) 1).put(text).array();
        }

        @Override
        public String decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a text", bytes, 1);
            return new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8);
        }
    };

    /** Version 1: eight bytes, big-endian. */
    public static final StateCodec<Long> LONG = new StateCodec<>() {
        @Override
        public byte[] encode(Long value) {
            return ByteBuffer.allocate(9).put((byte) 1).putLong(value).array();
        }

        @Override
        public Long decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a number", bytes, 1);
            return ByteBuffer.wrap(bytes).getLong(1);
        }
    };
}

package millrace.sinks.iceberg.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The first eight of some bytes as one number, by which most comparisons are decided. */
final class BytesPrefix {
    private static final VarHandle BIG_ENDIAN = MethodHandles.byteArrayViewVarHandle(long[].class,
            ByteOrder.BIG_ENDIAN);

    private BytesPrefix() {}

    /** Such that unsigned comparison orders as bytes do; fewer are filled up with zeros. */
    static long of(byte[] source, int offset, int length) {
        if (length >= Long.BYTES) {
            return (long) BIG_ENDIAN.get(source, offset);
        }
        long prefix = 0;
        for (int i = 0; i < length; i++) {
            prefix |= (source[offset + i] & 0xffL) << Long.SIZE - Byte.SIZE * (i + 1);
        }
        return prefix;
    }
}

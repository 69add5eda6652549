package millrace.statestores.store;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.ByteUtils;
import org.apache.kafka.common.utils.Bytes;

/**
 * Where a row of {@link SortedRows} is in its store: the slice, so that places sort by it, a mark, the length of the key,
 * the key, the id.
 */
record Place(byte[] key, byte[] id) {
    private static final byte MARK = 1;

    static Bytes bytes(long slice, byte[] key, byte[] id) {
        ByteBuffer bytes = ByteBuffer.allocate(
                Long.BYTES + 1 + ByteUtils.sizeOfUnsignedVarint(key.length) + key.length + id.length);
        bytes.putLong(slice ^ Long.MIN_VALUE).put(MARK);
        ByteUtils.writeUnsignedVarint(key.length, bytes);
        return Bytes.wrap(bytes.put(key).put(id).array());
    }

    /** Below every place of this slice, since those go on with a mark; above every place of the slices before. */
    static Bytes bound(long slice) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(slice ^ Long.MIN_VALUE).array());
    }

    static Place read(byte[] place) {
        ByteBuffer bytes = ByteBuffer.wrap(place, Long.BYTES + 1, place.length - Long.BYTES - 1);
        byte[] key = new byte[ByteUtils.readUnsignedVarint(bytes)];
        bytes.get(key);
        byte[] id = new byte[bytes.remaining()];
        bytes.get(id);
        return new Place(key, id);
    }

    static long slice(byte[] place) {
        return ByteBuffer.wrap(place).getLong() ^ Long.MIN_VALUE;
    }
}

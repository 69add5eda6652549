package millrace.topology.run;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The first watermark of a partition that a topic got while others of it were read, as it stands in the metadata of the
 * offset that the partition begins at: set in one step with it, and there until the first commit of the partition's own
 * records, so a process that dies in between has lost nothing.
 *
 * <p>
 * Kafka Streams keeps a partition's time in the same place. What is written here is such metadata of its first version,
 * which says that the time is not known and is followed by the watermark: microseconds since the epoch.
 */
final class StartFloor {
    private static final byte VERSION = 1;
    private static final long TIME_NOT_KNOWN = -1;
    private static final int BYTES = 1 + Long.BYTES + Long.BYTES;

    private StartFloor() {}

    static String write(OptionalLong floor) {
        if (floor.isEmpty()) {
            return "";
        }
        ByteBuffer buffer = ByteBuffer.allocate(BYTES).put(VERSION).putLong(TIME_NOT_KNOWN).putLong(floor.getAsLong());
        return Base64.getEncoder().encodeToString(buffer.array());
    }

    /** @param metadata of a committed offset, whoever has written it; may be null */
    static Optional<Long> read(String metadata) {
        if (metadata == null || metadata.isEmpty()) {
            return Optional.empty();
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(Base64.getDecoder().decode(metadata));
            return buffer.remaining() == BYTES && buffer.get() == VERSION && buffer.getLong() == TIME_NOT_KNOWN
                    ? Optional.of(buffer.getLong())
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // Not Base64: somebody's own words.
        }
    }
}

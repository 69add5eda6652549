package millrace.topology.operator;

import java.nio.ByteBuffer;
import java.util.Optional;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What a row of a model's topic carries beside its columns, so that a reader need not judge time again: one header named
 * {@value #NAME}, about 20 bytes. Layout 1: a version byte, then as zigzag varints the event time, the event time minus
 * the watermark, the watermark minus the horizon, the source's ordinal, the partition and the offset.
 *
 * @param eventTime microseconds
 * @param watermark of the source partition when the row came, microseconds
 * @param horizon of the same
 * @param source ordinal of the source, see {@link SourceTopic#ordinal}; -1 for a row computed from several
 */
public record OriginHeader(long eventTime, long watermark, long horizon, int source, int partition, long offset) {
    public static final String NAME = "mr";
    private static final byte VERSION = 1;

    /** The origin of a record of a model's topic; empty if it has none, or one of a newer layout. */
    public static Optional<OriginHeader> of(Headers headers) {
        Header header = headers.lastHeader(NAME);
        if (header == null || header.value() == null || header.value().length < 6 || header.value()[0] != VERSION) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(header.value(), 1, header.value().length - 1);
        long eventTime = read(in);
        long watermark = eventTime - read(in);
        return Optional.of(new OriginHeader(eventTime, watermark, watermark - read(in), (int) read(in),
                (int) read(in), read(in)));
    }

    private static long read(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
    }

    /** Writes headers; reuses one buffer, so an instance serves one task. */
    public static final class Writer {
        private final byte[] buffer = new byte[1 + 6 * 10];
        private int size;

        public Headers headers(Element.Row row) {
            Origin from = row.origin();
            buffer[0] = VERSION;
            size = 1;
            write(row.eventTime());
            write(row.eventTime() - row.watermark());
            write(row.watermark() - row.horizon());
            write(from.sourceOrdinal());
            write(from.partition());
            write(from.offset());
            byte[] value = new byte[size];
            System.arraycopy(buffer, 0, value, 0, size);
            return new RecordHeaders(new Header[] {new RecordHeader(NAME, value)});
        }

        private void write(long value) {
            long n = value << 1 ^ value >> 63;
            while ((n & ~0x7fL) != 0) {
                buffer[size++] = (byte) (n & 0x7f | 0x80);
                n >>>= 7;
            }
            buffer[size++] = (byte) n;
        }
    }
}

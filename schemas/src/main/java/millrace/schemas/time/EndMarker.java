package millrace.schemas.time;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * The record that says a partition of a source topic is complete: nothing that counts comes after it. It has no value
 * and the header {@value #HEADER}, and a key only because a compacted topic demands one. A value, even an empty one,
 * makes it an ordinary record, so no user's data is taken for it. Whoever loads a bounded set of records writes one to
 * every partition, after them.
 */
public final class EndMarker {
    public static final String HEADER = "millrace-end";
    private static final byte[] VERSION = {1};

    private EndMarker() {}

    public static boolean isEnd(byte[] value, Headers headers) {
        return value == null && headers.lastHeader(HEADER) != null;
    }

    /** The marker for one partition. */
    public static ProducerRecord<byte[], byte[]> record(String topic, int partition) {
        ProducerRecord<byte[], byte[]> marker = new ProducerRecord<>(topic, partition,
                HEADER.getBytes(StandardCharsets.UTF_8), null);
        marker.headers().add(HEADER, VERSION);
        return marker;
    }
}

package millrace.ops.load;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.time.EndMarker;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * How far a numbered source of records has come in each partition of a topic, as the topic itself tells: every record
 * that a loader or generator writes carries its number in a header.
 */
public final class LastLoaded {
    /** Decimal text: the record's number in its source. */
    public static final String HEADER = "millrace-row";
    private static final int WINDOW = 500;

    private LastLoaded() {}

    /** What stands at the end of a partition, looked at from behind. */
    public sealed interface Tail {
        /** No numbered record. */
        record Empty() implements Tail {}

        record Reached(long number, byte[] key, byte[] value) implements Tail {}

        /** The end marker stands behind the last numbered record. */
        record Ended(long number, byte[] key, byte[] value) implements Tail {}
    }

    static void number(Headers headers, long number) {
        headers.add(HEADER, Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    /** The tail of every partition; the consumer is assigned by hand and reads committed records. */
    public static Map<Integer, Tail> of(Consumer<byte[], byte[]> consumer, String topic, int partitions) {
        Map<Integer, Tail> tails = new HashMap<>();
        for (int p = 0; p < partitions; p++) {
            tails.put(p, tail(consumer, new TopicPartition(topic, p)));
        }
        return tails;
    }

    private static Tail tail(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        List<TopicPartition> one = List.of(partition);
        consumer.assign(one);
        long begin = consumer.beginningOffsets(one).get(partition);
        long upTo = consumer.endOffsets(one).get(partition);
        boolean ended = false;
        while (upTo > begin) {
            long from = Math.max(begin, upTo - WINDOW);
            consumer.seek(partition, from);
            ConsumerRecord<byte[], byte[]> last = null;
            while (consumer.position(partition) < upTo) {
                for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200)).records(partition)) {
                    if (r.offset() >= upTo) {
                        break;
                    }
                    ended |= EndMarker.isEnd(r.value(), r.headers());
                    last = r.headers().lastHeader(HEADER) == null ? last : r;
                }
            }
            if (last != null) {
                long number = number(last.headers().lastHeader(HEADER));
                return ended
                        ? new Tail.Ended(number, last.key(), last.value())
                        : new Tail.Reached(number, last.key(), last.value());
            }
            upTo = from;
        }
        return ended ? new Tail.Ended(-1, null, null) : new Tail.Empty();
    }

    private static long number(Header header) {
        return Long.parseLong(new String(header.value(), StandardCharsets.US_ASCII));
    }
}

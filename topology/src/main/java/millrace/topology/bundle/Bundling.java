package millrace.topology.bundle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;

/**
 * Makes one record of all that a poll has brought of a partition: for Kafka Streams' main consumer. A queue entry, a
 * context, four metrics and a look at the clock for each record are most of what Kafka Streams costs.
 *
 * <p>
 * The record that stands for a bundle has the offset of the first in it. Kafka Streams commits, of each partition, the
 * offset of the record that is next in its queue, or the consumer's position if none is: so never one inside of a bundle,
 * and never one behind records that were not processed. {@code ExactlyOnceTest} and {@code KillNineTest} hold it against
 * the Kafka version in use.
 */
public final class Bundling implements ConsumerInterceptor<byte[], byte[]> {
    private static final byte[] NOTHING = {};

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> bundles = new HashMap<>();
        for (TopicPartition partition : polled.partitions()) {
            bundles.put(partition, List.of(bundle(polled.records(partition))));
        }
        return new ConsumerRecords<>(bundles, polled.nextOffsets());
    }

    /**
     * What has been polled of a partition, cut at an offset.
     *
     * @param before in one bundle; empty if there are none
     * @param next the offset of the first record behind it
     */
    public record Cut(List<ConsumerRecord<byte[], byte[]>> before, long next) {}

    /** @param records of one partition as a poll gives them, of which the last is not before {@code offset} */
    public static Cut cut(List<ConsumerRecord<byte[], byte[]>> records, long offset) {
        List<ConsumerRecord<byte[], byte[]>> before = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> delivered : records) {
            for (ConsumerRecord<byte[], byte[]> record : all(delivered)) {
                if (record.offset() >= offset) {
                    return new Cut(before.isEmpty() ? List.of() : List.of(bundle(before)), record.offset());
                }
                before.add(record);
            }
        }
        throw new IllegalArgumentException("nothing from offset " + offset + " on");
    }

    /** The last offset of what stands in a record. */
    public static long last(ConsumerRecord<byte[], byte[]> delivered) {
        List<ConsumerRecord<byte[], byte[]>> all = all(delivered);
        return all.get(all.size() - 1).offset();
    }

    private static List<ConsumerRecord<byte[], byte[]>> all(ConsumerRecord<byte[], byte[]> delivered) {
        return delivered.headers() instanceof RecordBundle bundle ? bundle.records() : List.of(delivered);
    }

    private static ConsumerRecord<byte[], byte[]> bundle(List<ConsumerRecord<byte[], byte[]>> records) {
        ConsumerRecord<byte[], byte[]> first = records.get(0);
        return new ConsumerRecord<>(first.topic(), first.partition(), first.offset(), first.timestamp(),
                TimestampType.CREATE_TIME, 0, 0, NOTHING, NOTHING, new RecordBundle(records), first.leaderEpoch());
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public void close() {}
}

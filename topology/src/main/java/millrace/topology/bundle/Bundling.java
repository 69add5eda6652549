package millrace.topology.bundle;

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

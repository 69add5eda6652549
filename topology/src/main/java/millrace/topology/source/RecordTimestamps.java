package millrace.topology.source;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * What Kafka Streams takes for a record's time: its Kafka timestamp, or zero where it has none, since Streams would drop
 * such a record or stop at it. It decides on nothing but the order between partitions; event time is ours.
 */
public final class RecordTimestamps implements TimestampExtractor {
    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return Math.max(0, record.timestamp());
    }
}

package millrace.topology.bundle;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** What Kafka Streams hands to the first operator of a task. */
public final class Delivery {
    private Delivery() {}

    /** The records of a bundle in the order of their offsets, or the one that came alone. */
    public static List<ConsumerRecord<byte[], byte[]>> of(Record<byte[], Object> record,
            ProcessorContext<Object, Object> context) {
        if (record.value() instanceof RecordBundle bundle) {
            return bundle.records();
        }
        var from = context.recordMetadata().orElseThrow();
        return List.of(new ConsumerRecord<>(from.topic(), from.partition(), from.offset(), record.timestamp(),
                TimestampType.CREATE_TIME, ConsumerRecord.NULL_SIZE, ConsumerRecord.NULL_SIZE, record.key(),
                (byte[]) record.value(), record.headers(), Optional.empty()));
    }
}

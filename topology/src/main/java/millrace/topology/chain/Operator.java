package millrace.topology.chain;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;

/** An operator behind others. It takes what they give at a call, or as a record where Kafka Streams stands between. */
public interface Operator extends Processor<Object, Object, Object, Object> {
    /**
     * Takes a row, a watermark, or what else the operator before it gives.
     *
     * @param timestamp of the Kafka record that has led to this; milliseconds
     */
    void take(Object element, long timestamp);

    /**
     * Says that all that came together has been taken, so that what was held back to go on together goes now. It is said
     * before anything is committed.
     */
    default void delivered() {}

    @Override
    default void process(Record<Object, Object> record) {
        take(record.value(), record.timestamp());
        delivered();
    }
}

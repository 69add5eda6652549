package millrace.topology.bundle;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/** Gives the bundle that a record stands for, or the value of a record that came alone. */
public final class BundleDeserializer implements Deserializer<Object> {
    @Override
    public Object deserialize(String topic, byte[] value) {
        return value;
    }

    @Override
    public Object deserialize(String topic, Headers headers, byte[] value) {
        return headers instanceof RecordBundle ? headers : value;
    }
}

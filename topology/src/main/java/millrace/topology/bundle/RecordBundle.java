package millrace.topology.bundle;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Records that follow one another in a partition. They travel as the headers of the record that stands for them, which is
 * all that a deserializer gets to see beside bytes; as headers they are none.
 */
final class RecordBundle implements Headers {
    private static final Header[] NONE = {};

    private final List<ConsumerRecord<byte[], byte[]>> records;

    RecordBundle(List<ConsumerRecord<byte[], byte[]>> records) {
        this.records = records;
    }

    List<ConsumerRecord<byte[], byte[]>> records() {
        return records;
    }

    @Override
    public Headers add(Header header) {
        throw new UnsupportedOperationException("a bundle has no headers");
    }

    @Override
    public Headers add(String key, byte[] value) {
        throw new UnsupportedOperationException("a bundle has no headers");
    }

    @Override
    public Headers remove(String key) {
        return this;
    }

    @Override
    public Header lastHeader(String key) {
        return null;
    }

    @Override
    public Iterable<Header> headers(String key) {
        return List.of();
    }

    @Override
    public Header[] toArray() {
        return NONE;
    }

    @Override
    public Iterator<Header> iterator() {
        return Collections.emptyIterator();
    }
}

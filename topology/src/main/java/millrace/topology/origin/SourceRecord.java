package millrace.topology.origin;

import org.apache.kafka.common.header.Headers;

/**
 * A record of a source topic as it was delivered. Rows keep it at hand as long as they are inside one task, so that
 * whatever goes wrong with a row can put the original into quarantine.
 *
 * @param timestamp milliseconds; as Kafka has it, negative if the record has none
 * @param key may be null
 * @param value may be null
 */
public record SourceRecord(SourceTopic source, int partition, long offset, long timestamp, byte[] key, byte[] value,
        Headers headers) implements Origin {
    @Override
    public int sourceOrdinal() {
        return source.ordinal();
    }

    @Override
    public int within() {
        return 0;
    }
}

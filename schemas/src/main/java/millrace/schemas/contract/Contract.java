package millrace.schemas.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Place;
import millrace.schemas.row.FieldType;

/**
 * One versioned promise about one topic, as read from an ODCS file.
 *
 * @param name what models call it; unique in a pipeline
 * @param version of the contract, as the file writes it
 * @param topic the Kafka topic
 * @param recordName full name of the Avro record that carries a row; stays the same over all versions
 * @param key columns that identify or partition a record; empty if the topic has no key
 * @param eventTime absent for a topic whose records have no time of their own; their Kafka timestamp counts then
 * @param raw what bronze keeps of a record beside its decoded fields; absent: nothing
 * @param quality rules over the whole topic, by ODCS, kept as read for the quality checks
 * @param place the file, for messages
 */
public record Contract(String id, String name, String version, String status, String topic, String recordName,
        String description, String owner, List<Column> columns, List<String> key, Optional<EventTime> eventTime,
        int partitions,
        WireFormat format, Kind kind, Optional<Raw> raw, Optional<Duration> freshness,
        List<Map<String, Object>> quality, Place place) {

    public Contract {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        quality = List.copyOf(quality);
    }

    /** The columns as a row type. */
    public FieldType.Struct rowType() {
        return new FieldType.Struct(columns.stream().map(Column::field).toList());
    }

    /** The columns of the key, in its order. */
    public FieldType.Struct keyType() {
        FieldType.Struct row = rowType();
        return new FieldType.Struct(key.stream().map(row::indexOf).map(row.fields()::get).toList());
    }

    /** Whether a record may still change a result after its window was given out. */
    public boolean allowsAmendments() {
        return eventTime.filter(e -> e.allowedLateness().compareTo(e.disorder()) > 0).isPresent();
    }

    /** How the values of the topic's records are written. */
    public enum WireFormat {
        AVRO, JSON
    }

    /** The original of a record, kept in bronze for this long. */
    public record Raw(Duration retention, RawForm form) {}

    /** How bronze keeps an original. */
    public enum RawForm {
        /** As it was. */
        BYTES,
        /** What a JSON record says, as a value that SQL looks into by path; spacing and the order of members are lost. */
        VARIANT
    }

    /** Whether records stand for themselves or for the newest version of a key. */
    public enum Kind {
        EVENT, CHANGELOG
    }
}

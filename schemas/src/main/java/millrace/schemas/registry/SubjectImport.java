package millrace.schemas.registry;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Place;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;

/** A first contract for a topic whose schema is in a registry already. */
public final class SubjectImport {
    private static final String VALUE = "-value";

    private SubjectImport() {}

    /**
     * What the schema itself promises, under the record's own name, so that registering the contract's schema again
     * changes nothing but texts. The event time is taken only where there is no choice: one timestamp column.
     *
     * @throws millrace.schemas.problem.ProblemException if a field has a shape that rows cannot carry
     */
    public static Contract draft(String subject, Schema schema) {
        String topic = subject.endsWith(VALUE) ? subject.substring(0, subject.length() - VALUE.length()) : subject;
        List<Column> columns = AvroTypes.columnsOf(schema);
        List<String> times = columns.stream().filter(c -> c.field().type() instanceof FieldType.Timestamp)
                .map(Column::name).toList();
        Duration disorder = Duration.ofSeconds(10);
        Optional<EventTime> eventTime = times.size() == 1
                ? Optional.of(new EventTime(times.get(0), disorder, disorder, Duration.ofHours(1),
                        Duration.ofMinutes(15)))
                : Optional.empty();
        return new Contract(topic, name(topic), "1.0.0", "draft", topic, schema.getFullName(),
                schema.getDoc() == null ? "" : schema.getDoc(), "", columns, List.of(), eventTime, 4,
                Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(), List.of(),
                Place.file(""));
    }

    /** A name that SQL takes without quotes. */
    private static String name(String topic) {
        String name = topic.replaceAll("[^A-Za-z0-9_]+", "_").replaceAll("^_+|_+$", "");
        return name.isEmpty() || Character.isDigit(name.charAt(0)) ? "t_" + name : name;
    }
}

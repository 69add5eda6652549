package millrace.topology.sql;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Place;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;

/** Contracts written as SQL writes types. */
public final class TestContracts {
    private TestContracts() {}

    /**
     * @param columns such as {@code id bigint not null, name text}; the first timestamptz is the event time, with 30
     *        seconds of disorder and no amendments
     */
    public static Contract contract(String name, String columns) {
        FieldType.Struct type = (FieldType.Struct) TypeText.parse("row<" + columns + ">")
                .orElseThrow(() -> new IllegalArgumentException(columns));
        return new Contract(name, name, "1.0.0", "active", "test." + name, "test." + name, "", "test",
                type.fields().stream().map(Column::of).toList(), List.of(), eventTime(type), 1,
                Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(), List.of(),
                Place.file("contracts/" + name + ".odcs.yaml"));
    }

    /** The same, of records that replace and delete each other by their key. */
    public static Contract changelog(String name, List<String> key, String columns) {
        Contract c = contract(name, columns);
        return new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(), c.description(),
                c.owner(), c.columns(), key, c.eventTime(), c.partitions(), c.format(), Contract.Kind.CHANGELOG,
                c.raw(), c.freshness(), c.quality(), c.place());
    }

    private static Optional<EventTime> eventTime(FieldType.Struct type) {
        return type.fields().stream().filter(f -> f.type() instanceof FieldType.Timestamp t && t.zoned()).findFirst()
                .map(f -> new EventTime(f.name(), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofHours(1),
                        Duration.ofMinutes(15)));
    }
}

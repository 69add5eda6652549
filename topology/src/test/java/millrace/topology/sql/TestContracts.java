package millrace.topology.sql;

import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Place;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;

/** Contracts written as SQL writes types. */
public final class TestContracts {
    private TestContracts() {}

    /** @param columns such as {@code id bigint not null, name text} */
    public static Contract contract(String name, String columns) {
        FieldType.Struct type = (FieldType.Struct) TypeText.parse("row<" + columns + ">")
                .orElseThrow(() -> new IllegalArgumentException(columns));
        return new Contract(name, name, "1.0.0", "active", "test." + name, "test." + name, "", "test",
                type.fields().stream().map(Column::of).toList(), List.of(), Optional.empty(), 1,
                Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(), List.of(),
                Place.file("contracts/" + name + ".odcs.yaml"));
    }
}

package millrace.sinks.iceberg.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.table.ContractToIceberg;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Finds why records that a bronze table keeps without their bytes cannot be given back so that a contract makes the same of
 * them. Pure.
 */
final class HistoryCheck {
    private final Contract contract;
    private final List<Problem> problems = new ArrayList<>();

    private HistoryCheck(Contract contract) {
        this.contract = contract;
    }

    /**
     * @param past every schema that the table has had
     * @param writers schemas that the topic's records may have, if it holds Avro
     */
    static List<Problem> problems(Schema table, Collection<Schema> past, Contract contract,
            List<org.apache.avro.Schema> writers) {
        HistoryCheck check = new HistoryCheck(contract);
        List<NestedField> own = table.columns().stream().filter(f -> !KeptColumns.isOrigin(f)).toList();
        for (Column column : contract.columns()) {
            switch (contract.format()) {
                case AVRO -> check.avro(column, own, writers.stream()
                        .filter(w -> w.getType() == org.apache.avro.Schema.Type.RECORD).toList());
                case JSON -> check.json(column, own, past);
            }
        }
        if (check.problems.isEmpty() && contract.format() == Contract.WireFormat.AVRO) {
            check.readable(KeptColumns.of(table, contract));
        }
        return check.problems;
    }

    /** Whether the contract reads what would be written. */
    private void readable(KeptColumns columns) {
        try {
            BitSet all = new BitSet();
            all.set(0, contract.columns().size());
            AvroRowDecoder.of(AvroTypes.toSchema(contract.recordName(), columns.row()), contract.columns(), all);
        } catch (ProblemException e) {
            e.problems().forEach(p -> problems.add(Problem.at(SinkProblem.HISTORY_UNLIKE, contract.place(),
                    table() + " keeps records as contract " + contract.name() + " cannot read them: " + p.message())
                    .withRemedy(SinkProblem.HISTORY_UNLIKE.remedy())));
        }
    }

    /** @param records schemas of what the column may be in */
    private void avro(Column column, List<NestedField> in, List<org.apache.avro.Schema> records) {
        List<NestedField> fields = KeptColumns.named(column, in);
        if (fields.isEmpty()) {
            return; // No record has had it, and the contract reads it as it does where one has not.
        }
        if (fields.size() > 1 && (fields.stream().anyMatch(f -> !f.type().equals(fields.get(0).type()))
                || records.stream().anyMatch(r -> KeptColumns.names(column).stream().filter(n -> r.getField(n) != null)
                        .count() > 1))) {
            unlike(column, table() + " has " + column.name() + " under several names, and does not tell which of them "
                    + "a record had.");
        }
        List<org.apache.avro.Schema> values = records.stream()
                .map(r -> KeptColumns.names(column).stream().map(r::getField)
                        .filter(Objects::nonNull).findFirst())
                .flatMap(f -> f.stream()).map(f -> f.schema()).toList();
        if (column.defaultValue().isPresent() && values.size() < records.size()
                && !ContractToIceberg.isDefault(fields.get(0), column.defaultValue().get())) {
            unlike(column, column.name() + " has a default that " + table()
                    + " does not know of, so it does not tell records without a value from those with null.");
        }
        inside(column, fields.get(0).type(), values);
    }

    private void inside(Column column, Type type, List<org.apache.avro.Schema> values) {
        List<org.apache.avro.Schema> some = values.stream().map(HistoryCheck::withoutNull).toList();
        switch (type) {
            case Types.StructType struct -> {
                for (Column nested : column.nested()) {
                    if (KeptColumns.named(nested, struct.fields()).size() > 1) {
                        unlike(nested, table() + " has " + nested.name() + " under several names.");
                    } else {
                        avro(nested, struct.fields(), of(some, org.apache.avro.Schema.Type.RECORD));
                    }
                }
            }
            case Types.ListType list -> inside(column.nested().get(0), list.elementType(),
                    of(some, org.apache.avro.Schema.Type.ARRAY).stream().map(s -> s.getElementType()).toList());
            case Types.MapType map -> inside(column.nested().get(0), map.valueType(),
                    of(some, org.apache.avro.Schema.Type.MAP).stream().map(s -> s.getValueType()).toList());
            default -> {}
        }
    }

    private static List<org.apache.avro.Schema> of(List<org.apache.avro.Schema> schemas,
            org.apache.avro.Schema.Type type) {
        return schemas.stream().filter(s -> s.getType() == type).toList();
    }

    private static org.apache.avro.Schema withoutNull(org.apache.avro.Schema schema) {
        return schema.getType() != org.apache.avro.Schema.Type.UNION
                ? schema
                : schema.getTypes().stream().filter(s -> s.getType() != org.apache.avro.Schema.Type.NULL).findFirst()
                        .orElse(schema);
    }

    /** Members that nobody asked for when a record was landed were not kept. */
    private void json(Column column, List<NestedField> in, Collection<Schema> past) {
        List<NestedField> fields = KeptColumns.named(column, in);
        if (fields.size() != 1) {
            unlike(column, fields.isEmpty()
                    ? table() + " has no column " + column.name()
                            + ", so it is not known whether records had that member."
                    : table() + " has " + column.name() + " under several names, and does not tell which of them came "
                            + "last in a record.");
            return;
        }
        Set<Integer> ids = TypeUtil.indexById(Types.StructType.of(fields)).keySet();
        if (past.stream().anyMatch(schema -> ids.stream().anyMatch(id -> schema.findField(id) == null))) {
            unlike(column, table() + " has not had " + column.name()
                    + " from its beginning, so it is not known whether the first records had all of it.");
        }
    }

    private String table() {
        return "bronze." + contract.name();
    }

    private void unlike(Column column, String message) {
        problems.add(Problem.at(SinkProblem.HISTORY_UNLIKE, column.place(), message)
                .withRemedy(SinkProblem.HISTORY_UNLIKE.remedy()));
    }
}

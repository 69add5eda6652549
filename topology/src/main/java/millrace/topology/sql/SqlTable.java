package millrace.topology.sql;

import java.util.List;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.TemporalTable;
import org.apache.calcite.schema.impl.AbstractTable;

/** A contract or model as Calcite's validator sees it. Its rows are versions of their keys, if anybody asks for that. */
final class SqlTable extends AbstractTable implements TemporalTable {
    private final String source;
    private final PlanNode.Scan.Kind kind;
    private final FieldType.Struct rowType;
    private final List<Integer> changesBy;

    private SqlTable(String source, PlanNode.Scan.Kind kind, FieldType.Struct rowType, List<Integer> changesBy) {
        this.source = source;
        this.kind = kind;
        this.rowType = rowType;
        this.changesBy = List.copyOf(changesBy);
    }

    static SqlTable of(Contract contract) {
        return switch (contract.kind()) {
            case EVENT -> new SqlTable(contract.name(), PlanNode.Scan.Kind.CONTRACT, contract.rowType(), List.of());
            case CHANGELOG -> {
                List<Field> fields = contract.rowType().fields().stream().map(f -> contract.key().contains(f.name())
                        ? Field.required(f.name(), f.type()) // a record without it is in quarantine
                        : f).toList();
                FieldType.Struct row = new FieldType.Struct(fields);
                yield new SqlTable(contract.name(), PlanNode.Scan.Kind.CONTRACT, row,
                        contract.key().stream().map(row::indexOf).toList());
            }
        };
    }

    static SqlTable of(Plan model) {
        return new SqlTable(model.model(), PlanNode.Scan.Kind.MODEL, model.rowType(), List.of());
    }

    String source() {
        return source;
    }

    PlanNode.Scan.Kind kind() {
        return kind;
    }

    FieldType.Struct rowType() {
        return rowType;
    }

    /** The columns of the key by which its records change rows; empty if they change none, or the model sees to it. */
    List<Integer> changesBy() {
        return changesBy;
    }

    /** Calcite wants names for the period of a version; we have the event time, and rows say no end. */
    @Override
    public String getSysStartFieldName() {
        return "";
    }

    @Override
    public String getSysEndFieldName() {
        return "";
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory factory) {
        return SqlTypes.rowType(factory, rowType);
    }
}

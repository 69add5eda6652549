package millrace.topology.sql;

import millrace.schemas.row.FieldType;
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

    SqlTable(String source, PlanNode.Scan.Kind kind, FieldType.Struct rowType) {
        this.source = source;
        this.kind = kind;
        this.rowType = rowType;
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

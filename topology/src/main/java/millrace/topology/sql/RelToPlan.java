package millrace.topology.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Union;

/** Calcite's operators as ours, one by one; rewrites fuse them afterwards. */
final class RelToPlan {
    private final FunctionLibrary library;

    RelToPlan(FunctionLibrary library) {
        this.library = library;
    }

    PlanNode convert(RelNode node) {
        return switch (node) {
            case TableScan scan -> {
                SqlTable table = scan.getTable().unwrapOrThrow(SqlTable.class);
                yield new PlanNode.Scan(table.source(), table.kind(),
                        IntStream.range(0, table.rowType().fields().size()).boxed().toList(), table.rowType());
            }
            case Filter filter -> {
                PlanNode input = convert(filter.getInput());
                Expression condition = new RexToExpression(input.rowType(), library).convert(filter.getCondition());
                yield new PlanNode.Calc(input, Optional.of(condition), columns(input.rowType()), input.rowType());
            }
            case Project project -> {
                PlanNode input = convert(project.getInput());
                RexToExpression rex = new RexToExpression(input.rowType(), library);
                List<Expression> projections = project.getProjects().stream().map(rex::convert).toList();
                List<Field> fields = new ArrayList<>();
                for (int i = 0; i < projections.size(); i++) {
                    Expression e = projections.get(i);
                    fields.add(new Field(project.getRowType().getFieldNames().get(i), e.type(), e.nullable()));
                }
                yield new PlanNode.Calc(input, Optional.empty(), projections, new FieldType.Struct(fields));
            }
            case Union union when union.all -> union(union);
            default -> throw new RexToExpression.Unsupported(node.getRelTypeName());
        };
    }

    private PlanNode union(Union union) {
        FieldType.Struct type = SqlTypes.struct(union.getRowType())
                .orElseThrow(() -> new RexToExpression.Unsupported("a UNION of " + union.getRowType()));
        List<PlanNode> inputs = new ArrayList<>();
        for (RelNode child : union.getInputs()) {
            PlanNode input = convert(child);
            List<Expression> columns = new ArrayList<>();
            List<Field> fields = new ArrayList<>();
            for (int i = 0; i < type.fields().size(); i++) {
                Field wanted = type.fields().get(i);
                columns.add(RexToExpression.castTo(columns(input.rowType()).get(i), wanted.type()));
                fields.add(wanted);
            }
            FieldType.Struct aligned = new FieldType.Struct(fields);
            inputs.add(input.rowType().equals(aligned)
                    ? input
                    : new PlanNode.Calc(input, Optional.empty(), columns, aligned));
        }
        return new PlanNode.Union(inputs, type);
    }

    static List<Expression> columns(FieldType.Struct type) {
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < type.fields().size(); i++) {
            Field f = type.fields().get(i);
            columns.add(new Expression.Column(i, f.name(), f.type(), f.nullable()));
        }
        return columns;
    }
}

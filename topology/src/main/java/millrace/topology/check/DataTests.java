package millrace.topology.check;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;
import millrace.topology.model.DataTest;
import millrace.topology.model.Model;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Expression.Call;
import millrace.topology.plan.Expression.Literal;
import millrace.topology.plan.PassedOn;
import millrace.topology.plan.PlanNode;

/**
 * Makes the data tests of a model part of its plan: a column whose test fails has no value, so its row is quarantined
 * like one whose expression fails. A column of {@code unique_key} is tested for NULL without being asked.
 */
public final class DataTests {
    private static final FieldType BOOL = new FieldType.Bool();

    private DataTests() {}

    /**
     * The plan with a last step that tests; the plan itself if there is nothing to test.
     *
     * @throws ProblemException if a test does not fit the type of its column
     */
    public static PlanNode apply(Model model, PlanNode root) {
        List<Expression> projections = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        boolean tested = false;
        for (int i = 0; i < root.rowType().fields().size(); i++) {
            Field f = root.rowType().fields().get(i);
            Expression e = new Expression.Column(i, f.name(), f.type(), f.nullable());
            if (model.config().uniqueKey().contains(f.name()) && f.nullable()) {
                e = tested(e, notNull(e), "unique_key of " + f.name(), false);
            }
            Optional<Model.ModelColumn> described = model.columns().stream()
                    .filter(c -> c.name().equalsIgnoreCase(f.name())).findFirst();
            for (DataTest test : described.map(Model.ModelColumn::dataTests).orElse(List.of())) {
                e = tested(e, condition(test, e, described.get()), test.name() + " of " + f.name(),
                        e.nullable() && !(test instanceof DataTest.NotNull));
            }
            tested |= e instanceof Call;
            projections.add(e);
            fields.add(new Field(f.name(), f.type(), e.nullable()));
        }
        return tested ? new PlanNode.Calc(root, Optional.empty(), projections, new FieldType.Struct(fields)) : root;
    }

    private static Expression tested(Expression value, Expression condition, String name, boolean nullable) {
        return new Call(PassedOn.TESTED, List.of(value, condition, new Literal(name, new FieldType.Text(), false)),
                value.type(), nullable);
    }

    private static Expression notNull(Expression e) {
        return new Call("IS NOT NULL", List.of(e), BOOL, false);
    }

    private static Expression condition(DataTest test, Expression e, Model.ModelColumn column) {
        return switch (test) {
            case DataTest.NotNull n -> notNull(e);
            case DataTest.AcceptedValues values -> {
                if (e.type() instanceof FieldType.Struct || e.type() instanceof FieldType.Array
                        || e.type() instanceof FieldType.Mapping) {
                    throw unfit(test, e, column);
                }
                List<Expression> in = new ArrayList<>();
                in.add(e.type() instanceof FieldType.Text
                        ? e
                        : new Call("CAST", List.of(e), new FieldType.Text(), e.nullable()));
                values.values().forEach(v -> in.add(new Literal(v, new FieldType.Text(), false)));
                yield new Call("IN", in, BOOL, e.nullable());
            }
            case DataTest.AcceptedRange range -> {
                boolean number = e.type() instanceof FieldType.Int32 || e.type() instanceof FieldType.Int64
                        || e.type() instanceof FieldType.Decimal || e.type() instanceof FieldType.Float32
                        || e.type() instanceof FieldType.Float64;
                if (!number) {
                    throw unfit(test, e, column);
                }
                List<Expression> bounds = new ArrayList<>();
                range.min().ifPresent(min -> bounds.add(compare(e, range.inclusive() ? ">=" : ">", min)));
                range.max().ifPresent(max -> bounds.add(compare(e, range.inclusive() ? "<=" : "<", max)));
                yield bounds.size() == 1 ? bounds.get(0) : new Call("AND", bounds, BOOL, e.nullable());
            }
        };
    }

    private static Expression compare(Expression e, String operator, BigDecimal bound) {
        BigDecimal value = bound.scale() < 0 ? bound.setScale(0) : bound;
        FieldType type = new FieldType.Decimal(Math.clamp(value.precision(), Math.max(1, value.scale()), 38),
                value.scale());
        return new Call(operator, List.of(e, new Literal(value, type, false)), BOOL, e.nullable());
    }

    private static ProblemException unfit(DataTest test, Expression e, Model.ModelColumn column) {
        return new ProblemException(Problem.at(CheckProblem.OUTPUT_DIFFERS, column.place(), "The test "
                + test.name() + " cannot be made of \"" + column.name() + "\", which is " + TypeText.of(e.type())
                + "."));
    }
}

package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.model.Model;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;

/**
 * With {@code merge: latest_non_null} the rows of a unique key become one, of which each column has the last value that is
 * there.
 *
 * <pre>
 * calc id, name, city         calc id, name, city
 *   scan customers       ->     aggregate by id: LAST_VALUE(name), LAST_VALUE(city)
 *                                 calc id, name, city
 *                                   scan customers
 * </pre>
 */
public final class MergeRows {
    private static final String LAST = "LAST_VALUE";

    private MergeRows() {}

    /** The plan as it is, if rows are not to be merged, or cannot be: a check says so. */
    public static PlanNode apply(Model model, PlanNode plan) {
        FieldType.Struct type = plan.rowType();
        List<Integer> key = model.config().uniqueKey().stream().map(type::indexOf).toList();
        if (model.config().merge().isEmpty() || model.config().keepsVersions() || key.isEmpty() || key.contains(-1)) {
            return plan;
        }
        List<Integer> others = IntStream.range(0, type.fields().size()).filter(i -> !key.contains(i)).boxed().toList();
        List<AggregateCall> calls = new ArrayList<>();
        for (int column : others) {
            Field field = type.fields().get(column);
            calls.add(new AggregateCall(LAST, List.of(column), AggregateCall.Over.ALL, OptionalInt.empty(), List.of(),
                    field.type(), field.nullable()));
        }
        List<Integer> order = Stream.concat(key.stream(), others.stream()).toList();
        PlanNode merged = new PlanNode.Aggregate(plan, key, calls, OptionalInt.empty(),
                new FieldType.Struct(order.stream().map(type.fields()::get).toList()));
        List<Expression> asSelected = IntStream.range(0, order.size()).<Expression>mapToObj(i -> {
            Field field = type.fields().get(i);
            return new Expression.Column(order.indexOf(i), field.name(), field.type(), field.nullable());
        }).toList();
        return new PlanNode.Calc(merged, Optional.empty(), asSelected, type);
    }
}

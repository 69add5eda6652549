package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.List;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/**
 * With {@code materialized: scd2} a model's rows are versions of its unique key.
 *
 * <pre>
 * calc customer, city         versions by customer
 *   scan customers       ->     exchange by customer
 *                                 calc customer, city
 *                                   scan customers
 * </pre>
 */
public final class KeepVersions {
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    /** What stands behind the columns of a version. */
    public static final List<Field> COLUMNS = List.of(Field.required(Model.Config.VALID_FROM, INSTANT),
            Field.optional("valid_to", INSTANT), Field.required("is_current", new FieldType.Bool()));

    private KeepVersions() {}

    /** The plan as it is, if no versions are wanted, or the SELECT leaves no room for them: a check says so. */
    public static Plan apply(Model model, Plan plan) {
        List<Integer> key = model.config().uniqueKey().stream().map(plan.rowType()::indexOf).toList();
        if (!model.config().keepsVersions() || key.isEmpty() || key.contains(-1)
                || COLUMNS.stream().anyMatch(c -> plan.rowType().indexOf(c.name()) >= 0)) {
            return plan;
        }
        List<Field> fields = new ArrayList<>(plan.rowType().fields());
        fields.addAll(COLUMNS);
        PlanNode versions = new PlanNode.Versions(new PlanNode.Exchange(plan.root(), key), key,
                new FieldType.Struct(fields));
        return new Plan(plan.model(), versions, versions.rowType());
    }
}

package millrace.topology.check;

import java.util.List;
import java.util.Optional;
import millrace.schemas.row.Field;
import millrace.topology.plan.Plan;

/** The columns of a result by name, in any case. */
final class Columns {
    private Columns() {}

    static Optional<Field> find(Plan plan, String name) {
        return plan.rowType().fields().stream().filter(f -> f.name().equalsIgnoreCase(name)).findFirst();
    }

    static List<String> names(Plan plan) {
        return plan.rowType().fields().stream().map(Field::name).toList();
    }
}

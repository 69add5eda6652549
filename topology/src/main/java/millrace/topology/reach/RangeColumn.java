package millrace.topology.reach;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.EventTimeColumns;
import millrace.topology.plan.Plan;
import millrace.topology.plan.WindowColumns;

/** Whether a column says to which stretch of time a model's row belongs, so that the stretch can be replaced alone. */
public sealed interface RangeColumn {
    /** This one does. */
    record Of(String name) implements RangeColumn {}

    /** @param because as users would say it: {@code rows are replaced by "id", which does not say when they are of} */
    record None(String because) implements RangeColumn {}

    /**
     * The start of the row's window, else its end or time, else the event time of the record that it comes from. Where rows
     * are replaced, it has to be part of the key: two rows of one key must not lie in two stretches.
     *
     * @param changesBy the columns by which the model's rows are replaced; empty if they stay
     * @param contracts and {@code all} models that there are
     */
    static RangeColumn of(Plan plan, List<String> changesBy, Collection<Contract> contracts, List<Plan> all) {
        List<String> times = times(plan, contracts, all);
        if (times.isEmpty()) {
            return new None("no column is a time that its rows are of");
        }
        Optional<String> found = times.stream().filter(t -> changesBy.isEmpty() || changesBy.contains(t)).findFirst();
        return found.<RangeColumn>map(Of::new).orElseGet(() -> new None("rows are replaced by "
                + String.join(", ", changesBy) + ", which does not say what time they are of"));
    }

    private static List<String> times(Plan plan, Collection<Contract> contracts, List<Plan> all) {
        WindowColumns windows = WindowColumns.of(plan.root(),
                all.stream().collect(Collectors.toMap(Plan::model, Function.identity())));
        Set<Integer> eventTimes = EventTimeColumns.of(contracts, all).of(plan.root());
        List<Field> fields = plan.rowType().fields();
        List<String> times = new ArrayList<>();
        for (WindowColumns.Role role : WindowColumns.Role.values()) {
            for (int i = 0; i < fields.size(); i++) {
                if (isTime(fields.get(i)) && windows.at(i).filter(b -> b.role() == role).isPresent()) {
                    times.add(fields.get(i).name());
                }
            }
        }
        for (int i = 0; i < fields.size(); i++) {
            if (isTime(fields.get(i)) && eventTimes.contains(i) && !times.contains(fields.get(i).name())) {
                times.add(fields.get(i).name());
            }
        }
        return times;
    }

    private static boolean isTime(Field field) {
        return field.type() instanceof FieldType.Timestamp;
    }
}

package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;

/** What keys a topic is in the row, written as the SELECT writes it, and equal only to itself. */
final class EveryKeyIsAColumn {
    private EveryKeyIsAColumn() {}

    static List<Problem> check(Model model, Plan plan) {
        List<Problem> problems = new ArrayList<>();
        Place place = model.config().place("unique_key").orElse(Place.file(model.sqlFile()));
        for (String name : model.config().uniqueKey()) {
            Optional<Field> field = Columns.find(plan, name).filter(f -> f.name().equals(name));
            if (field.isEmpty()) {
                problems.add(Problem.at(CheckProblem.KEY_UNUSABLE, place, model.qualifiedName() + " has no column \""
                        + name + "\"." + Nearest.hint(name, Columns.names(plan))));
            } else if (!canBeKey(field.get().type())) {
                problems.add(Problem.at(CheckProblem.KEY_UNUSABLE, place, "\"" + name + "\" is "
                        + TypeText.of(field.get().type()) + ", which cannot be part of a key."));
            }
        }
        if (model.config().uniqueKey().stream().distinct().count() < model.config().uniqueKey().size()) {
            problems.add(Problem.at(CheckProblem.KEY_UNUSABLE, place, "A column stands twice in unique_key."));
        }
        return problems;
    }

    private static boolean canBeKey(FieldType type) {
        return switch (type) {
            case FieldType.Float32 t -> false;
            case FieldType.Float64 t -> false;
            case FieldType.Struct t -> false;
            case FieldType.Array t -> false;
            case FieldType.Mapping t -> false;
            case FieldType.Bool t -> true;
            case FieldType.Int32 t -> true;
            case FieldType.Int64 t -> true;
            case FieldType.Decimal t -> true;
            case FieldType.Text t -> true;
            case FieldType.Uuid t -> true;
            case FieldType.Bytes t -> true;
            case FieldType.Date t -> true;
            case FieldType.Time t -> true;
            case FieldType.Timestamp t -> true;
        };
    }
}

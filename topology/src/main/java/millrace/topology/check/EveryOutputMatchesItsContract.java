package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;

/** A column that the properties describe is a column of the result, and has the type they say. */
final class EveryOutputMatchesItsContract {
    private EveryOutputMatchesItsContract() {}

    static List<Problem> check(Model model, Plan plan) {
        List<Problem> problems = new ArrayList<>();
        for (Model.ModelColumn column : model.columns()) {
            Optional<Field> field = Columns.find(plan, column.name());
            if (field.isEmpty()) {
                problems.add(Problem.at(CheckProblem.OUTPUT_DIFFERS, column.place(), model.qualifiedName()
                        + " has no column \"" + column.name() + "\"." + Nearest.hint(column.name(),
                                Columns.names(plan))));
                continue;
            }
            column.dataType().ifPresent(text -> {
                Optional<FieldType> promised = TypeText.parse(text);
                if (promised.isEmpty()) {
                    problems.add(Problem.at(CheckProblem.OUTPUT_DIFFERS, column.place(),
                            "\"" + text + "\" is not a type. Expected one such as bigint, text or decimal(12,2)."));
                } else if (!TypeText.of(promised.get()).equals(TypeText.of(field.get().type()))) {
                    problems.add(Problem.at(CheckProblem.OUTPUT_DIFFERS, column.place(), "The properties promise "
                            + TypeText.of(promised.get()) + " for \"" + column.name() + "\", but the SELECT gives "
                            + TypeText.of(field.get().type()) + ". Write CAST(.. AS " + text + ") AS "
                            + field.get().name() + ", or change data_type."));
                }
            });
        }
        return problems;
    }
}

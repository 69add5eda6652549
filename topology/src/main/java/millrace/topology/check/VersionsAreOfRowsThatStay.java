package millrace.topology.check;

import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;
import millrace.topology.rewrite.KeepVersions;

/** A history is made of what was said at a time; what is taken back later was never said, and has no place in it. */
final class VersionsAreOfRowsThatStay {
    private VersionsAreOfRowsThatStay() {}

    static List<Problem> check(Model model, Plan plan, RowChanges changes) {
        if (!model.config().keepsVersions()) {
            return List.of();
        }
        return refusal(model, plan, changes).map(why -> Problem.at(CheckProblem.VERSIONS_UNUSABLE,
                model.config().place("materialized").orElse(Place.file(model.sqlFile())),
                model.qualifiedName() + " cannot keep versions: " + why)).stream().toList();
    }

    private static Optional<String> refusal(Model model, Plan plan, RowChanges changes) {
        if (model.config().uniqueKey().isEmpty()) {
            return Optional.of("nothing says whose they are. Name the columns in unique_key.");
        }
        if (plan.root() instanceof PlanNode.Versions versions) {
            return changes.in(versions.input())
                    ? Optional.of(
                            "it reads rows that may be changed or taken back later. Read a contract, or a model whose "
                                    + "rows stay; or leave materialized out.")
                    : Optional.empty();
        }
        return KeepVersions.COLUMNS.stream().map(Field::name).filter(c -> plan.rowType().indexOf(c) >= 0).findFirst()
                .map(c -> "its SELECT has a column \"" + c + "\", which versions have too. Rename it with AS.");
    }
}

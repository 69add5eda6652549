package millrace.topology.check;

import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;

/** Rows are merged that are of one key, and what they come to has no history of its own. */
final class MergingNeedsAKey {
    private MergingNeedsAKey() {}

    static List<Problem> check(Model model) {
        if (model.config().merge().isEmpty()) {
            return List.of();
        }
        Optional<String> why = model.config().uniqueKey().isEmpty()
                ? Optional.of("nothing says which belong together. Name the columns in unique_key.")
                : model.config().keepsVersions()
                        ? Optional.of("materialized: scd2 keeps every row as it was. Leave merge or materialized out.")
                        : Optional.empty();
        return why.map(w -> Problem.at(CheckProblem.MERGE_UNUSABLE,
                model.config().place("merge").orElse(Place.file(model.sqlFile())),
                model.qualifiedName() + " cannot merge rows: " + w)).stream().toList();
    }
}

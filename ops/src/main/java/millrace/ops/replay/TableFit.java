package millrace.ops.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.topology.function.TypeText;

/** Whether what models give, by the text of a replay, can lie in the tables that are there. Pure. */
final class TableFit {
    private TableFit() {}

    /**
     * A table may get columns, and keep some that no row has any longer.
     *
     * @param now the tables that are there, by model, and {@code then} those that the models would have
     * @throws ProblemException if one cannot go on with what its model gives then
     */
    static void require(Set<String> models, Map<String, TableSpec> now, Map<String, TableSpec> then) {
        List<Problem> problems = new ArrayList<>();
        for (String model : models) {
            TableSpec live = now.get(model);
            TableSpec other = then.get(model);
            if (live == null || other == null) {
                continue; // it is made anew, or nobody lands it
            }
            toldApart(model, live, other).ifPresent(problems::add);
            Map<String, FieldType> types = types(other);
            for (Field field : live.columns().fields()) {
                FieldType type = types.get(field.name());
                if (type == null ? !field.nullable() : !type.equals(field.type())) {
                    problems.add(Problem.of(ReplayProblem.REPLAY_TABLE_DIFFERS, model, "Column " + field.name() + " of "
                            + model + " is " + TypeText.of(field.type()) + (field.nullable() ? "" : " not null")
                            + " in its table, and would be " + (type == null ? "gone" : TypeText.of(type)) + "."));
                }
            }
        }
        requireNone(problems);
    }

    /**
     * A branch has the rows of one model, told apart by one key, and the columns of its table.
     *
     * @throws ProblemException if one would not, or there is none
     */
    static void requireSame(Set<String> models, Map<String, TableSpec> now, Map<String, TableSpec> then) {
        List<Problem> problems = new ArrayList<>();
        if (models.isEmpty()) {
            problems.add(Problem.of(ReplayProblem.REPLAY_SELECTS_NOTHING, "--select",
                    "None of the models that are selected has a table."));
        }
        for (String model : models) {
            TableSpec live = now.get(model);
            TableSpec other = then.get(model);
            if (live == null) {
                problems.add(Problem.of(ReplayProblem.REPLAY_NEVER_RAN, model, "The pipeline that runs has no table "
                        + model + ", which the replay would write a branch of."));
            } else if (toldApart(model, live, other).isPresent()) {
                problems.add(toldApart(model, live, other).get());
            } else if (!types(live).equals(types(other))) {
                problems.add(Problem.of(ReplayProblem.REPLAY_TABLE_DIFFERS, model,
                        "The columns of " + model + " would be " + TypeText.of(other.columns())
                                + ", those of its table are "
                                + TypeText.of(live.columns()) + "."));
            }
        }
        requireNone(problems);
    }

    /** That rows are told apart in another way than those of their table. */
    private static Optional<Problem> toldApart(String model, TableSpec live, TableSpec other) {
        return live.key().equals(other.key()) && live.layout() == other.layout()
                ? Optional.empty()
                : Optional.of(Problem.of(ReplayProblem.REPLAY_TABLE_DIFFERS, model, "The rows of " + model + " are "
                        + words(other) + ", but those of its table are " + words(live) + "."));
    }

    private static void requireNone(List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new ProblemException(problems.stream().map(p -> p.withRemedy(p.code().remedy())).toList());
        }
    }

    private static Map<String, FieldType> types(TableSpec spec) {
        return spec.columns().fields().stream().collect(Collectors.toMap(Field::name, Field::type));
    }

    private static String words(TableSpec spec) {
        return spec.key().isEmpty() ? "kept as they come" : "replaced by " + String.join(", ", spec.key());
    }
}

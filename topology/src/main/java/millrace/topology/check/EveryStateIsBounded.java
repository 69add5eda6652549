package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.model.Model;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;

/** What a step remembers must end some time, or its author must have said that it need not. */
final class EveryStateIsBounded {
    private EveryStateIsBounded() {}

    /** What keeps a number, however many rows come and go. */
    private static final Set<String> SUMS = Set.of("COUNT", "SUM", "AVG");
    /** What gives all values back, and so has to keep them. */
    private static final Set<String> LISTS = Set.of("ARRAY_AGG", "STRING_AGG", "LISTAGG", "COLLECT_SET", "MAP_AGG");

    static List<Problem> check(Model model, Plan plan, RowChanges changes) {
        if (model.config().keepsForever()) {
            return List.of();
        }
        if (model.config().merge().isPresent()) {
            return List.of(Problem.at(CheckProblem.STATE_UNBOUNDED,
                    model.config().place("merge").orElse(Place.file(model.sqlFile())), "merge of "
                            + model.qualifiedName() + " remembers the last values of every "
                            + String.join(", ", model.config().uniqueKey())
                            + " without end, since more may come any time. Say retention: forever in the model's config "
                            + "if that many are wanted."));
        }
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            if (node instanceof PlanNode.MergeAggregate a && a.windowEnd().isEmpty()) {
                // Without groups there is one result, which may yet remember every value that has come.
                Optional<String> kept = a.groups() > 0
                        ? Optional.of((a.calls().isEmpty() ? "remembers" : "keeps a result for") + " every value of "
                                + String.join(", ", a.rowType().fields()
                                        .subList(0, a.groups()).stream().map(Field::name).toList()))
                        : a.calls().stream().filter(c -> remembersValues(c, changes.in(a.input()))).findFirst()
                                .map(c -> "remembers every value of " + text(c, a.callInput()));
                kept.ifPresent(what -> problems
                        .add(problem(model, a.calls().isEmpty() ? "DISTINCT or GROUP BY" : "The aggregate", what)));
            } else if (node instanceof PlanNode.Join j && j.bounds().isEmpty()) {
                problems.add(problem(model, j));
            } else if (node instanceof PlanNode.AsOfJoin j && j.oldest().isEmpty()) {
                problems.add(problem(model, j));
            }
            if (node instanceof PlanNode.Versions v) {
                problems.add(Problem.at(CheckProblem.STATE_UNBOUNDED,
                        model.config().place("materialized").orElse(Place.file(model.sqlFile())),
                        "materialized: scd2 of "
                                + model.qualifiedName() + " remembers the newest version of every "
                                + names(v.input(), v.keys())
                                + " without end, since the next one may come any time. Say "
                                + "retention: forever in the model's config if that many are wanted."));
            }
            if (node instanceof PlanNode.OverAggregate o) {
                over(model, o).ifPresent(problems::add);
            }
            if (node instanceof PlanNode.TopN t && t.windowEnd().isEmpty()) {
                problems.add(problem(model, t));
            }
        });
        return problems;
    }

    private static Problem problem(Model model, PlanNode.Join join) {
        String way = model.config().retention().isPresent()
                ? "Its retention is a distance in event time, so select the event time of both sides in what is joined."
                : "Let the condition say how far apart their event times may be, such as b.ts BETWEEN a.ts AND a.ts + "
                        + "INTERVAL '1' HOUR; or say it for all pairs with retention: 1h in the model's config; or say "
                        + "retention: forever if everything is to be kept.";
        return Problem.at(CheckProblem.STATE_UNBOUNDED, Place.file(model.sqlFile()), "The join of "
                + model.qualifiedName() + " on " + names(join.left(), join.leftKeys()) + " keeps every row of both "
                + "sides without end, since a partner may come any time. " + way);
    }

    private static Problem problem(Model model, PlanNode.AsOfJoin join) {
        return Problem.at(CheckProblem.STATE_UNBOUNDED, Place.file(model.sqlFile()), "The as-of join of "
                + model.qualifiedName() + " keeps the newest version of every " + names(join.right(), join.rightKeys())
                + " without end. Say how old a version may be with retention: 30d in the model's config, or "
                + "retention: forever if that many are wanted.");
    }

    private static String names(PlanNode node, List<Integer> columns) {
        return columns.stream().map(c -> node.rowType().fields().get(c).name()).collect(Collectors.joining(", "));
    }

    private static boolean remembersValues(AggregateCall call, boolean retracting) {
        boolean sums = SUMS.contains(call.function());
        // What was the largest may be taken back, and then the next one is.
        return sums ? call.over() == Over.DISTINCT : retracting || LISTS.contains(call.function());
    }

    private static String text(AggregateCall call, FieldType.Struct input) {
        return call.function() + "(" + (call.over() == Over.DISTINCT ? "DISTINCT " : "") + call.arguments().stream()
                .map(c -> input.fields().get(c).name()).collect(Collectors.joining(", ")) + ")";
    }

    private static Optional<Problem> over(Model model, PlanNode.OverAggregate over) {
        if (over.giving() == PlanNode.OverAggregate.Giving.AS_THEY_COME) {
            return Optional.of(Problem.at(CheckProblem.STATE_UNBOUNDED, Place.file(model.sqlFile()), "OVER of "
                    + model.qualifiedName()
                    + " is not ordered by the event time, ascending and passed on unchanged, so "
                    + "any row may yet change any other: all are remembered without end. Write ORDER BY the event "
                    + "time, or say retention: forever in the model's config if that many are wanted."));
        }
        return over.calls().stream().filter(c -> c.frame().span().isEmpty()).findFirst()
                .map(c -> Problem.at(CheckProblem.STATE_UNBOUNDED, Place.file(model.sqlFile()), c.call().function()
                        + " with OVER of " + model.qualifiedName() + " looks back "
                        + (c.frame().rows().isPresent() ? c.frame().rows().getAsLong() + " rows" : "to the first row")
                        + ", however long ago that was. Write RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT "
                        + "ROW; or say retention: 1h in the model's config, and it looks no further back; or "
                        + "retention: forever if that many are wanted."));
    }

    private static Problem problem(Model model, PlanNode.TopN top) {
        String keys = top.keys().stream().map(k -> top.input().rowType().fields().get(k).name())
                .collect(Collectors.joining(", "));
        return Problem.at(CheckProblem.STATE_UNBOUNDED, Place.file(model.sqlFile()), "ROW_NUMBER of "
                + model.qualifiedName() + " remembers the first rows of "
                + (keys.isEmpty() ? "all that comes" : "every value of " + keys) + " without end. "
                + (top.retention().isPresent()
                        ? "A retention bounds only one row of each, ORDER BY the event time alone. "
                        : "")
                + "PARTITION BY window_start and window_end of TABLE(TUMBLE(..)) too; or, to leave duplicates out, "
                + "ORDER BY the event time, keep the row whose number is 1, and say retention: 1h, or however far apart "
                + "duplicates are; or say retention: forever in the model's config if that many are wanted.");
    }

    private static Problem problem(Model model, String who, String what) {
        return Problem.at(CheckProblem.STATE_UNBOUNDED, Place.file(model.sqlFile()), who + " of "
                + model.qualifiedName() + " " + what + " without end. Group by "
                + "window_start and window_end of TABLE(TUMBLE(..)) too, or say retention: forever in "
                + "the model's config if that many are wanted.");
    }
}

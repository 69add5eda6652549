package millrace.ops.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.ops.project.Schedule;
import millrace.ops.project.Schedule.Action;
import millrace.replay.select.ModelGraph;
import millrace.replay.select.Selection;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.plan.Plan;

/** Whether the tables and models are there that schedules are about. */
final class ScheduleCheck {
    private ScheduleCheck() {}

    static List<Problem> problems(List<Schedule> schedules, Collection<DeployedTable> tables, List<Plan> plans) {
        Set<String> known = new TreeSet<>();
        tables.forEach(t -> known.add(t.name()));
        List<Problem> problems = new ArrayList<>();
        for (Schedule schedule : schedules) {
            List<String> named = new ArrayList<>(switch (schedule.action()) {
                case Action.Cut cut -> cut.tables();
                case Action.Compact compact -> compact.tables();
                case Action.Amend amend -> List.of();
                case Action.Replay replay -> {
                    unknownModels(schedule, replay, plans, problems);
                    yield List.of();
                }
            });
            schedule.complete().ifPresent(named::add);
            named.stream().filter(name -> !known.contains(name)).distinct()
                    .forEach(name -> problems.add(Problem.at(OpsProblem.TABLE_UNKNOWN, Place.file(Project.FILE),
                            "Schedule \"" + schedule.name() + "\" names the table \"" + name
                                    + "\", which the pipeline does not have." + Nearest.hint(name, known))
                            .withRemedy("Its tables are " + String.join(", ", known) + ".")));
        }
        return problems;
    }

    private static void unknownModels(Schedule schedule, Action.Replay replay, List<Plan> plans,
            List<Problem> problems) {
        try {
            new Selection(ModelGraph.of(plans)).of(replay.models(), List.of());
        } catch (ProblemException e) {
            e.problems().forEach(p -> problems.add(Problem.at(p.code(), Place.file(Project.FILE),
                    "Schedule \"" + schedule.name() + "\": " + p.message()).withRemedy(p.code().remedy())));
        }
    }
}

package millrace.topology.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.EventTimeColumns;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/**
 * A window is closed by what is known of event time, so it must be made of event time: of any other column rows could
 * come after their window was given out, and nobody would call them late.
 */
final class WindowsNeedTheEventTime {
    private WindowsNeedTheEventTime() {}

    static List<Problem> check(Model model, Plan plan, List<Plan> below, Collection<Contract> contracts) {
        EventTimeColumns times = new EventTimeColumns(name -> contract(contracts, name).eventTime()
                .map(e -> contract(contracts, name).rowType().indexOf(e.column())), below);
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            if (node instanceof PlanNode.Windows w) {
                check(model, w.input(), w.timeColumn(), times, contracts, problems);
            } else if (node instanceof PlanNode.PartialSession s) {
                check(model, s.input(), s.timeColumn(), times, contracts, problems);
            }
        });
        return problems.stream().distinct().toList();
    }

    private static void check(Model model, PlanNode input, int timeColumn, EventTimeColumns times,
            Collection<Contract> contracts, List<Problem> problems) {
        if (!times.of(input).contains(timeColumn)) {
            problems.add(problem(model, input, timeColumn, times.of(input), contracts));
        }
    }

    private static Problem problem(Model model, PlanNode input, int timeColumn, Set<Integer> times,
            Collection<Contract> contracts) {
        String column = input.rowType().fields().get(timeColumn).name();
        String instead = times.isEmpty()
                ? contracts.stream().map(Contract::eventTime).flatMap(Optional::stream).map(EventTime::column)
                        .distinct().map(c -> "\"" + c + "\"").collect(Collectors.joining(" or "))
                : times.stream().map(t -> "\"" + input.rowType().fields().get(t).name() + "\"")
                        .collect(Collectors.joining(" or "));
        return Problem.at(CheckProblem.WINDOW_NEEDS_EVENT_TIME, Place.file(model.sqlFile()), "The window is made of \""
                + column + "\", which is not the event time. " + (instead.isEmpty()
                        ? "The contract names none: say eventTime under its customProperties."
                        : "Expected DESCRIPTOR of " + instead + ", as the contract gives it."));
    }

    private static Contract contract(Collection<Contract> contracts, String name) {
        return contracts.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }
}

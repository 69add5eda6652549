package millrace.topology.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
        EventTimeColumns times = EventTimeColumns.of(contracts, below);
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            if (node instanceof PlanNode.Windows w && !times.of(w.input()).contains(w.timeColumn())) {
                problems.add(problem(model, w.input(), w.timeColumn(), eventTimes(w.input(), times, below, contracts)));
            } else if (node instanceof PlanNode.PartialSession s && !times.of(s.input()).contains(s.timeColumn())) {
                problems.add(problem(model, s.input(), s.timeColumn(), eventTimes(s.input(), times, below, contracts)));
            } else if (node instanceof PlanNode.AsOfJoin j) {
                asOf(model, j.left(), j.leftTime(), times).ifPresent(problems::add);
                asOf(model, j.right(), j.rightTime(), times).ifPresent(problems::add);
            } else if (node instanceof PlanNode.Deduplicate d && !times.of(d.input()).contains(d.timeColumn())) {
                problems.add(deduplication(model, d, eventTimes(d.input(), times, below, contracts)));
            }
        });
        return problems.stream().distinct().toList();
    }

    private static Optional<Problem> asOf(Model model, PlanNode side, int timeColumn, EventTimeColumns times) {
        return times.of(side).contains(timeColumn)
                ? Optional.empty()
                : Optional.of(Problem.at(CheckProblem.WINDOW_NEEDS_EVENT_TIME, Place.file(model.sqlFile()),
                        "An as-of join compares \"" + side.rowType().fields().get(timeColumn).name()
                                + "\", which is not the event time of its side. Which version was valid then would "
                                + "never be certain. " + changelog(side).orElse(
                                        "Compare the event times of both sides, passed on unchanged.")));
    }

    /** As the sources that are read call it, whether or not this plan reads it. */
    private static Set<String> eventTimes(PlanNode input, EventTimeColumns times, List<Plan> below,
            Collection<Contract> contracts) {
        Set<String> names = new TreeSet<>();
        PlanWalk.nodes(input, node -> {
            if (node instanceof PlanNode.Scan scan) {
                switch (scan.kind()) {
                    case CONTRACT -> contract(contracts, scan.source()).eventTime().map(EventTime::column)
                            .ifPresent(names::add);
                    case MODEL -> below.stream().filter(p -> p.model().equals(scan.source())).forEach(p -> times
                            .of(p.root()).forEach(t -> names.add(p.rowType().fields().get(t).name())));
                }
            }
        });
        return names;
    }

    private static Problem deduplication(Model model, PlanNode.Deduplicate d, Set<String> names) {
        return Problem.at(CheckProblem.WINDOW_NEEDS_EVENT_TIME, Place.file(model.sqlFile()), "Duplicates are left out "
                + "in the order of \"" + d.input().rowType().fields().get(d.timeColumn()).name()
                + "\", which is not the event time, so nothing says when a retention has passed. " + (names.isEmpty()
                        ? "What is read has no event time: say retention: forever in the model's config."
                        : "Write ORDER BY " + String.join(" or ", names) + ", passed on unchanged, or say "
                                + "retention: forever in the model's config."));
    }

    private static Problem problem(Model model, PlanNode input, int timeColumn, Set<String> names) {
        String column = input.rowType().fields().get(timeColumn).name();
        return Problem.at(CheckProblem.WINDOW_NEEDS_EVENT_TIME, Place.file(model.sqlFile()), "The window is made of \""
                + column + "\", which is not the event time. " + changelog(input).orElseGet(() -> names.isEmpty()
                        ? "What is read has none: say eventTime under the customProperties of its contract, and pass "
                                + "that column on unchanged."
                        : "Expected DESCRIPTOR of " + names.stream().map(n -> "\"" + n + "\"")
                                .collect(Collectors.joining(" or ")) + ", passed on unchanged."));
    }

    /** What to do instead, if rows are of a changelog: whatever time they say, they may change or go at any other. */
    private static Optional<String> changelog(PlanNode input) {
        return PlanWalk.changelogs(input).stream().findFirst().map(name -> "The rows of " + name
                + ", a contract of kind changelog, have none: "
                + "whatever they say, they may change or go at any other time. Join or aggregate them without a window, "
                + "or read a contract of kind event.");
    }

    private static Contract contract(Collection<Contract> contracts, String name) {
        return contracts.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }
}

package millrace.topology.plan;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import millrace.schemas.contract.Contract;

/** Which columns of a step hold the event time of its rows, passed on unchanged from the contract. */
public final class EventTimeColumns {
    private final Function<String, Optional<Integer>> contracts;
    private final Map<String, Plan> plans = new HashMap<>();

    /**
     * @param contracts position of the event time in a contract's row, by its name
     * @param plans of the models that are read
     */
    public EventTimeColumns(Function<String, Optional<Integer>> contracts, List<Plan> plans) {
        this.contracts = contracts;
        plans.forEach(p -> this.plans.put(p.model(), p));
    }

    /** Of contracts and of the models that are read. */
    public static EventTimeColumns of(Collection<Contract> contracts, List<Plan> plans) {
        Map<String, Contract> byName = new HashMap<>();
        contracts.forEach(c -> byName.put(c.name(), c));
        return new EventTimeColumns(name -> byName.get(name).eventTime()
                .map(e -> byName.get(name).rowType().indexOf(e.column())), plans);
    }

    /** Positions in the rows of a step. */
    public Set<Integer> of(PlanNode node) {
        Set<Integer> found = new HashSet<>();
        switch (node) {
            case PlanNode.Scan scan -> {
                Set<Integer> whole = switch (scan.kind()) {
                    case CONTRACT -> contracts.apply(scan.source()).map(Set::of).orElse(Set.of());
                    case MODEL -> of(plans.get(scan.source()).root());
                };
                for (int i = 0; i < scan.columns().size(); i++) {
                    if (whole.contains(scan.columns().get(i))) {
                        found.add(i);
                    }
                }
            }
            case PlanNode.Calc calc -> {
                Set<Integer> below = of(calc.input());
                for (int i = 0; i < calc.projections().size(); i++) {
                    if (calc.projections().get(i) instanceof Expression.Column c && below.contains(c.index())) {
                        found.add(i);
                    }
                }
            }
            case PlanNode.Union union -> {
                found.addAll(of(union.inputs().get(0)));
                union.inputs().forEach(i -> found.retainAll(of(i)));
            }
            case PlanNode.Windows windows -> found.addAll(of(windows.input()));
            // Given out with their window; or whenever others come or go, when windows above may be long closed.
            case PlanNode.TopN top -> {
                if (top.windowEnd().isPresent()) {
                    found.addAll(windowTimes(top, top.input().rowType().fields().size()));
                }
            }
            case PlanNode.Deduplicate d -> {
                if (d.keep() == PlanNode.Deduplicate.Keep.FIRST) {
                    found.addAll(of(d.input()));
                }
            }
            // Given out whenever a newer record comes, when windows above may be long closed.
            case PlanNode.Newest n -> {}
            case PlanNode.Versions v -> {}
            case PlanNode.OverAggregate o -> {
                if (o.giving() == PlanNode.OverAggregate.Giving.WHEN_PASSED) {
                    found.addAll(of(o.input()));
                }
            }
            case PlanNode.Exchange exchange -> found.addAll(of(exchange.input()));
            case PlanNode.OnTime onTime -> found.addAll(of(onTime.input()));
            case PlanNode.Unnest unnest -> found.addAll(of(unnest.input()));
            case PlanNode.Join join -> join.bounds().ifPresent(b -> {
                int width = join.left().rowType().fields().size();
                if (!join.kind().keepsRight()) {
                    found.addAll(at(join.left(), b.left()));
                }
                if (join.kind().pairs() && !join.kind().keepsLeft()) {
                    at(join.right(), b.right()).forEach(c -> found.add(width + c));
                }
            });
            case PlanNode.AsOfJoin join -> found.add(join.leftTime());
            case PlanNode.SessionAggregate s -> found.add(s.groups().size() + WindowColumns.Role.TIME.ordinal());
            case PlanNode.MergeSession m -> found.add(m.groups() + WindowColumns.Role.TIME.ordinal());
            case PlanNode.PartialSession p -> {}
            case PlanNode.Aggregate a -> found.addAll(windowTimes(a, a.groups().size()));
            case PlanNode.PartialAggregate a -> found.addAll(windowTimes(a, a.groups().size()));
            case PlanNode.MergeAggregate a -> found.addAll(windowTimes(a, a.groups()));
        }
        return found;
    }

    /**
     * The columns that are a moment. A side of a join may have other event times, if it comes from a join itself, but only
     * of this one is it known how old it can be when a pair is given.
     */
    private Set<Integer> at(PlanNode side, JoinBounds.Moment moment) {
        if (moment.offset() == 0) {
            return Set.of(moment.column());
        }
        WindowColumns bounds = WindowColumns.of(side);
        Set<Integer> found = new HashSet<>();
        for (int column : of(side)) {
            if (bounds.at(column).isPresent() && bounds.at(column).map(WindowColumns.Bound::spec)
                    .equals(bounds.at(moment.column()).map(WindowColumns.Bound::spec))) {
                found.add(column);
            }
        }
        return found;
    }

    /** The row of a window has the window's last millisecond as its time. */
    private static Set<Integer> windowTimes(PlanNode node, int groups) {
        Set<Integer> found = new HashSet<>();
        WindowColumns bounds = WindowColumns.of(node);
        for (int i = 0; i < groups; i++) {
            if (bounds.at(i).filter(b -> b.role() == WindowColumns.Role.TIME).isPresent()) {
                found.add(i);
            }
        }
        return found;
    }
}

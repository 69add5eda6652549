package millrace.topology.plan;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import millrace.schemas.contract.Contract;

/**
 * Which steps change or take back rows that they have given out, among the plans of one pipeline. A window's result
 * changes if a source lets rows amend it after it was given out; a result without a window changes with every row. A
 * row without a partner is given out when none can come any more, unless rows may amend that; without bounds it is given
 * at once, and taken back when a partner comes.
 */
public final class RowChanges {
    private final Map<String, Plan> plans = new HashMap<>();
    private final Set<String> amending;

    /**
     * @param amending contracts whose allowed lateness is longer than their disorder
     * @param plans of the models that are read
     */
    public RowChanges(Set<String> amending, List<Plan> plans) {
        this.amending = Set.copyOf(amending);
        plans.forEach(p -> this.plans.put(p.model(), p));
    }

    /** Of contracts and of the models that are read. */
    public static RowChanges of(Collection<Contract> contracts, List<Plan> plans) {
        return new RowChanges(contracts.stream().filter(Contract::allowsAmendments).map(Contract::name)
                .collect(Collectors.toSet()), plans);
    }

    /** Whether rows of this step may be changed or taken back later. */
    public boolean in(PlanNode node) {
        return switch (node) {
            case PlanNode.Scan scan -> scan.kind() == PlanNode.Scan.Kind.MODEL && in(plans.get(scan.source()).root());
            case PlanNode.Aggregate a -> aggregate(a, a.windowEnd().isPresent(), a.calls());
            case PlanNode.MergeAggregate a -> aggregate(a, a.windowEnd().isPresent(), a.calls());
            case PlanNode.SessionAggregate s -> aggregate(s, true);
            case PlanNode.MergeSession m -> aggregate(m, true);
            case PlanNode.PartialSession p -> in(p.input());
            case PlanNode.Calc c -> in(c.input());
            case PlanNode.Windows w -> in(w.input());
            case PlanNode.PartialAggregate p -> in(p.input());
            case PlanNode.Exchange e -> in(e.input());
            case PlanNode.TopN t -> aggregate(t, t.windowEnd().isPresent());
            case PlanNode.Deduplicate d -> aggregate(d, d.keep() == PlanNode.Deduplicate.Keep.FIRST);
            case PlanNode.Newest n -> true;
            case PlanNode.Versions v -> true;
            case PlanNode.OverAggregate o -> aggregate(o, o.giving() == PlanNode.OverAggregate.Giving.WHEN_PASSED);
            case PlanNode.Union u -> u.inputs().stream().anyMatch(this::in);
            case PlanNode.OnTime o -> in(o.input());
            case PlanNode.Unnest u -> in(u.input());
            case PlanNode.Join j -> in(j.left()) || in(j.right()) || (j.kind().keepsLeft() || j.kind().keepsRight())
                    && (j.bounds().isEmpty() || !amendingBelow(j).isEmpty());
            case PlanNode.AsOfJoin j -> in(j.left()) || in(j.right()) || !amendingBelow(j).isEmpty();
        };
    }

    /** Without calls a group's row is the group itself: more rows of it change nothing. */
    private boolean aggregate(PlanNode aggregate, boolean inWindows, List<AggregateCall> calls) {
        return !inWindows && calls.isEmpty() ? in(aggregate.inputs().get(0)) : aggregate(aggregate, inWindows);
    }

    private boolean aggregate(PlanNode aggregate, boolean inWindows) {
        return !inWindows || !amendingBelow(aggregate).isEmpty() || in(aggregate.inputs().get(0));
    }

    /** The contracts below whose rows may amend what was given out. */
    public Set<String> amendingBelow(PlanNode node) {
        Set<String> found = new TreeSet<>();
        if (node instanceof PlanNode.Scan scan) {
            switch (scan.kind()) {
                case CONTRACT -> {
                    if (amending.contains(scan.source())) {
                        found.add(scan.source());
                    }
                }
                case MODEL -> found.addAll(amendingBelow(plans.get(scan.source()).root()));
            }
        }
        node.inputs().forEach(i -> found.addAll(amendingBelow(i)));
        return found;
    }
}

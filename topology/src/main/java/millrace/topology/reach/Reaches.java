package millrace.topology.reach;

import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.topology.plan.OverCall;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.WindowSpec;

/**
 * How far models look at what they read, step by step. A row's moment is any of the event times that it has: of a window's
 * row its start as well as its end, of a pair's that of either side.
 */
public final class Reaches {
    private final SortedMap<String, Reach> found = new TreeMap<>();

    private Reaches() {}

    /** By the name of each contract and model that a model reads itself. */
    public static SortedMap<String, Reach> of(Plan plan) {
        Reaches reaches = new Reaches();
        reaches.visit(plan.root(), Reach.NONE);
        return reaches.found;
    }

    /**
     * By the name of each contract that a model is computed from, through whatever models.
     *
     * @param all that there are, the model among them
     */
    public static SortedMap<String, Reach> toContracts(Plan plan, Collection<Plan> all) {
        Map<String, Plan> byName = all.stream().collect(Collectors.toMap(Plan::model, Function.identity()));
        SortedMap<String, Reach> contracts = new TreeMap<>();
        toContracts(plan, Reach.NONE, byName, contracts);
        return contracts;
    }

    private static void toContracts(Plan plan, Reach sofar, Map<String, Plan> byName,
            SortedMap<String, Reach> contracts) {
        of(plan).forEach((source, reach) -> {
            Reach through = sofar.plus(reach);
            Plan model = byName.get(source);
            if (model == null) {
                contracts.merge(source, through, Reach::or);
            } else {
                toContracts(model, through, byName, contracts);
            }
        });
    }

    private void visit(PlanNode node, Reach above) {
        switch (node) {
            case PlanNode.Scan scan -> found.merge(scan.source(), above, Reach::or);
            case PlanNode.Join join -> {
                visit(join.left(), above.plus(ofLeft(join)));
                visit(join.right(), above.plus(ofRight(join)));
            }
            case PlanNode.AsOfJoin join -> {
                visit(join.left(), above);
                visit(join.right(), above.plus(Reach.back(
                        orAnywhere(join.oldest(), "an as-of join that takes a row of any age"))));
            }
            default -> node.inputs().forEach(input -> visit(input, above.plus(ofOne(node))));
        }
    }

    private static Reach ofLeft(PlanNode.Join join) {
        return join.bounds().map(b -> between(b.after(), b.before())).orElseGet(Reaches::ofJoinForEver);
    }

    private static Reach ofRight(PlanNode.Join join) {
        return join.bounds().map(b -> between(b.before(), b.after())).orElseGet(Reaches::ofJoinForEver);
    }

    /** Where one row of a pair can be, seen from the other, which may be negative, and from itself. */
    private static Reach between(long before, long after) {
        return new Reach(Distance.of(Math.max(0, before)), Distance.of(Math.max(0, after)));
    }

    private static Reach ofJoinForEver() {
        return anywhere("a join that keeps its rows for good");
    }

    /** Of a step with one input. */
    private static Reach ofOne(PlanNode node) {
        return switch (node) {
            case PlanNode.Windows windows -> Reach.around(Distance.of(size(windows.spec())));
            case PlanNode.Aggregate a -> group(a.windowEnd().isPresent());
            case PlanNode.PartialAggregate a -> Reach.NONE;
            case PlanNode.MergeAggregate a -> group(a.windowEnd().isPresent());
            case PlanNode.SessionAggregate s -> session();
            case PlanNode.PartialSession s -> Reach.NONE;
            case PlanNode.MergeSession s -> session();
            case PlanNode.TopN top -> top.windowEnd().isPresent()
                    ? Reach.NONE
                    : anywhere("the first rows of a key without a window");
            case PlanNode.Deduplicate d -> switch (d.keep()) {
                case FIRST -> Reach.back(Distance.of(d.retention()));
                case LAST -> Reach.ahead(Distance.of(d.retention()));
            };
            case PlanNode.Newest newest -> anywhere("a changelog, whose rows stay until they change");
            case PlanNode.Versions versions -> anywhere("scd2, where each version ends with the next");
            case PlanNode.OverAggregate over -> over(over);
            case PlanNode.Scan s -> Reach.NONE;
            case PlanNode.Calc c -> Reach.NONE;
            case PlanNode.Union u -> Reach.NONE;
            case PlanNode.Exchange e -> Reach.NONE;
            case PlanNode.OnTime o -> Reach.NONE;
            case PlanNode.Unnest u -> Reach.NONE;
            case PlanNode.Join j -> throw new IllegalArgumentException("a join has two inputs");
            case PlanNode.AsOfJoin j -> throw new IllegalArgumentException("a join has two inputs");
        };
    }

    private static Reach group(boolean ofWindow) {
        return ofWindow ? Reach.NONE : anywhere("a group without a window");
    }

    private static Reach session() {
        return anywhere("sessions, which may be of any length");
    }

    private static long size(WindowSpec spec) {
        return switch (spec) {
            case WindowSpec.Tumble tumble -> tumble.size();
            case WindowSpec.Hop hop -> hop.size();
            case WindowSpec.Cumulate cumulate -> cumulate.size();
            case WindowSpec.Session session -> throw new IllegalArgumentException("a session has no size");
        };
    }

    /** Rows that are given as time passes look back alone; others change with those that come to lie before them. */
    private static Reach over(PlanNode.OverAggregate over) {
        String because = "OVER without a span of time";
        return switch (over.giving()) {
            case AS_THEY_COME -> anywhere(because);
            case WHEN_PASSED -> Reach.back(over.calls().stream().map(OverCall::frame)
                    .map(frame -> orAnywhere(frame.span(), because)).reduce(Distance.NONE, Distance::or));
        };
    }

    private static Distance orAnywhere(OptionalLong micros, String because) {
        return micros.isPresent() ? Distance.of(micros.getAsLong()) : new Distance.Anywhere(because);
    }

    private static Reach anywhere(String because) {
        return Reach.around(new Distance.Anywhere(because));
    }
}

package millrace.topology.reach;

import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.OverCall;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.WindowSpec;

/**
 * How far models look at what they read, step by step. A row's moment is any of the event times that it has: of a window's
 * row its start as well as its end, of a pair's that of either side. Where rows have several, what follows from one of them
 * is as much further as they can lie apart.
 *
 * <p>
 * This is about rows that count. Which rows come too late follows from all records before them in their partition,
 * whatever their event time: a replay reads every record between two offsets.
 */
public final class Reaches {
    private static final String SESSIONS = "sessions, which may be of any length";
    private static final String VERSIONS = "scd2, where each version ends with the next";
    private static final String JOIN_FOR_EVER = "a join that keeps its rows for good";

    private final Map<String, Plan> models;
    private final SortedMap<String, Reach> found = new TreeMap<>();

    private Reaches(Map<String, Plan> models) {
        this.models = models;
    }

    /**
     * By the name of each contract and model that a model reads itself.
     *
     * @param all models that there are, the model among them
     */
    public static SortedMap<String, Reach> of(Plan plan, Collection<Plan> all) {
        return of(plan, byName(all));
    }

    private static SortedMap<String, Reach> of(Plan plan, Map<String, Plan> models) {
        Reaches reaches = new Reaches(models);
        reaches.visit(plan.root(), Reach.NONE);
        return reaches.found;
    }

    /** By the name of each contract that a model is computed from, through whatever models; as the other. */
    public static SortedMap<String, Reach> toContracts(Plan plan, Collection<Plan> all) {
        SortedMap<String, Reach> contracts = new TreeMap<>();
        toContracts(plan, Reach.NONE, byName(all), contracts);
        return contracts;
    }

    private static Map<String, Plan> byName(Collection<Plan> plans) {
        return plans.stream().collect(Collectors.toMap(Plan::model, Function.identity()));
    }

    private static void toContracts(Plan plan, Reach sofar, Map<String, Plan> models,
            SortedMap<String, Reach> contracts) {
        of(plan, models).forEach((source, reach) -> {
            Reach through = sofar.plus(reach);
            Plan model = models.get(source);
            if (model == null) {
                contracts.merge(source, through, Reach::or);
            } else {
                toContracts(model, through, models, contracts);
            }
        });
    }

    private void visit(PlanNode node, Reach above) {
        switch (node) {
            case PlanNode.Scan scan -> found.merge(scan.source(), above, Reach::or);
            case PlanNode.Join join -> {
                Reach apart = Reach.around(spread(join.left()).plus(spread(join.right())));
                visit(join.left(), above.plus(ofLeft(join)).plus(apart));
                visit(join.right(), above.plus(ofRight(join)).plus(apart));
            }
            case PlanNode.AsOfJoin join -> {
                Reach apart = Reach.around(spread(join.left()).plus(spread(join.right())));
                visit(join.left(), above.plus(Reach.ahead(oldest(join))).plus(apart));
                visit(join.right(), above.plus(Reach.back(oldest(join))).plus(apart));
            }
            default -> node.inputs().forEach(input -> visit(input, above.plus(ofOne(node, spread(input)))));
        }
    }

    /** How far apart the event times of one row can lie. */
    private Distance spread(PlanNode node) {
        if (node.rowType().fields().stream().filter(f -> f.type() instanceof FieldType.Timestamp).count() < 2) {
            return Distance.NONE;
        }
        return switch (node) {
            case PlanNode.Scan scan -> models.containsKey(scan.source())
                    ? spread(models.get(scan.source()).root())
                    : Distance.NONE;
            case PlanNode.Windows windows -> spread(windows.input()).plus(Distance.of(size(windows.spec())));
            case PlanNode.Join join -> spread(join.left()).plus(spread(join.right())).plus(join.bounds()
                    .map(b -> Distance.of(Math.max(Math.abs(b.before()), Math.abs(b.after()))))
                    .orElseGet(() -> new Distance.Anywhere(JOIN_FOR_EVER)));
            case PlanNode.AsOfJoin join -> spread(join.left()).plus(spread(join.right())).plus(oldest(join));
            case PlanNode.SessionAggregate s -> new Distance.Anywhere(SESSIONS);
            case PlanNode.MergeSession s -> new Distance.Anywhere(SESSIONS);
            case PlanNode.Versions v -> new Distance.Anywhere(VERSIONS);
            default -> node.inputs().stream().map(this::spread).reduce(Distance.NONE, Distance::or);
        };
    }

    private static Distance oldest(PlanNode.AsOfJoin join) {
        return orAnywhere(join.oldest(), "an as-of join that takes a row of any age");
    }

    private static Reach ofLeft(PlanNode.Join join) {
        return join.bounds().map(b -> between(b.after(), b.before())).orElseGet(() -> anywhere(JOIN_FOR_EVER));
    }

    private static Reach ofRight(PlanNode.Join join) {
        return join.bounds().map(b -> between(b.before(), b.after())).orElseGet(() -> anywhere(JOIN_FOR_EVER));
    }

    /** Where one row of a pair can be, seen from the other, which may be negative, and from itself. */
    private static Reach between(long before, long after) {
        return new Reach(Distance.of(Math.max(0, before)), Distance.of(Math.max(0, after)));
    }

    /**
     * Of a step with one input, or several that are alike.
     *
     * @param spread of its rows
     */
    private static Reach ofOne(PlanNode node, Distance spread) {
        Reach apart = Reach.around(spread.plus(spread));
        return switch (node) {
            case PlanNode.Windows windows -> Reach.around(spread.plus(Distance.of(size(windows.spec()))));
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
                case FIRST -> Reach.back(Distance.of(d.retention())).plus(apart);
                case LAST -> Reach.ahead(Distance.of(d.retention())).plus(apart);
            };
            case PlanNode.Newest newest -> anywhere("a changelog, whose rows stay until they change");
            case PlanNode.Versions versions -> anywhere(VERSIONS);
            case PlanNode.OverAggregate over -> over(over).plus(apart);
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
        return anywhere(SESSIONS);
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

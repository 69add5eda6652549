package millrace.topology.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which columns of a plan's node are bounds of windows: what {@link PlanNode.Windows} gave, as far up as it is passed on
 * unchanged.
 */
public record WindowColumns(List<Optional<Bound>> columns) {
    /** @param spec of the windows that the column bounds */
    public record Bound(Role role, WindowSpec spec) {}

    /** What a column says of its row's window. */
    public enum Role {
        START, END, TIME
    }

    public WindowColumns {
        columns = Collections.unmodifiableList(new ArrayList<>(columns));
    }

    /** What a column bounds, if it does. */
    public Optional<Bound> at(int column) {
        return columns.get(column);
    }

    /** Of what is put into windows by the plan itself. */
    public static WindowColumns of(PlanNode node) {
        return of(node, Map.of());
    }

    /**
     * Also of what models that are read have put into windows.
     *
     * @param models by name
     */
    public static WindowColumns of(PlanNode node, Map<String, Plan> models) {
        return new WindowColumns(columns(node, models));
    }

    private static List<Optional<Bound>> columns(PlanNode node, Map<String, Plan> models) {
        return switch (node) {
            case PlanNode.Scan scan -> {
                Plan model = models.get(scan.source());
                if (model == null) {
                    yield nothing(scan);
                }
                List<Optional<Bound>> whole = columns(model.root(), models);
                yield scan.columns().stream().map(whole::get).toList();
            }
            case PlanNode.Calc calc -> {
                List<Optional<Bound>> below = columns(calc.input(), models);
                yield calc.projections().stream()
                        .map(e -> e instanceof Expression.Column c ? below.get(c.index()) : Optional.<Bound>empty())
                        .toList();
            }
            case PlanNode.Windows windows -> {
                List<Optional<Bound>> all = new ArrayList<>(
                        Collections.nCopies(windows.startColumn(), Optional.empty()));
                for (Role role : Role.values()) {
                    all.add(Optional.of(new Bound(role, windows.spec())));
                }
                yield all;
            }
            case PlanNode.Aggregate a -> {
                List<Optional<Bound>> below = columns(a.input(), models);
                List<Optional<Bound>> all = nothing(a);
                for (int i = 0; i < a.groups().size(); i++) {
                    all.set(i, below.get(a.groups().get(i)));
                }
                yield all;
            }
            case PlanNode.Union union -> {
                List<Optional<Bound>> all = nothing(union);
                List<List<Optional<Bound>>> below = union.inputs().stream().map(i -> columns(i, models)).toList();
                for (int i = 0; i < all.size(); i++) {
                    int column = i;
                    if (below.stream().map(b -> b.get(column)).distinct().count() == 1) {
                        all.set(i, below.get(0).get(i));
                    }
                }
                yield all;
            }
            case PlanNode.PartialAggregate a -> {
                List<Optional<Bound>> below = columns(a.input(), models);
                List<Optional<Bound>> all = nothing(a);
                for (int i = 0; i < a.groups().size(); i++) {
                    all.set(i, below.get(a.groups().get(i)));
                }
                yield all;
            }
            case PlanNode.MergeAggregate a -> {
                List<Optional<Bound>> all = nothing(a);
                List<Optional<Bound>> below = columns(a.input(), models);
                for (int i = 0; i < a.groups(); i++) {
                    all.set(i, below.get(i));
                }
                yield all;
            }
            case PlanNode.TopN t -> t.windowEnd().isPresent() ? first(t, columns(t.input(), models)) : nothing(t);
            case PlanNode.Newest n -> nothing(n);
            case PlanNode.Versions v -> nothing(v);
            case PlanNode.OverAggregate o -> o.giving() == PlanNode.OverAggregate.Giving.WHEN_PASSED
                    ? first(o, columns(o.input(), models))
                    : nothing(o);
            case PlanNode.Deduplicate d -> d.keep() == PlanNode.Deduplicate.Keep.FIRST
                    ? columns(d.input(), models)
                    : nothing(d);
            case PlanNode.SessionAggregate s -> sessions(s, s.groups().size(), s.gap());
            case PlanNode.MergeSession m -> sessions(m, m.groups(), m.gap());
            case PlanNode.PartialSession p -> nothing(p);
            case PlanNode.Exchange e -> columns(e.input(), models);
            case PlanNode.OnTime o -> columns(o.input(), models);
            case PlanNode.Unnest unnest -> first(unnest, columns(unnest.input(), models));
            case PlanNode.Join join -> join(join, models);
            case PlanNode.AsOfJoin join ->
                joins(join.left()) ? nothing(join) : first(join, columns(join.left(), models));
        };
    }

    /**
     * A window that a row of a join is of has not been closed yet only if the join's bounds are made of it, or of the time
     * that the window is of.
     */
    private static List<Optional<Bound>> join(PlanNode.Join join, Map<String, Plan> models) {
        List<Optional<Bound>> all = nothing(join);
        join.bounds().ifPresent(b -> {
            if (!join.kind().keepsRight()) {
                put(join.left(), b.left(), 0, all, models);
            }
            if (join.kind().pairs() && !join.kind().keepsLeft()) {
                put(join.right(), b.right(), join.left().rowType().fields().size(), all,
                        models);
            }
        });
        return all;
    }

    private static void put(PlanNode side, JoinBounds.Moment moment, int from, List<Optional<Bound>> into,
            Map<String, Plan> models) {
        List<Optional<Bound>> below = columns(side, models);
        Optional<WindowSpec> spec = below.get(moment.column()).map(Bound::spec);
        for (int i = 0; i < below.size(); i++) {
            Optional<Bound> bound = below.get(i);
            if (bound.isPresent() && (bound.map(Bound::spec).equals(spec) || !joins(side))) {
                into.set(from + i, bound);
            }
        }
    }

    private static boolean joins(PlanNode node) {
        return node instanceof PlanNode.Join || node instanceof PlanNode.AsOfJoin
                || node.inputs().stream().anyMatch(WindowColumns::joins);
    }

    private static List<Optional<Bound>> first(PlanNode node, List<Optional<Bound>> below) {
        List<Optional<Bound>> all = nothing(node);
        for (int i = 0; i < below.size(); i++) {
            all.set(i, below.get(i));
        }
        return all;
    }

    private static List<Optional<Bound>> sessions(PlanNode node, int groups, long gap) {
        List<Optional<Bound>> all = nothing(node);
        WindowSpec spec = new WindowSpec.Session(gap, List.of());
        for (Role role : Role.values()) {
            all.set(groups + role.ordinal(), Optional.of(new Bound(role, spec)));
        }
        return all;
    }

    private static List<Optional<Bound>> nothing(PlanNode node) {
        return new ArrayList<>(Collections.nCopies(node.rowType().fields().size(), Optional.empty()));
    }
}

package millrace.topology.explain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import millrace.schemas.row.Field;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Expression;
import millrace.topology.plan.OverCall;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/**
 * Which columns a model's result comes from.
 *
 * @param columns for each column of the result, in order, what its values are computed from
 * @param reads everything that is read at all: what {@code columns} say, and what conditions need
 */
public record Lineage(Map<String, Set<SourceColumn>> columns, Set<SourceColumn> reads) {

    /** A column of a contract or a model, by the names they have in the plan. */
    public record SourceColumn(String source, String column) implements Comparable<SourceColumn> {
        @Override
        public int compareTo(SourceColumn o) {
            int c = source.compareTo(o.source);
            return c != 0 ? c : column.compareTo(o.column);
        }

        @Override
        public String toString() {
            return source + "." + column;
        }
    }

    /** What one model takes from the contracts and models that it names. */
    public static Lineage of(Plan plan) {
        Set<SourceColumn> reads = new TreeSet<>();
        List<Set<SourceColumn>> byPosition = walk(plan.root(), reads);
        Map<String, Set<SourceColumn>> columns = new LinkedHashMap<>();
        for (int i = 0; i < byPosition.size(); i++) {
            columns.put(plan.rowType().fields().get(i).name(), byPosition.get(i));
        }
        return new Lineage(columns, reads);
    }

    /** The same through all models in between, so that only columns of contracts are left. */
    public static Lineage toContracts(Plan plan, Collection<Plan> plans) {
        Lineage direct = of(plan);
        Map<String, Lineage> lower = new LinkedHashMap<>();
        plans.stream().filter(p -> direct.reads.stream().anyMatch(c -> c.source().equals(p.model())))
                .forEach(p -> lower.put(p.model(), toContracts(p, plans)));
        Map<String, Set<SourceColumn>> columns = new LinkedHashMap<>();
        direct.columns.forEach((name, sources) -> columns.put(name, lowered(sources, lower)));
        Set<SourceColumn> reads = lowered(direct.reads, lower);
        lower.forEach((model, lineage) -> reads.addAll(lineage.reads()));
        return new Lineage(columns, reads);
    }

    /** The models that read a column of a contract, directly or through other models. */
    public static List<String> readersOf(String contract, String column, Collection<Plan> plans) {
        SourceColumn wanted = new SourceColumn(contract, column);
        return plans.stream().filter(p -> toContracts(p, plans).reads().contains(wanted)).map(Plan::model).toList();
    }

    private static Set<SourceColumn> lowered(Set<SourceColumn> sources, Map<String, Lineage> lower) {
        Set<SourceColumn> out = new TreeSet<>();
        for (SourceColumn c : sources) {
            Lineage below = lower.get(c.source());
            if (below == null) {
                out.add(c);
            } else {
                out.addAll(below.columns().getOrDefault(c.column(), Set.of()));
            }
        }
        return out;
    }

    private static List<Set<SourceColumn>> walk(PlanNode node, Set<SourceColumn> reads) {
        List<Set<SourceColumn>> out = new ArrayList<>();
        switch (node) {
            case PlanNode.Scan scan -> {
                for (Field f : scan.rowType().fields()) {
                    SourceColumn c = new SourceColumn(scan.source(), f.name());
                    reads.add(c);
                    out.add(Set.of(c));
                }
            }
            case PlanNode.Calc calc -> {
                List<Set<SourceColumn>> input = walk(calc.input(), reads);
                calc.projections().forEach(e -> {
                    Set<SourceColumn> from = new TreeSet<>();
                    collect(e, input, from);
                    out.add(from);
                });
            }
            case PlanNode.Windows windows -> {
                out.addAll(walk(windows.input(), reads));
                Set<SourceColumn> time = out.get(windows.timeColumn());
                for (int i = 0; i < PlanNode.Windows.COLUMNS; i++) {
                    out.add(time);
                }
            }
            case PlanNode.Aggregate a -> out.addAll(aggregate(a.input(), a.groups(), a.calls(), reads));
            case PlanNode.PartialAggregate a -> {
                List<Set<SourceColumn>> whole = aggregate(a.input(), a.groups(), a.calls(), reads);
                out.addAll(whole.subList(0, a.groups().size()));
                Set<SourceColumn> part = new TreeSet<>();
                whole.subList(a.groups().size(), whole.size()).forEach(part::addAll);
                out.add(part);
            }
            case PlanNode.MergeAggregate m -> {
                if (m.input() instanceof PlanNode.Exchange e && e.input() instanceof PlanNode.PartialAggregate p) {
                    out.addAll(aggregate(p.input(), p.groups(), p.calls(), reads));
                } else {
                    throw new IllegalStateException("parts from " + m.input());
                }
            }
            case PlanNode.SessionAggregate s -> out.addAll(sessions(s.input(), s.groups(), s.timeColumn(), s.calls(),
                    reads));
            case PlanNode.PartialSession s -> {
                List<Set<SourceColumn>> whole = sessions(s.input(), s.groups(), s.timeColumn(), s.calls(), reads);
                int fixed = s.groups().size() + PlanNode.Windows.COLUMNS;
                out.addAll(whole.subList(0, fixed - 1));
                Set<SourceColumn> part = new TreeSet<>();
                whole.subList(fixed, whole.size()).forEach(part::addAll);
                out.add(part);
            }
            case PlanNode.MergeSession m -> {
                if (m.input() instanceof PlanNode.Exchange e && e.input() instanceof PlanNode.PartialSession p) {
                    out.addAll(sessions(p.input(), p.groups(), p.timeColumn(), p.calls(), reads));
                } else {
                    throw new IllegalStateException("parts from " + m.input());
                }
            }
            case PlanNode.TopN t -> {
                out.addAll(walk(t.input(), reads));
                if (t.rank() == PlanNode.TopN.Rank.NUMBERED) {
                    Set<SourceColumn> ranked = new TreeSet<>();
                    t.keys().forEach(k -> ranked.addAll(out.get(k)));
                    t.order().forEach(o -> ranked.addAll(out.get(o.column())));
                    out.add(ranked);
                }
            }
            case PlanNode.OverAggregate o -> {
                out.addAll(walk(o.input(), reads));
                for (OverCall call : o.calls()) {
                    Set<SourceColumn> from = new TreeSet<>();
                    call.call().arguments().forEach(a -> from.addAll(out.get(a)));
                    out.add(from);
                }
            }
            case PlanNode.Deduplicate d -> out.addAll(walk(d.input(), reads));
            case PlanNode.Newest n -> out.addAll(walk(n.input(), reads));
            case PlanNode.Versions v -> {
                out.addAll(walk(v.input(), reads));
                for (int i = 0; i < PlanNode.Versions.COLUMNS; i++) {
                    out.add(Set.of());
                }
            }
            case PlanNode.Exchange e -> out.addAll(walk(e.input(), reads));
            case PlanNode.OnTime o -> out.addAll(walk(o.input(), reads));
            case PlanNode.Join j -> {
                out.addAll(walk(j.left(), reads));
                List<Set<SourceColumn>> right = walk(j.right(), reads);
                if (j.kind().pairs()) {
                    out.addAll(right);
                }
            }
            case PlanNode.AsOfJoin j -> {
                out.addAll(walk(j.left(), reads));
                out.addAll(walk(j.right(), reads));
            }
            case PlanNode.Unnest u -> {
                List<Set<SourceColumn>> input = walk(u.input(), reads);
                out.addAll(input);
                Set<SourceColumn> from = new TreeSet<>();
                collect(u.collection(), input, from);
                for (int i = input.size(); i < u.rowType().fields().size(); i++) {
                    out.add(from);
                }
            }
            case PlanNode.Union union -> {
                for (int i = 0; i < union.rowType().fields().size(); i++) {
                    out.add(new TreeSet<>());
                }
                for (PlanNode child : union.inputs()) {
                    List<Set<SourceColumn>> input = walk(child, reads);
                    for (int i = 0; i < out.size(); i++) {
                        out.get(i).addAll(input.get(i));
                    }
                }
            }
        }
        return out;
    }

    private static List<Set<SourceColumn>> sessions(PlanNode input, List<Integer> groups, int time,
            List<AggregateCall> calls, Set<SourceColumn> reads) {
        List<Set<SourceColumn>> out = new ArrayList<>(aggregate(input, groups, calls, reads));
        Set<SourceColumn> bounds = aggregate(input, List.of(time), List.of(), reads).get(0);
        for (int i = 0; i < PlanNode.Windows.COLUMNS; i++) {
            out.add(groups.size(), bounds);
        }
        return out;
    }

    private static List<Set<SourceColumn>> aggregate(PlanNode input, List<Integer> groups, List<AggregateCall> calls,
            Set<SourceColumn> reads) {
        List<Set<SourceColumn>> below = walk(input, reads);
        List<Set<SourceColumn>> out = new ArrayList<>();
        groups.forEach(g -> out.add(below.get(g)));
        for (AggregateCall call : calls) {
            Set<SourceColumn> from = new TreeSet<>();
            call.arguments().forEach(a -> from.addAll(below.get(a)));
            call.filter().ifPresent(f -> from.addAll(below.get(f)));
            out.add(from);
        }
        return out;
    }

    private static void collect(Expression e, List<Set<SourceColumn>> input, Set<SourceColumn> out) {
        switch (e) {
            case Expression.Column c -> out.addAll(input.get(c.index()));
            case Expression.Literal l -> {}
            case Expression.Nested n -> collect(n.row(), input, out);
            case Expression.Call c -> c.operands().forEach(o -> collect(o, input, out));
        }
    }
}

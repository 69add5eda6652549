package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Expression;
import millrace.topology.plan.JoinBounds;
import millrace.topology.plan.OverCall;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.Substitution;
import millrace.topology.plan.WindowSpec;

/**
 * What nobody above reads is neither computed nor decoded.
 *
 * <pre>
 * calc a               calc a
 *   scan [a, b, c]  ->   scan [a]
 * </pre>
 */
final class PruneColumns {
    private PruneColumns() {}

    static PlanNode apply(PlanNode root) {
        return exactly(root, IntStream.range(0, root.rowType().fields().size()).boxed().toList());
    }

    /** A node that has the wanted columns and perhaps some that it cannot do without; and where they are now. */
    private record Kept(PlanNode node, Map<Integer, Integer> moved) {}

    /** The node with just these columns, in this order. */
    private static PlanNode exactly(PlanNode node, List<Integer> wanted) {
        Kept kept = keep(node, new TreeSet<>(wanted));
        List<Integer> positions = wanted.stream().map(kept.moved()::get).toList();
        FieldType.Struct type = kept.node().rowType();
        if (positions.equals(IntStream.range(0, type.fields().size()).boxed().toList())) {
            return kept.node();
        }
        List<Expression> columns = new ArrayList<>();
        for (int position : positions) {
            Field f = type.fields().get(position);
            columns.add(new Expression.Column(position, f.name(), f.type(), f.nullable()));
        }
        return new PlanNode.Calc(kept.node(), Optional.empty(), columns, struct(type, positions));
    }

    private static Kept keep(PlanNode node, TreeSet<Integer> wanted) {
        List<Integer> positions = new ArrayList<>(wanted);
        FieldType.Struct type = struct(node.rowType(), positions);
        return switch (node) {
            case PlanNode.Scan scan -> new Kept(new PlanNode.Scan(scan.source(), scan.kind(),
                    positions.stream().map(scan.columns()::get).toList(), type), moved(positions));
            case PlanNode.Union union -> new Kept(new PlanNode.Union(
                    union.inputs().stream().map(i -> exactly(i, positions)).toList(), type), moved(positions));
            case PlanNode.Calc calc -> {
                List<Expression> projections = positions.stream().map(calc.projections()::get).toList();
                TreeSet<Integer> read = new TreeSet<>();
                projections.forEach(e -> Substitution.collect(e, read));
                calc.condition().ifPresent(c -> Substitution.collect(c, read));
                Kept below = keep(calc.input(), read);
                yield new Kept(new PlanNode.Calc(below.node(), calc.condition().map(c -> move(c, below.moved())),
                        projections.stream().map(e -> move(e, below.moved())).toList(), type), moved(positions));
            }
            case PlanNode.Windows windows -> windows(windows, wanted);
            case PlanNode.Aggregate aggregate -> aggregate(aggregate, wanted);
            case PlanNode.SessionAggregate sessions -> sessions(sessions, wanted);
            case PlanNode.TopN top -> top(top, wanted);
            case PlanNode.OverAggregate over -> over(over, wanted);
            case PlanNode.Deduplicate d -> {
                TreeSet<Integer> read = new TreeSet<>(wanted);
                read.addAll(d.keys());
                read.add(d.timeColumn());
                Kept below = keep(d.input(), read);
                yield new Kept(
                        new PlanNode.Deduplicate(below.node(), d.keys().stream().map(below.moved()::get).toList(),
                                below.moved().get(d.timeColumn()), d.keep(), d.retention()),
                        below.moved());
            }
            case PlanNode.Newest n -> {
                TreeSet<Integer> read = new TreeSet<>(wanted);
                read.addAll(n.keys());
                Kept below = keep(n.input(), read);
                List<Integer> kept = below.moved().entrySet().stream().sorted(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey).toList();
                yield new Kept(new PlanNode.Newest(below.node(), n.keys().stream().map(below.moved()::get).toList(),
                        struct(n.rowType(), kept)), below.moved());
            }
            case PlanNode.Versions v -> all(v);
            case PlanNode.PartialSession p -> all(p);
            case PlanNode.MergeSession m -> all(m);
            case PlanNode.PartialAggregate p -> all(p);
            case PlanNode.MergeAggregate m -> all(m);
            case PlanNode.Exchange e -> all(e);
            case PlanNode.OnTime o -> all(o);
            case PlanNode.Join join -> join(join, wanted);
            case PlanNode.AsOfJoin join -> asOf(join, wanted);
            case PlanNode.Unnest unnest -> unnest(unnest, wanted);
        };
    }

    private static Kept windows(PlanNode.Windows windows, TreeSet<Integer> wanted) {
        int width = windows.startColumn();
        TreeSet<Integer> read = new TreeSet<>(wanted.headSet(width));
        read.add(windows.timeColumn());
        if (windows.spec() instanceof WindowSpec.Session session) {
            read.addAll(session.keys());
        }
        Kept below = keep(windows.input(), read);
        List<Field> fields = new ArrayList<>(below.node().rowType().fields());
        Map<Integer, Integer> moved = new HashMap<>(below.moved());
        for (int i = 0; i < PlanNode.Windows.COLUMNS; i++) {
            moved.put(width + i, fields.size());
            fields.add(windows.rowType().fields().get(width + i));
        }
        WindowSpec spec = windows.spec() instanceof WindowSpec.Session session
                ? new WindowSpec.Session(session.gap(), session.keys().stream().map(below.moved()::get).toList())
                : windows.spec();
        return new Kept(new PlanNode.Windows(below.node(), spec, below.moved().get(windows.timeColumn()),
                windows.late(), new FieldType.Struct(fields)), moved);
    }

    private static Kept join(PlanNode.Join join, TreeSet<Integer> wanted) {
        int width = join.left().rowType().fields().size();
        TreeSet<Integer> read = new TreeSet<>(wanted);
        join.leftKeys().forEach(read::add);
        join.rightKeys().forEach(k -> read.add(width + k));
        join.condition().ifPresent(c -> Substitution.collect(c, read));
        join.bounds().ifPresent(b -> {
            read.add(b.left().column());
            read.add(width + b.right().column());
        });
        Sides sides = sides(join.left(), join.right(), read);
        List<Field> fields = new ArrayList<>();
        sides.moved().keySet().stream().sorted().filter(c -> c < join.rowType().fields().size())
                .forEach(c -> fields.add(join.rowType().fields().get(c)));
        return new Kept(new PlanNode.Join(sides.left().node(), sides.right().node(), join.kind(),
                join.leftKeys().stream().map(sides.left().moved()::get).toList(),
                join.rightKeys().stream().map(sides.right().moved()::get).toList(),
                join.condition().map(c -> move(c, sides.moved())),
                join.bounds().map(b -> new JoinBounds(moved(b.left(), sides.left()), moved(b.right(), sides.right()),
                        b.before(), b.after())),
                new FieldType.Struct(fields)), sides.moved());
    }

    private static JoinBounds.Moment moved(JoinBounds.Moment moment, Kept side) {
        return new JoinBounds.Moment(side.moved().get(moment.column()), moment.offset());
    }

    private static Kept asOf(PlanNode.AsOfJoin join, TreeSet<Integer> wanted) {
        int width = join.left().rowType().fields().size();
        TreeSet<Integer> read = new TreeSet<>(wanted);
        join.leftKeys().forEach(read::add);
        join.rightKeys().forEach(k -> read.add(width + k));
        read.add(join.leftTime());
        read.add(width + join.rightTime());
        Sides sides = sides(join.left(), join.right(), read);
        List<Field> fields = sides.moved().keySet().stream().sorted().map(join.rowType().fields()::get).toList();
        return new Kept(new PlanNode.AsOfJoin(sides.left().node(), sides.right().node(), join.kind(),
                join.leftKeys().stream().map(sides.left().moved()::get).toList(),
                join.rightKeys().stream().map(sides.right().moved()::get).toList(),
                sides.left().moved().get(join.leftTime()), sides.right().moved().get(join.rightTime()), join.match(),
                join.oldest(), new FieldType.Struct(fields)), sides.moved());
    }

    /** @param moved of columns of both, the right ones behind the left ones */
    private record Sides(Kept left, Kept right, Map<Integer, Integer> moved) {}

    private static Sides sides(PlanNode left, PlanNode right, TreeSet<Integer> read) {
        int width = left.rowType().fields().size();
        Kept l = exact(left, new ArrayList<>(read.headSet(width)));
        Kept r = exact(right, read.tailSet(width).stream().map(c -> c - width).toList());
        Map<Integer, Integer> moved = new HashMap<>(l.moved());
        int kept = l.node().rowType().fields().size();
        r.moved().forEach((from, to) -> moved.put(width + from, kept + to));
        return new Sides(l, r, moved);
    }

    /** Just the columns, so that nothing is remembered that nobody reads. */
    private static Kept exact(PlanNode node, List<Integer> positions) {
        return new Kept(exactly(node, positions), moved(positions));
    }

    private static Kept unnest(PlanNode.Unnest unnest, TreeSet<Integer> wanted) {
        int width = unnest.input().rowType().fields().size();
        TreeSet<Integer> read = new TreeSet<>(wanted.headSet(width));
        Substitution.collect(unnest.collection(), read);
        Kept below = keep(unnest.input(), read);
        List<Field> fields = new ArrayList<>(below.node().rowType().fields());
        Map<Integer, Integer> moved = new HashMap<>(below.moved());
        for (int i = width; i < unnest.rowType().fields().size(); i++) {
            moved.put(i, fields.size());
            fields.add(unnest.rowType().fields().get(i));
        }
        return new Kept(new PlanNode.Unnest(below.node(), move(unnest.collection(), below.moved()), unnest.empty(),
                unnest.numbering(), new FieldType.Struct(fields)), moved);
    }

    private static Kept sessions(PlanNode.SessionAggregate s, TreeSet<Integer> wanted) {
        int fixed = s.groups().size() + PlanNode.Windows.COLUMNS;
        List<Integer> positions = new ArrayList<>(IntStream.range(0, fixed).boxed().toList());
        positions.addAll(wanted.tailSet(fixed));
        List<AggregateCall> calls = wanted.tailSet(fixed).stream().map(i -> s.calls().get(i - fixed)).toList();
        TreeSet<Integer> read = new TreeSet<>(s.groups());
        read.add(s.timeColumn());
        s.filter().ifPresent(read::add);
        calls.forEach(c -> readBy(c, read));
        Kept below = keep(s.input(), read);
        Map<Integer, Integer> to = below.moved();
        return new Kept(new PlanNode.SessionAggregate(below.node(), to.get(s.timeColumn()), s.gap(),
                s.groups().stream().map(to::get).toList(), moved(s.filter(), to), moved(calls, to),
                struct(s.rowType(), positions)), moved(positions));
    }

    private static Kept over(PlanNode.OverAggregate o, TreeSet<Integer> wanted) {
        int width = o.firstCall();
        TreeSet<Integer> read = new TreeSet<>(wanted.headSet(width));
        read.addAll(o.keys());
        o.order().forEach(by -> read.add(by.column()));
        wanted.tailSet(width).forEach(i -> readBy(o.calls().get(i - width).call(), read));
        Kept below = keep(o.input(), read);
        List<Field> fields = new ArrayList<>(below.node().rowType().fields());
        Map<Integer, Integer> moved = new HashMap<>(below.moved());
        List<OverCall> calls = new ArrayList<>();
        for (int i : wanted.tailSet(width)) {
            OverCall call = o.calls().get(i - width);
            moved.put(i, fields.size());
            fields.add(o.rowType().fields().get(i));
            calls.add(new OverCall(call.kind(), moved(List.of(call.call()), below.moved()).get(0), call.frame()));
        }
        if (calls.isEmpty()) {
            return below;
        }
        return new Kept(new PlanNode.OverAggregate(below.node(), o.keys().stream().map(below.moved()::get).toList(),
                o.order().stream().map(by -> by.at(below.moved().get(by.column()))).toList(), calls, o.giving(),
                new FieldType.Struct(fields)), moved);
    }

    /** The number goes where nobody reads it; what ranks stays. */
    private static Kept top(PlanNode.TopN t, TreeSet<Integer> wanted) {
        boolean numbered = t.rank() == PlanNode.TopN.Rank.NUMBERED && wanted.contains(t.rankColumn());
        TreeSet<Integer> read = new TreeSet<>(wanted.headSet(t.rankColumn()));
        read.addAll(t.keys());
        t.order().forEach(o -> read.add(o.column()));
        Kept below = keep(t.input(), read);
        List<Field> fields = new ArrayList<>(below.node().rowType().fields());
        Map<Integer, Integer> moved = new HashMap<>(below.moved());
        if (numbered) {
            moved.put(t.rankColumn(), fields.size());
            fields.add(t.rowType().fields().get(t.rankColumn()));
        }
        return new Kept(new PlanNode.TopN(below.node(), t.keys().stream().map(below.moved()::get).toList(),
                t.order().stream().map(o -> o.at(below.moved().get(o.column()))).toList(), t.most(),
                numbered ? PlanNode.TopN.Rank.NUMBERED : PlanNode.TopN.Rank.UNNUMBERED,
                moved(t.windowEnd(), below.moved()), t.retention(), new FieldType.Struct(fields)), moved);
    }

    private static void readBy(AggregateCall call, TreeSet<Integer> read) {
        read.addAll(call.arguments());
        call.filter().ifPresent(read::add);
    }

    private static OptionalInt moved(OptionalInt column, Map<Integer, Integer> to) {
        return column.isPresent() ? OptionalInt.of(to.get(column.getAsInt())) : OptionalInt.empty();
    }

    private static List<AggregateCall> moved(List<AggregateCall> calls, Map<Integer, Integer> to) {
        return calls.stream().map(c -> new AggregateCall(c.function(), c.arguments().stream().map(to::get).toList(),
                c.over(), moved(c.filter(), to), c.constants(), c.type(), c.nullable())).toList();
    }

    /** Groups stay, since they say what a row stands for; calls go. */
    private static Kept aggregate(PlanNode.Aggregate a, TreeSet<Integer> wanted) {
        int groups = a.groups().size();
        List<Integer> positions = new ArrayList<>(IntStream.range(0, groups).boxed().toList());
        positions.addAll(wanted.tailSet(groups));
        List<AggregateCall> calls = wanted.tailSet(groups).stream().map(i -> a.calls().get(i - groups)).toList();
        TreeSet<Integer> read = new TreeSet<>(a.groups());
        calls.forEach(c -> readBy(c, read));
        Kept below = keep(a.input(), read);
        Map<Integer, Integer> to = below.moved();
        return new Kept(new PlanNode.Aggregate(below.node(), a.groups().stream().map(to::get).toList(),
                moved(calls, to), a.windowEnd(), struct(a.rowType(), positions)), moved(positions));
    }

    private static Kept all(PlanNode node) {
        return new Kept(node, moved(IntStream.range(0, node.rowType().fields().size()).boxed().toList()));
    }

    private static FieldType.Struct struct(FieldType.Struct type, Collection<Integer> positions) {
        return new FieldType.Struct(positions.stream().map(type.fields()::get).toList());
    }

    private static Map<Integer, Integer> moved(List<Integer> positions) {
        Map<Integer, Integer> moved = new HashMap<>();
        positions.forEach(p -> moved.put(p, moved.size()));
        return moved;
    }

    private static Expression move(Expression e, Map<Integer, Integer> moved) {
        return Substitution.columns(e, old -> old instanceof Expression.Column c
                ? new Expression.Column(moved.get(c.index()), c.name(), c.type(), c.nullable())
                : old);
    }
}

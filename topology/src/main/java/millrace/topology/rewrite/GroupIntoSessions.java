package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.Substitution;
import millrace.topology.plan.WindowSpec;

/**
 * Sessions cannot be told from one row, so they are made where rows are counted. A condition above them stays one on
 * what is counted, since a row that it drops still keeps its session going.
 *
 * <pre>
 * aggregate by user, window_end      calc
 *   calc where amount > 0        ->    session aggregate by user, counting where c
 *     windows session on ts              calc user, ts, amount > 0 AS c
 *       scan                               scan
 * </pre>
 */
final class GroupIntoSessions {
    private GroupIntoSessions() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> node instanceof PlanNode.Aggregate a ? sessions(a) : node);
    }

    private static PlanNode sessions(PlanNode.Aggregate a) {
        PlanNode.Calc calc = a.input() instanceof PlanNode.Calc c ? c : null;
        PlanNode below = calc == null ? a.input() : calc.input();
        if (!(below instanceof PlanNode.Windows windows) || !(windows.spec() instanceof WindowSpec.Session session)) {
            return a;
        }
        int width = windows.startColumn();
        // Where each group comes from: a column of the windows.
        List<Integer> from = new ArrayList<>();
        for (int group : a.groups()) {
            Optional<Integer> column = calc == null ? Optional.of(group) : column(calc.projections().get(group));
            if (column.isEmpty()) {
                return a;
            }
            from.add(column.get());
        }
        List<Integer> keys = from.stream().filter(c -> c < width).distinct().toList();
        boolean readsBounds = calc != null && a.calls().stream().flatMap(call -> call.arguments().stream())
                .anyMatch(i -> readsFrom(calc.projections().get(i), width));
        if (!new HashSet<>(keys).equals(new HashSet<>(session.keys())) || readsBounds
                || from.stream().noneMatch(c -> c >= width)) {
            return a;
        }
        return build(a, calc, windows, session, from, keys);
    }

    private static PlanNode build(PlanNode.Aggregate a, PlanNode.Calc calc, PlanNode.Windows windows,
            WindowSpec.Session session, List<Integer> from, List<Integer> keys) {
        int width = windows.startColumn();
        PlanNode input = windows.input();
        List<Expression> projections = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        List<Integer> groups = new ArrayList<>();
        for (int key : keys) {
            groups.add(projections.size());
            add(projections, fields, columnOf(input, key), input.rowType().fields().get(key).name());
        }
        int time = projections.size();
        add(projections, fields, columnOf(input, windows.timeColumn()),
                input.rowType().fields().get(windows.timeColumn()).name());
        Map<Integer, Integer> moved = new TreeMap<>();
        List<AggregateCall> calls = new ArrayList<>();
        for (AggregateCall call : a.calls()) {
            List<Integer> arguments = new ArrayList<>();
            call.arguments().forEach(i -> arguments.add(take(i, calc, input, projections, fields, moved)));
            OptionalInt filter = call.filter().isPresent()
                    ? OptionalInt.of(take(call.filter().getAsInt(), calc, input, projections, fields, moved))
                    : OptionalInt.empty();
            calls.add(new AggregateCall(call.function(), arguments, call.over(), filter, call.constants(),
                    call.type(), call.nullable()));
        }
        OptionalInt counted = OptionalInt.empty();
        if (calc != null && calc.condition().isPresent()) {
            counted = OptionalInt.of(projections.size());
            add(projections, fields, calc.condition().get(), "counted");
        }
        PlanNode prepared = new PlanNode.Calc(input, Optional.empty(), projections, new FieldType.Struct(fields));
        List<Field> out = new ArrayList<>();
        groups.forEach(g -> out.add(fields.get(g)));
        out.addAll(windows.rowType().fields().subList(width, width + PlanNode.Windows.COLUMNS));
        out.addAll(a.rowType().fields().subList(a.groups().size(), a.rowType().fields().size()));
        PlanNode sessions = new PlanNode.SessionAggregate(prepared, time, session.gap(), groups, counted, calls,
                new FieldType.Struct(out));
        List<Expression> result = new ArrayList<>();
        for (int column : from) {
            result.add(columnOf(sessions, column < width ? keys.indexOf(column) : keys.size() + column - width));
        }
        for (int i = 0; i < a.calls().size(); i++) {
            result.add(columnOf(sessions, keys.size() + PlanNode.Windows.COLUMNS + i));
        }
        return new PlanNode.Calc(sessions, Optional.empty(), result, a.rowType());
    }

    private static int take(int column, PlanNode.Calc calc, PlanNode input, List<Expression> projections,
            List<Field> fields, Map<Integer, Integer> moved) {
        return moved.computeIfAbsent(column, c -> {
            Expression e = calc == null ? columnOf(input, c) : calc.projections().get(c);
            String name = calc == null ? input.rowType().fields().get(c).name() : calc.rowType().fields().get(c).name();
            add(projections, fields, e, name);
            return projections.size() - 1;
        });
    }

    private static void add(List<Expression> projections, List<Field> fields, Expression e, String name) {
        projections.add(e);
        fields.add(new Field(name, e.type(), e.nullable()));
    }

    private static Expression columnOf(PlanNode node, int index) {
        Field f = node.rowType().fields().get(index);
        return new Expression.Column(index, f.name(), f.type(), f.nullable());
    }

    private static Optional<Integer> column(Expression e) {
        return e instanceof Expression.Column c ? Optional.of(c.index()) : Optional.empty();
    }

    private static boolean readsFrom(Expression e, int width) {
        TreeSet<Integer> read = new TreeSet<>();
        Substitution.collect(e, read);
        return !read.isEmpty() && read.last() >= width;
    }
}

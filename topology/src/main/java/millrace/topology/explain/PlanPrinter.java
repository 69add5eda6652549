package millrace.topology.explain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.yaml.Durations;
import millrace.topology.function.TypeText;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Expression;
import millrace.topology.plan.JoinBounds;
import millrace.topology.plan.Frame;
import millrace.topology.plan.OverCall;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.SortColumn;

/** A plan as text: what {@code explain} shows, and what golden files hold. The same plan gives the same text. */
public final class PlanPrinter {
    private final StringBuilder out;
    private final Set<PlanNode> printed = new HashSet<>();

    private PlanPrinter(StringBuilder out) {
        this.out = out;
    }

    /** The steps of a model that gives out no row twice. */
    public static String print(Plan plan) {
        return print(plan, Emission.ONCE);
    }

    /**
     * The steps, the last one first, each input indented under its step; no line break at the end.
     */
    public static String print(Plan plan, Emission emission) {
        StringBuilder out = new StringBuilder("emit ").append(plan.model());
        if (!emission.changesBy().isEmpty()) {
            out.append(", upserts by ").append(String.join(", ", emission.changesBy()));
        }
        emission.early().ifPresent(every -> out.append(", early every ").append(Durations.format(every)));
        new PlanPrinter(out).node(plan.root(), "  ");
        return out.toString();
    }

    /** The steps and the columns of the result with their types. */
    public static String printWithTypes(Plan plan) {
        return printWithTypes(plan, Emission.ONCE);
    }

    /** The same of a model that changes rows. */
    public static String printWithTypes(Plan plan, Emission emission) {
        int width = plan.rowType().fields().stream().mapToInt(f -> f.name().length()).max().orElse(0);
        return print(plan, emission) + "\ncolumns" + plan.rowType().fields().stream()
                .map(f -> "\n  " + f.name() + " ".repeat(width - f.name().length() + 2) + type(f))
                .collect(Collectors.joining());
    }

    private static String type(Field f) {
        return TypeText.of(f.type()) + (f.nullable() ? "" : " not null");
    }

    private void node(PlanNode node, String indent) {
        out.append('\n').append(indent);
        if (node instanceof PlanNode.Exchange && !printed.add(node)) {
            out.append("the same exchange").append(by(names(node, ((PlanNode.Exchange) node).keys())))
                    .append(" as above");
            return;
        }
        switch (node) {
            case PlanNode.Scan scan -> {
                out.append("scan ").append(scan.source()).append(" [").append(scan.rowType().fields().stream()
                        .map(Field::name).collect(Collectors.joining(", "))).append(']');
            }
            case PlanNode.Calc calc -> {
                out.append("calc ").append(String.join(", ", columns(calc)));
                calc.condition().ifPresent(c -> out.append('\n').append(indent).append("     where ")
                        .append(ExpressionText.of(c)));
                node(calc.input(), indent + "  ");
            }
            case PlanNode.Union union -> {
                out.append("union all");
                union.inputs().forEach(input -> node(input, indent + "  "));
            }
            case PlanNode.Windows windows -> {
                out.append("windows ").append(WindowText.of(windows.spec())).append(" on ")
                        .append(name(windows.input(), windows.timeColumn())).append(switch (windows.late()) {
                            case KEPT -> "";
                            case SET_ASIDE -> ", late rows set aside";
                        });
                node(windows.input(), indent + "  ");
            }
            case PlanNode.Aggregate a -> {
                out.append("aggregate").append(by(names(a.input(), a.groups())))
                        .append(calls(a.calls(), a.input().rowType(), a.rowType(), a.groups().size()))
                        .append(closing(a.windowEnd(), a.rowType()));
                node(a.input(), indent + "  ");
            }
            case PlanNode.PartialAggregate a -> {
                out.append("partial aggregate").append(by(names(a.input(), a.groups())));
                node(a.input(), indent + "  ");
            }
            case PlanNode.MergeAggregate a -> {
                out.append("aggregate").append(by(a.rowType().fields().subList(0, a.groups()).stream()
                        .map(Field::name).toList()))
                        .append(calls(a.calls(), a.callInput(), a.rowType(), a.groups()))
                        .append(closing(a.windowEnd(), a.rowType()));
                node(a.input(), indent + "  ");
            }
            case PlanNode.SessionAggregate s -> {
                sessions(out, s.gap(), names(s.input(), s.groups()), s.calls(), s.input().rowType(), s.rowType());
                node(s.input(), indent + "  ");
            }
            case PlanNode.PartialSession s -> {
                out.append("partial sessions").append(by(names(s.input(), s.groups()))).append(" on ")
                        .append(name(s.input(), s.timeColumn()))
                        .append(s.filter().isPresent()
                                ? ", counting where " + name(s.input(), s.filter().getAsInt())
                                : "")
                        .append(", late rows set aside");
                node(s.input(), indent + "  ");
            }
            case PlanNode.MergeSession s -> {
                sessions(out, s.gap(), s.rowType().fields().subList(0, s.groups()).stream().map(Field::name).toList(),
                        s.calls(), s.callInput(), s.rowType());
                node(s.input(), indent + "  ");
            }
            case PlanNode.Join j -> {
                out.append(j.kind().name().toLowerCase(Locale.ROOT)).append(" join")
                        .append(on(j.left(), j.leftKeys(), j.right(), j.rightKeys()));
                j.bounds().ifPresentOrElse(b -> out.append(", ").append(within(b)),
                        () -> out.append(", every row kept for good"));
                j.condition().ifPresent(c -> out.append('\n').append(indent).append("     where ")
                        .append(ExpressionText.of(c)));
                node(j.left(), indent + "  ");
                node(j.right(), indent + "  ");
            }
            case PlanNode.AsOfJoin j -> {
                out.append(j.kind().name().toLowerCase(Locale.ROOT)).append(" as-of join")
                        .append(on(j.left(), j.leftKeys(), j.right(), j.rightKeys())).append(", newest ")
                        .append(name(j.right(), j.rightTime())).append(switch (j.match()) {
                            case AT_OR_BEFORE -> " up to ";
                            case BEFORE -> " before ";
                        }).append(name(j.left(), j.leftTime())).append(j.oldest().isPresent()
                                ? ", at most " + WindowText.length(j.oldest().getAsLong()) + " older"
                                : ", the newest of every key kept for good");
                node(j.left(), indent + "  ");
                node(j.right(), indent + "  ");
            }
            case PlanNode.OnTime o -> {
                out.append("rows on time by ").append(name(o.input(), o.moment().column()))
                        .append(", late rows set aside");
                node(o.input(), indent + "  ");
            }
            case PlanNode.Unnest u -> {
                out.append("unnest ").append(ExpressionText.of(u.collection())).append(" AS ")
                        .append(u.rowType().fields().subList(u.input().rowType().fields().size(),
                                u.rowType().fields().size()).stream().map(Field::name)
                                .collect(Collectors.joining(", ")))
                        .append(u.empty() == PlanNode.Unnest.Empty.KEPT ? ", rows without any kept" : "");
                node(u.input(), indent + "  ");
            }
            case PlanNode.TopN t -> {
                out.append(t.most() == PlanNode.TopN.UNLIMITED ? "rank" : "top " + t.most())
                        .append(by(names(t.input(), t.keys())))
                        .append(t.order().isEmpty() ? ", the latest first" : sorted(t.input(), t.order()))
                        .append(t.rank() == PlanNode.TopN.Rank.NUMBERED
                                ? ", numbered as " + name(t, t.rankColumn())
                                : "")
                        .append(t.windowEnd().isPresent()
                                ? ", given out at " + name(t.input(), t.windowEnd().getAsInt())
                                : ", changes as rows come");
                node(t.input(), indent + "  ");
            }
            case PlanNode.OverAggregate o -> {
                out.append("over").append(by(names(o.input(), o.keys()))).append(sorted(o.input(), o.order()))
                        .append(": ").append(over(o)).append(switch (o.giving()) {
                            case WHEN_PASSED -> ", given out when time has passed it, late rows set aside";
                            case AS_THEY_COME -> ", changes as rows come";
                        });
                node(o.input(), indent + "  ");
            }
            case PlanNode.Deduplicate d -> {
                out.append(switch (d.keep()) {
                    case FIRST -> "first";
                    case LAST -> "last";
                }).append(" of").append(d.keys().isEmpty()
                        ? " all"
                        : " " + String.join(", ", names(d.input(), d.keys()))).append(" by ")
                        .append(name(d.input(), d.timeColumn())).append(" within ")
                        .append(WindowText.length(d.retention())).append(switch (d.keep()) {
                            case FIRST -> ", given out when time has passed it";
                            case LAST -> ", changes as rows come";
                        }).append(", late rows set aside");
                node(d.input(), indent + "  ");
            }
            case PlanNode.Newest n -> {
                out.append("newest of each ").append(String.join(", ", names(n.input(), n.keys())))
                        .append(", until it is deleted");
                node(n.input(), indent + "  ");
            }
            case PlanNode.Versions v -> {
                out.append("versions").append(by(names(v.input(), v.keys())))
                        .append(", each from its event time to that of the next, late rows set aside");
                node(v.input(), indent + "  ");
            }
            case PlanNode.Exchange e -> {
                out.append("exchange").append(by(names(e.input(), e.keys()))).append(switch (e.salting().role()) {
                    case NONE -> "";
                    case SPREADS -> ", each key over " + e.salting().pieces() + " tasks";
                    case COPIES -> ", each row to " + e.salting().pieces() + " tasks";
                });
                node(e.input(), indent + "  ");
            }
        }
    }

    private static String on(PlanNode left, List<Integer> leftKeys, PlanNode right, List<Integer> rightKeys) {
        List<String> equal = new ArrayList<>();
        for (int i = 0; i < leftKeys.size(); i++) {
            equal.add(name(left, leftKeys.get(i)) + " = " + name(right, rightKeys.get(i)));
        }
        return " on " + String.join(" and ", equal);
    }

    private static String within(JoinBounds bounds) {
        if (bounds.before() == 0 && bounds.after() == 0) {
            return "right at the time of left";
        }
        return "right from " + apart(-bounds.before()) + " to " + apart(bounds.after());
    }

    private static String apart(long micros) {
        return "left" + (micros == 0 ? "" : (micros < 0 ? " - " : " + ") + WindowText.length(Math.abs(micros)));
    }

    private static void sessions(StringBuilder out, long gap, List<String> groups, List<AggregateCall> calls,
            FieldType.Struct input, FieldType.Struct output) {
        out.append("sessions").append(by(groups)).append(", ").append(WindowText.length(gap)).append(" apart")
                .append(calls(calls, input, output, groups.size() + PlanNode.Windows.COLUMNS))
                .append(", given out when over");
    }

    private static String over(PlanNode.OverAggregate o) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < o.calls().size(); i++) {
            OverCall call = o.calls().get(i);
            texts.add(call(call.call(), o.input().rowType()) + " of " + frame(call) + " AS "
                    + name(o, o.firstCall() + i));
        }
        return String.join(", ", texts);
    }

    private static String frame(OverCall call) {
        Frame frame = call.frame();
        String rows = frame.rows().isEmpty() ? "" : frame.rows().getAsLong() + " rows";
        String span = frame.span().isEmpty() ? "" : WindowText.length(frame.span().getAsLong());
        String from = rows.isEmpty() || span.isEmpty() ? rows + span : rows + " within " + span;
        return (from.isEmpty() ? "all" : from) + " before";
    }

    private static String sorted(PlanNode input, List<SortColumn> order) {
        return order.isEmpty()
                ? ""
                : " ordered by " + order.stream().map(o -> name(input, o.column())
                        + (o.direction() == SortColumn.Direction.DESCENDING ? " desc" : "")
                        + (o.nulls() == usual(o.direction())
                                ? ""
                                : " nulls " + o.nulls().name().toLowerCase(Locale.ROOT)))
                        .collect(Collectors.joining(", "));
    }

    /** NULL is the smallest, unless the SQL says otherwise. */
    private static SortColumn.Nulls usual(SortColumn.Direction direction) {
        return direction == SortColumn.Direction.ASCENDING ? SortColumn.Nulls.FIRST : SortColumn.Nulls.LAST;
    }

    private static String by(List<String> columns) {
        return columns.isEmpty() ? "" : " by " + String.join(", ", columns);
    }

    private static String closing(OptionalInt windowEnd, FieldType.Struct type) {
        return windowEnd.isPresent() ? ", given out at " + type.fields().get(windowEnd.getAsInt()).name() : "";
    }

    private static String calls(List<AggregateCall> calls, FieldType.Struct input, FieldType.Struct output, int from) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            String text = call(calls.get(i), input);
            String name = output.fields().get(from + i).name();
            texts.add(text.equals(name) ? name : text + " AS " + name);
        }
        return texts.isEmpty() ? "" : ": " + String.join(", ", texts);
    }

    private static String call(AggregateCall call, FieldType.Struct input) {
        List<String> arguments = new ArrayList<>(
                call.arguments().stream().map(i -> input.fields().get(i).name()).toList());
        call.constants().forEach(c -> arguments.add(c instanceof String text ? "'" + text + "'" : String.valueOf(c)));
        return call.function() + "(" + (call.over() == AggregateCall.Over.DISTINCT ? "DISTINCT " : "")
                + (arguments.isEmpty() ? "*" : String.join(", ", arguments)) + ")"
                + (call.filter().isPresent()
                        ? " FILTER (WHERE " + input.fields().get(call.filter().getAsInt()).name() + ")"
                        : "");
    }

    private static List<String> names(PlanNode node, List<Integer> columns) {
        return columns.stream().map(i -> name(node, i)).toList();
    }

    private static String name(PlanNode node, int column) {
        return node.rowType().fields().get(column).name();
    }

    private static List<String> columns(PlanNode.Calc calc) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < calc.projections().size(); i++) {
            Expression e = calc.projections().get(i);
            String text = ExpressionText.of(e);
            String name = calc.rowType().fields().get(i).name();
            columns.add(text.equals(name) ? name : text + " AS " + name);
        }
        return columns;
    }
}

package millrace.topology.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import millrace.schemas.row.Field;
import millrace.topology.function.TypeText;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/** A plan as text: what {@code explain} shows, and what golden files hold. The same plan gives the same text. */
public final class PlanPrinter {
    private PlanPrinter() {}

    /** The steps, the last one first, each input indented under its step; no line break at the end. */
    public static String print(Plan plan) {
        StringBuilder out = new StringBuilder("emit ").append(plan.model());
        node(plan.root(), "  ", out);
        return out.toString();
    }

    /** The steps and the columns of the result with their types. */
    public static String printWithTypes(Plan plan) {
        int width = plan.rowType().fields().stream().mapToInt(f -> f.name().length()).max().orElse(0);
        return print(plan) + "\ncolumns" + plan.rowType().fields().stream()
                .map(f -> "\n  " + f.name() + " ".repeat(width - f.name().length() + 2) + type(f))
                .collect(Collectors.joining());
    }

    private static String type(Field f) {
        return TypeText.of(f.type()) + (f.nullable() ? "" : " not null");
    }

    private static void node(PlanNode node, String indent, StringBuilder out) {
        out.append('\n').append(indent);
        switch (node) {
            case PlanNode.Scan scan -> {
                out.append("scan ").append(scan.source()).append(" [").append(scan.rowType().fields().stream()
                        .map(Field::name).collect(Collectors.joining(", "))).append(']');
            }
            case PlanNode.Calc calc -> {
                out.append("calc ").append(String.join(", ", columns(calc)));
                calc.condition().ifPresent(c -> out.append('\n').append(indent).append("     where ")
                        .append(ExpressionText.of(c)));
                node(calc.input(), indent + "  ", out);
            }
            case PlanNode.Union union -> {
                out.append("union all");
                union.inputs().forEach(input -> node(input, indent + "  ", out));
            }
        }
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

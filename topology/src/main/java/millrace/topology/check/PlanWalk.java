package millrace.topology.check;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;

/** Visits everything in a plan. */
final class PlanWalk {
    private PlanWalk() {}

    static void nodes(PlanNode node, Consumer<PlanNode> visitor) {
        visitor.accept(node);
        node.inputs().forEach(i -> nodes(i, visitor));
    }

    /** The step that gives the rows which the expressions above read. */
    static PlanNode lowest(PlanNode node) {
        return node instanceof PlanNode.Calc calc ? lowest(calc.input()) : node;
    }

    /** The contracts of kind changelog whose rows come to a step, by name; not those that models below read. */
    static Set<String> changelogs(PlanNode root) {
        Set<String> names = new TreeSet<>();
        nodes(root, node -> {
            if (node instanceof PlanNode.Newest newest) {
                nodes(newest, below -> {
                    if (below instanceof PlanNode.Scan scan) {
                        names.add(scan.source());
                    }
                });
            }
        });
        return names;
    }

    static boolean any(PlanNode node, Predicate<PlanNode> condition) {
        return condition.test(node) || node.inputs().stream().anyMatch(i -> any(i, condition));
    }

    static void calls(PlanNode root, Consumer<Expression.Call> visitor) {
        nodes(root, node -> {
            if (node instanceof PlanNode.Calc calc) {
                calc.condition().ifPresent(c -> calls(c, visitor));
                calc.projections().forEach(e -> calls(e, visitor));
            }
        });
    }

    private static void calls(Expression e, Consumer<Expression.Call> visitor) {
        switch (e) {
            case Expression.Column c -> {}
            case Expression.Literal l -> {}
            case Expression.Nested n -> calls(n.row(), visitor);
            case Expression.Call c -> {
                visitor.accept(c);
                c.operands().forEach(o -> calls(o, visitor));
            }
        }
    }
}

package millrace.topology.rewrite;

import java.util.List;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.PlanNode.Exchange.Salting;
import millrace.topology.plan.PlanNode.Exchange.Salting.Role;

/**
 * A key that has most of the rows of a join's left side keeps one task busy while others wait. With salt its rows go to
 * several tasks, and each row of the right side to all of them. A join that gives rows of the right without a partner is
 * left as it is, since no task would know of them alone.
 *
 * <pre>
 * join on a.user = b.user        join on a.user = b.user
 *   exchange by user       ->      exchange by user, each key over 8 tasks
 *     scan a                         scan a
 *   exchange by user               exchange by user, each row to 8 tasks
 *     scan b                         scan b
 * </pre>
 */
public final class SaltJoins {
    private SaltJoins() {}

    /** @param pieces how many tasks share a key */
    public static PlanNode apply(PlanNode root, int pieces) {
        return Rewrites.bottomUp(root, node -> switch (node) {
            case PlanNode.Join j when !j.kind().keepsRight() -> salted(j, pieces);
            case PlanNode.AsOfJoin j -> salted(j, pieces);
            default -> node;
        });
    }

    private static PlanNode salted(PlanNode join, int pieces) {
        return join.withInputs(List.of(
                salted((PlanNode.Exchange) join.inputs().get(0), new Salting(Role.SPREADS, pieces)),
                salted((PlanNode.Exchange) join.inputs().get(1), new Salting(Role.COPIES, pieces))));
    }

    private static PlanNode salted(PlanNode.Exchange exchange, Salting salting) {
        return new PlanNode.Exchange(exchange.input(), exchange.keys(), exchange.nulls(), salting);
    }
}

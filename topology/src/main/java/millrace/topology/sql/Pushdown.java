package millrace.topology.sql;

import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.rules.CoreRules;

/**
 * Conditions are tested as far down as they can be, so that a join neither carries nor remembers rows that they drop,
 * and knows from them how far apart in time its pairs are.
 */
final class Pushdown {
    private static final HepProgram PROGRAM = new HepProgramBuilder().addRuleInstance(CoreRules.FILTER_PROJECT_TRANSPOSE)
            .addRuleInstance(CoreRules.FILTER_INTO_JOIN).addRuleInstance(CoreRules.JOIN_CONDITION_PUSH).build();

    private Pushdown() {}

    /** Leaves plans without joins as they are. */
    static RelNode apply(RelNode root) {
        if (!joins(root)) {
            return root;
        }
        HepPlanner planner = new HepPlanner(PROGRAM);
        planner.setRoot(root);
        return planner.findBestExp();
    }

    private static boolean joins(RelNode node) {
        return node instanceof Join || node instanceof Correlate || node.getInputs().stream().anyMatch(Pushdown::joins);
    }
}

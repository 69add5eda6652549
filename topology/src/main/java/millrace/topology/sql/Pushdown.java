package millrace.topology.sql;

import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelRule;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.tools.RelBuilderFactory;

/**
 * Conditions are tested as far down as they can be, so that a join neither carries nor remembers rows that they drop,
 * and knows from them how far apart in time its pairs are.
 */
final class Pushdown {
    /** Conditions move as they are written: Calcite would turn {@code IN} into what only Calcite can run. */
    private static final RelBuilderFactory AS_WRITTEN = RelBuilder
            .proto(Contexts.of(RelBuilder.Config.DEFAULT.withSimplify(false)));
    private static final HepProgram PROGRAM = new HepProgramBuilder()
            .addRuleInstance(asWritten(CoreRules.FILTER_PROJECT_TRANSPOSE))
            .addRuleInstance(asWritten(CoreRules.FILTER_INTO_JOIN))
            .addRuleInstance(asWritten(CoreRules.JOIN_CONDITION_PUSH)).build();

    private Pushdown() {}

    private static RelOptRule asWritten(RelRule<?> rule) {
        return rule.config.withRelBuilderFactory(AS_WRITTEN).toRule();
    }

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

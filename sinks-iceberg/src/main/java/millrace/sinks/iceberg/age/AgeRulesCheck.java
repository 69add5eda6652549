package millrace.sinks.iceberg.age;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.Compression;
import millrace.sinks.iceberg.table.ContractToIceberg;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableLayout;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.Tier;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;

/** Whether the rules for a table's ages can be kept, by what its files say alone. Pure. */
public final class AgeRulesCheck {
    private AgeRulesCheck() {}

    /** Everything that is wrong with them. */
    public static List<Problem> problems(TableSpec spec) {
        if (spec.ages().isEmpty()) {
            return List.of();
        }
        Schema schema = ContractToIceberg.schema(spec);
        PartitionSpec own;
        try {
            own = TableLayout.partitioning(spec, schema);
        } catch (ProblemException e) {
            return e.problems();
        }
        if (PartitionTime.of(own).isEmpty()) {
            return List.of(unfit(spec, "The table is partitioned by "
                    + (spec.partitionBy().isEmpty() ? "nothing" : String.join(", ", spec.partitionBy()))
                    + ", which does not say how old rows are."));
        }
        List<Problem> problems = new ArrayList<>();
        String column = schema.findColumnName(PartitionTime.of(own).orElseThrow().sourceId());
        if (spec.layout() == TableSpec.Layout.CHANGELOG && spec.ages().keep().isPresent()
                && !spec.key().contains(column)) {
            problems.add(unfit(spec,
                    "The table keeps every change of its rows, of which the newest says what a row is now. "
                            + "Without changes whose " + column + " is old, an older one would be the newest. Expected "
                            + column
                            + " among the columns of the key (" + String.join(", ", spec.key()) + "), or no keep."));
        }
        for (Tier tier : spec.ages().tiers()) {
            try {
                problems(spec, tier, own, schema).forEach(problems::add);
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        return problems;
    }

    private static List<Problem> problems(TableSpec spec, Tier tier, PartitionSpec own, Schema schema) {
        Compression.of(spec.qualifiedName(), tier.properties(spec.properties()));
        if (tier.partitionBy().isEmpty()) {
            return List.of();
        }
        PartitionSpec coarser = TableLayout.partitioning(spec, tier, schema);
        int column = PartitionTime.of(own).orElseThrow().sourceId();
        boolean tellsTime = PartitionTime.of(coarser).filter(t -> t.sourceId() == column).isPresent();
        return tellsTime && Coarsening.of(own, coarser).isPresent()
                ? List.of()
                : List.of(unfit(spec, "Tier " + tier.name() + " is partitioned by "
                        + String.join(", ", tier.partitionBy()) + " and the table by "
                        + String.join(", ", spec.partitionBy())
                        + ". Expected each partition of the table to lie within one of the tier, which has to say its time."));
    }

    private static Problem unfit(TableSpec spec, String message) {
        return Problem.of(SinkProblem.AGES_UNFIT, spec.qualifiedName(), message)
                .withRemedy(SinkProblem.AGES_UNFIT.remedy());
    }
}

package millrace.sinks.iceberg.age;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.sinks.iceberg.table.TableLayout;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.Tier;
import millrace.sinks.iceberg.table.TierFiles;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdatePartitionSpec;
import org.apache.iceberg.expressions.Expressions;

/** The partition specs of a table's tiers, which the table has beside that of its new rows. */
public final class TierLayout {
    private TierLayout() {}

    /**
     * By the names of tiers, of those that say how they are partitioned; as it would be, where the table has none yet.
     *
     * @throws millrace.schemas.problem.ProblemException if one cannot be read
     */
    public static Map<String, PartitionSpec> specs(Table table, TableSpec spec) {
        Map<String, PartitionSpec> specs = new HashMap<>();
        for (Tier tier : spec.ages().tiers()) {
            if (!tier.partitionBy().isEmpty()) {
                PartitionSpec wanted = TableLayout.partitioning(spec, tier, table.schema());
                specs.put(tier.name(), find(table, wanted).orElse(wanted));
            }
        }
        return specs;
    }

    /**
     * How old the table's partitions are.
     *
     * @param completeThrough event time in microseconds that the table is complete through; empty if it does not say it
     * @throws millrace.schemas.problem.ProblemException as {@link #specs}
     */
    public static PartitionAges ages(Table table, TableSpec spec, OptionalLong completeThrough, Instant now) {
        return PartitionAges.of(table.specs(), table.spec(), specs(table, spec), spec.ages(), completeThrough, now);
    }

    /** Gives the table what its tiers need and it does not have yet; rows do not wait for it. Throws as the other. */
    public static void prepare(Table table, TableSpec spec) {
        for (PartitionSpec wanted : specs(table, spec).values()) {
            if (find(table, wanted).isEmpty()) {
                add(table, wanted);
            }
        }
        TierFiles.remember(table, spec.ages().tiers());
    }

    private static Optional<PartitionSpec> find(Table table, PartitionSpec wanted) {
        return table.specs().values().stream().filter(s -> isSame(s, wanted)).findFirst();
    }

    /** Whether two specs make the same partitions, whatever their ids. */
    public static boolean isSame(PartitionSpec one, PartitionSpec other) {
        return says(one, other) && says(other, one);
    }

    private static boolean says(PartitionSpec spec, PartitionSpec all) {
        return all.fields().stream().allMatch(f -> has(spec.fields(), f));
    }

    private static boolean has(List<PartitionField> fields, PartitionField wanted) {
        return fields.stream().anyMatch(f -> Coarsening.isSame(f, wanted));
    }

    private static void add(Table table, PartitionSpec wanted) {
        UpdatePartitionSpec update = table.updateSpec();
        table.spec().fields().stream().filter(f -> !has(wanted.fields(), f)).forEach(f -> update.removeField(f.name()));
        wanted.fields().stream().filter(f -> !has(table.spec().fields(), f))
                .forEach(f -> update.addField(Expressions.transform(table.schema().findColumnName(f.sourceId()),
                        f.transform())));
        update.addNonDefaultSpec().commit();
    }
}

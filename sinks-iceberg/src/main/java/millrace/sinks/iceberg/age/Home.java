package millrace.sinks.iceberg.age;

import millrace.sinks.iceberg.table.Tier;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;

/** Where the rows of a partition belong. */
public sealed interface Home {
    /** Where the table puts its new rows: they are too young for a tier, or it is not known how old they are. */
    Home YOUNG = new Young();

    /** Not in the table any more. */
    Home NOWHERE = new Nowhere();

    /** See {@link #YOUNG}. */
    record Young() implements Home {}

    /** In a tier, in a partition of its spec. */
    record InTier(Tier tier, PartitionSpec spec, StructLike partition) implements Home {}

    /** See {@link #NOWHERE}. */
    record Nowhere() implements Home {}
}

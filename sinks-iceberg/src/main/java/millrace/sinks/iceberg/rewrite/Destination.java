package millrace.sinks.iceberg.rewrite;

import java.util.Map;
import java.util.Optional;
import millrace.sinks.iceberg.table.Tier;
import millrace.sinks.iceberg.table.TierFiles;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;

/**
 * Where rewritten rows go.
 *
 * @param partition of the spec; of no meaning where that has no fields
 * @param tier whose files they become; empty for those of the table itself
 */
public record Destination(PartitionSpec spec, StructLike partition, Optional<Tier> tier) {
    /** The partition that a file is in. */
    public static Destination of(Table table, ContentFile<?> file) {
        return new Destination(table.specs().get(file.specId()), file.partition(), Optional.empty());
    }

    /** The table's properties as they are for files there. */
    Map<String, String> properties(Table table) {
        return tier.map(t -> t.properties(table.properties())).orElseGet(table::properties);
    }

    /** The name of an operation as files there have it in theirs. */
    String named(String operation) {
        return tier.map(t -> TierFiles.named(operation, t)).orElse(operation);
    }

    /** Where a file of this name lies that belongs there. */
    String location(Table table, String name) {
        var locations = tier.map(t -> TierFiles.locations(table, t)).orElseGet(table::locationProvider);
        return spec.isPartitioned()
                ? locations.newDataLocation(spec, partition, name)
                : locations.newDataLocation(name);
    }
}

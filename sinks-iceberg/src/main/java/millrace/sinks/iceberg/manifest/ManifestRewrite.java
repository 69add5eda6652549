package millrace.sinks.iceberg.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.Catalogs;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;

/**
 * Writes manifests of a table's current partitioning anew, so that the files of a partition are in few of them. No file of
 * rows changes, so nobody's commit has to wait or fails for it, and the committer sees that it is no change of rows.
 */
public final class ManifestRewrite {
    private ManifestRewrite() {}

    /**
     * What is done, or would be.
     *
     * @param before how many manifests of data files of the current partitioning there are, and {@code after}, there would
     *        be or are then
     * @param bytes of those that are written anew; 0 if none is
     */
    public record Result(int before, int after, long bytes) {}

    /**
     * What {@link #run(Map, String)} would do.
     *
     * @param catalogProperties Iceberg's
     * @param table {@code namespace.name}
     * @return nothing if there is no such table
     * @throws ProblemException if the catalog does not answer
     */
    public static Optional<Result> plan(Map<String, String> catalogProperties, String table) {
        return Catalogs.withTable(catalogProperties, table, t -> plan(BranchTable.whole(t)));
    }

    /** As {@link #run(Table)}, with what it is given and throws as the other. */
    public static Optional<Result> run(Map<String, String> catalogProperties, String table) {
        return Catalogs.withTable(catalogProperties, table, t -> run(BranchTable.whole(t)));
    }

    /** What {@link #run(Table)} would do now; reads no manifest. */
    public static Result plan(Table table) {
        List<ManifestFile> manifests = manifests(table);
        return switch (decide(table, manifests)) {
            case ManifestPlan.Leave leave -> new Result(manifests.size(), manifests.size(), 0);
            case ManifestPlan.Rewrite rewrite -> new Result(manifests.size(),
                    manifests.size() - rewrite.paths().size() + rewrite.into(), rewrite.bytes());
        };
    }

    /**
     * Does it, if it is worth it.
     *
     * @throws org.apache.iceberg.exceptions.CommitFailedException if others commit all the time
     */
    public static Result run(Table table) {
        List<ManifestFile> manifests = manifests(table);
        return switch (decide(table, manifests)) {
            case ManifestPlan.Leave leave -> new Result(manifests.size(), manifests.size(), 0);
            case ManifestPlan.Rewrite rewrite -> {
                boolean done = rewrite(table, manifests, rewrite);
                yield new Result(manifests.size(), manifests(table).size(), done ? rewrite.bytes() : 0);
            }
        };
    }

    /** Whether any of them was still there. */
    private static boolean rewrite(Table table, List<ManifestFile> manifests, ManifestPlan.Rewrite plan) {
        PartitionRanges<StructLike> ranges = ranges(table, manifests, plan.paths(), plan.into());
        table.refresh();
        if (manifests(table).stream().noneMatch(m -> plan.paths().contains(m.path()))) {
            return false;
        }
        table.rewriteManifests().rewriteIf(m -> plan.paths().contains(m.path()))
                .clusterBy(file -> ranges.of(file.partition())).commit();
        table.refresh();
        return true;
    }

    private static PartitionRanges<StructLike> ranges(Table table, List<ManifestFile> manifests, Set<String> paths,
            int into) {
        TreeMap<StructLike, Long> files = new TreeMap<>(Comparators.forType(table.spec().partitionType()));
        for (ManifestFile manifest : manifests) {
            if (paths.contains(manifest.path())) {
                try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, table.io(), table.specs())
                        .select(List.of(DataFile.PARTITION_NAME))) {
                    reader.forEach(file -> files.merge(file.partition(), 1L, Long::sum));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return PartitionRanges.of(files, into);
    }

    /** Of data files, and of the current partitioning: those of an older one are not added to any more. */
    private static List<ManifestFile> manifests(Table table) {
        return table.currentSnapshot() == null
                ? List.of()
                : table.currentSnapshot().dataManifests(table.io()).stream()
                        .filter(m -> m.partitionSpecId() == table.spec().specId()).toList();
    }

    private static ManifestPlan decide(Table table, List<ManifestFile> manifests) {
        PartitionSpec spec = table.spec();
        Type type = spec.isUnpartitioned() ? null : spec.partitionType().fields().get(0).type();
        List<ManifestPlan.Known<Object>> known = new ArrayList<>();
        for (ManifestFile manifest : manifests) {
            known.add(known(manifest, type));
        }
        Comparator<Object> order = type == null ? (one, other) -> 0 : Comparators.forType(type.asPrimitiveType());
        return ManifestPlan.of(known, ManifestRules.of(table), order);
    }

    private static ManifestPlan.Known<Object> known(ManifestFile manifest, Type type) {
        if (type == null || manifest.partitions() == null || manifest.partitions().isEmpty()) {
            return new ManifestPlan.Known<>(manifest.path(), manifest.length(), null, null);
        }
        ByteBuffer lower = manifest.partitions().get(0).lowerBound();
        ByteBuffer upper = manifest.partitions().get(0).upperBound();
        return lower == null || upper == null
                ? new ManifestPlan.Known<>(manifest.path(), manifest.length(), null, null)
                : new ManifestPlan.Known<>(manifest.path(), manifest.length(), Conversions.fromByteBuffer(type, lower),
                        Conversions.fromByteBuffer(type, upper));
    }
}

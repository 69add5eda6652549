package millrace.sinks.iceberg.maintain;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import millrace.sinks.iceberg.age.PartitionAges;
import millrace.sinks.iceberg.age.TierLayout;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.rewrite.RewritePlan;
import millrace.sinks.iceberg.rewrite.RewriteRules;
import millrace.sinks.iceberg.rewrite.Rewriter;
import millrace.sinks.iceberg.rewrite.TableFile;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * What shape a table's files are in, and what maintenance would do about it now. Changes nothing.
 *
 * @param targetBytes of a file
 * @param small files of less than three quarters of that
 * @param rows in the files, {@code dead} ones included
 * @param deleteFiles that say which
 * @param oldest when the oldest snapshot was made that has not expired
 * @param partitions that have a file
 * @param fullest of them, if there are several: the one with the most files
 * @param rewrites that would be made, in their order
 */
public record TableCheckup(long targetBytes, long files, long small, long bytes, long rows, long dead, long deleteFiles,
        long manifests, long snapshots, Optional<Instant> oldest, long partitions, Optional<Fullest> fullest,
        List<Planned> rewrites) {

    /**
     * A partition that has more files than others.
     *
     * @param path as in the places of files
     * @param timesTheMean how many times as many files it has as a partition on average
     */
    public record Fullest(String path, long files, long bytes, double timesTheMean) {}

    /**
     * Files that would be put together.
     *
     * @param how {@code copy}, {@code records}, or {@code leave} for files whose rows leave the table
     * @param why {@code small_files}, {@code dead_rows}, {@code settled}, {@code not_ordered},
     *        {@code other_tier} or {@code too_old}
     */
    public record Planned(long files, long bytes, String how, String why) {}

    /**
     * Looks at all manifests.
     *
     * @param catalogProperties Iceberg's
     * @param table {@code namespace.name}
     * @return nothing if there is no such table
     */
    public static Optional<TableCheckup> of(Map<String, String> catalogProperties, String table, Instant now) {
        return Catalogs.withTable(catalogProperties, table, t -> of(t, now));
    }

    /**
     * What would be rewritten if all files were put together that can be, and moved that belong elsewhere by their age; as
     * {@link #of(Map, String, Instant)}.
     */
    public static Optional<List<Planned>> rewritesAtOnce(Map<String, String> catalogProperties, TableSpec spec,
            Instant now) {
        return Catalogs.withTable(catalogProperties, spec.qualifiedName(), t -> t.currentSnapshot() == null
                ? List.of()
                : planned(t, TableFiles.of(t, TierLayout.ages(t, spec, clock(t), now)).files(),
                        RewriteRules.forTarget(IcebergTables.targetFileSize(t)).atOnce(), now));
    }

    /** Event time in microseconds that a table is complete through, if it says it. */
    static OptionalLong clock(Table table) {
        return MarkedTable.look(table) instanceof TableLook.Found found
                ? found.state().completeThrough()
                : OptionalLong.empty();
    }

    private static List<Planned> planned(Table table, Collection<TableFile> files, RewriteRules rules, Instant now) {
        return RewritePlan.of(files, rules, Rewriter.order(table), now).stream()
                .map(g -> new Planned(g.files().size(), g.bytes(), g.way().name().toLowerCase(Locale.ROOT),
                        g.why().name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    static TableCheckup of(Table table, Instant now) {
        long target = IcebergTables.targetFileSize(table);
        Snapshot head = table.currentSnapshot();
        if (head == null) {
            return new TableCheckup(target, 0, 0, 0, 0, 0, 0, 0, 0, Optional.empty(), 0, Optional.empty(), List.of());
        }
        RewriteRules rules = RewriteRules.forTarget(target);
        TableFiles all = TableFiles.of(table);
        Collection<TableFile> files = all.files();
        List<AgeCheckup.Partition> partitions = all.byPartition(table, PartitionAges.NONE);
        return new TableCheckup(target, files.size(), files.stream().filter(rules::isSmall).count(),
                files.stream().mapToLong(TableFile::bytes).sum(), files.stream().mapToLong(TableFile::rows).sum(),
                files.stream().mapToLong(TableFile::dead).sum(),
                Long.parseLong(head.summary().getOrDefault("total-delete-files", "0")),
                head.allManifests(table.io()).size(),
                StreamSupport.stream(table.snapshots().spliterator(), false).count(),
                StreamSupport.stream(table.snapshots().spliterator(), false).map(Snapshot::timestampMillis)
                        .min(Long::compare).map(Instant::ofEpochMilli),
                partitions.size(), fullest(partitions), planned(table, files, rules, now));
    }

    private static Optional<Fullest> fullest(List<AgeCheckup.Partition> partitions) {
        if (partitions.size() < 2) {
            return Optional.empty();
        }
        double mean = partitions.stream().mapToLong(AgeCheckup.Partition::files).average().orElseThrow();
        return partitions.stream().max(Comparator.comparingLong(AgeCheckup.Partition::files)
                .thenComparingLong(AgeCheckup.Partition::bytes))
                .map(p -> new Fullest(p.path(), p.files(), p.bytes(), p.files() / mean));
    }
}

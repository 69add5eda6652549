package millrace.sinks.iceberg.expire;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.expire.SnapshotRetention.Version;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.Catalogs;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Takes old snapshots out of a table, and deletes the files that only they had. The table's rows do not change, nor do
 * commits of others have to wait: Iceberg applies both one after the other.
 */
public final class SnapshotExpiry {
    private SnapshotExpiry() {}

    /**
     * What is taken out.
     *
     * @param snapshots how many, and {@code kept}, how many are not
     * @param oldest the oldest that is kept; now if there is none
     */
    public record Plan(int snapshots, int kept, Instant oldest) {}

    /**
     * What was taken out.
     *
     * @param files that only those snapshots had
     */
    public record Expired(Plan plan, long files) {}

    /**
     * What {@link #run(Map, String, Instant)} would take out now.
     *
     * @param catalogProperties Iceberg's
     * @param table {@code namespace.name}
     * @return nothing if there is no such table
     * @throws ProblemException if the catalog does not answer, or the table's files are not to be deleted
     */
    public static Optional<Plan> plan(Map<String, String> catalogProperties, String table, Instant now) {
        return Catalogs.withTable(catalogProperties, table, t -> plan(BranchTable.whole(t), now));
    }

    /** Takes old snapshots out of a table; as {@link #run(Table, Instant)}, with what it is given and throws as the other. */
    public static Optional<Expired> run(Map<String, String> catalogProperties, String table, Instant now) {
        return Catalogs.withTable(catalogProperties, table, t -> run(BranchTable.whole(t), now));
    }

    /** What {@link #run(Table, Instant)} would take out now; reads no manifest. */
    public static Plan plan(Table table, Instant now) {
        return plan(table, expiry(table, now).apply(), now);
    }

    /**
     * Takes them out. After a failure some files may not be deleted, and are orphans then.
     *
     * @throws ProblemException if the table's files are not to be deleted
     * @throws org.apache.iceberg.exceptions.CommitFailedException if others commit all the time
     */
    public static Expired run(Table table, Instant now) {
        Plan plan = plan(table, now);
        if (plan.snapshots() == 0) {
            return new Expired(plan, 0);
        }
        List<String> files = new ArrayList<>();
        expiry(table, now).deleteWith(files::add).commit();
        CatalogUtil.deleteFiles(table.io(), files, "expired", true);
        return new Expired(plan, files.size());
    }

    private static Plan plan(Table table, List<Snapshot> expired, Instant now) {
        Set<Long> gone = new HashSet<>();
        expired.forEach(s -> gone.add(s.snapshotId()));
        List<Instant> kept = new ArrayList<>();
        table.snapshots().forEach(s -> {
            if (!gone.contains(s.snapshotId())) {
                kept.add(Instant.ofEpochMilli(s.timestampMillis()));
            }
        });
        return new Plan(gone.size(), kept.size(), kept.stream().min(Comparator.naturalOrder()).orElse(now));
    }

    private static ExpireSnapshots expiry(Table table, Instant now) {
        OwnFiles.require(table);
        ExpireSnapshots expiry = table.expireSnapshots();
        superfluous(table, now).forEach(expiry::expireSnapshotId);
        return expiry;
    }

    /** Of each branch by itself; what one of them keeps stays. */
    private static Set<Long> superfluous(Table table, Instant now) {
        Set<Long> heads = new HashSet<>();
        table.refs().values().forEach(ref -> heads.add(ref.snapshotId()));
        Set<Long> superfluous = new HashSet<>();
        Set<Long> kept = new HashSet<>(heads);
        for (SnapshotRef ref : table.refs().values()) {
            if (ref.isBranch()) {
                List<Version> ancestry = new ArrayList<>();
                SnapshotUtil.ancestorsOf(ref.snapshotId(), table::snapshot).forEach(s -> ancestry.add(new Version(
                        s.snapshotId(), Instant.ofEpochMilli(s.timestampMillis()), MarkedTable.isMarked(s))));
                List<Long> ofBranch = superfluous(table, ref, ancestry, heads, now);
                superfluous.addAll(ofBranch);
                ancestry.stream().map(Version::id).filter(v -> !ofBranch.contains(v)).forEach(kept::add);
            }
        }
        superfluous.removeAll(kept);
        return superfluous;
    }

    private static List<Long> superfluous(Table table, SnapshotRef branch, List<Version> ancestry, Set<Long> heads,
            Instant now) {
        if (branch.maxSnapshotAgeMs() != null) {
            return List.of(); // Who gives the branch an age of its own means every snapshot.
        }
        int atLeast = branch.minSnapshotsToKeep() != null
                ? branch.minSnapshotsToKeep()
                : PropertyUtil.propertyAsInt(table.properties(), TableProperties.MIN_SNAPSHOTS_TO_KEEP,
                        TableProperties.MIN_SNAPSHOTS_TO_KEEP_DEFAULT);
        return SnapshotRetention.superfluous(ancestry, heads, atLeast, SnapshotRules.of(table), now);
    }
}

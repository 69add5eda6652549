package millrace.sinks.iceberg.commit;

import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * A table's operations for one commit of ours, which look for that commit whenever Iceberg reads the table anew. Iceberg
 * retries a commit that had in fact succeeded, when the catalog's reply was lost, and validates it against the table that
 * holds it already: a change that adds deletion vectors then conflicts with itself, which counts as proof that nothing was
 * committed, and the manifests of the live snapshot would be deleted. {@link MarkValidator} would say better, but is asked
 * last.
 */
final class OwnCommitFirst implements TableOperations {
    private final TableOperations table;
    private final String commitId;
    private boolean done;

    OwnCommitFirst(TableOperations table, String commitId) {
        this.table = table;
        this.commitId = commitId;
    }

    @Override
    public TableMetadata current() {
        return table.current();
    }

    @Override
    public TableMetadata refresh() {
        TableMetadata metadata = table.refresh();
        if (!done) {
            for (Snapshot snapshot : metadata.snapshots()) {
                if (commitId.equals(snapshot.summary().get(CommitMark.COMMIT_ID))) {
                    throw new CommitStateUnknownException(
                            "Commit " + commitId + " is in the table already: its reply was lost", null);
                }
            }
        }
        return metadata;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
        table.commit(base, metadata);
        done = true;
    }

    @Override
    public FileIO io() {
        return table.io();
    }

    @Override
    public EncryptionManager encryption() {
        return table.encryption();
    }

    @Override
    public String metadataFileLocation(String fileName) {
        return table.metadataFileLocation(fileName);
    }

    @Override
    public LocationProvider locationProvider() {
        return table.locationProvider();
    }

    @Override
    public TableOperations temp(TableMetadata uncommitted) {
        return table.temp(uncommitted);
    }

    @Override
    public long newSnapshotId() {
        return table.newSnapshotId();
    }

    @Override
    public boolean requireStrictCleanup() {
        return table.requireStrictCleanup();
    }
}

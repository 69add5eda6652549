package millrace.sinks.iceberg.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Files that hold the rows of other files of a table, proposed to take their place; or files proposed to leave the table
 * with all their rows.
 *
 * @param kind which of the two
 * @param id unique for all time; the same id always means the same files
 * @param worker the incarnation of the maintenance worker that wrote them
 * @param layout of the table that the files were read in; one from which rows cannot be followed any more is refused
 * @param snapshotId that the files were read in, with what was deleted in them then
 * @param replaced the files that are to leave the table, as Iceberg's own JSON describes them
 * @param deletes what was deleted in them then and leaves with them, likewise; empty for tables whose rows are followed,
 *        where more has been deleted since
 * @param files that are to come into it; empty if the others held no live row
 * @param moved where the rows are now; absent for tables whose rows nobody knows by their position
 * @param created when the first row was read; a rewrite that is too old is refused, so that orphans can be removed
 */
public record Rewrite(Kind kind, String id, String worker, long layout, long snapshotId, List<String> replaced,
        List<String> deletes, List<StagedFile> files, Optional<StagedMoves> moved, Instant created)
        implements
            Replacing {
    public Rewrite {
        if (replaced.isEmpty()) {
            throw new IllegalArgumentException("rewrite " + id + " of nothing");
        }
        if (kind == Kind.LEAVE && !files.isEmpty()) {
            throw new IllegalArgumentException("rewrite " + id + " brings files, and rows are to leave");
        }
        replaced = List.copyOf(replaced);
        deletes = List.copyOf(deletes);
        files = List.copyOf(files);
    }

    /** What becomes of the rows. */
    public enum Kind {
        /** They are in other files. */
        REPLACE,
        /** They are not in the table any more: it does not keep what is so old. */
        LEAVE
    }

    public long rows() {
        return files.stream().mapToLong(StagedFile::rows).sum();
    }

    public long bytes() {
        return files.stream().mapToLong(StagedFile::bytes).sum();
    }

    /** A file that says where rows went. */
    public record StagedMoves(String location, long bytes) {}
}

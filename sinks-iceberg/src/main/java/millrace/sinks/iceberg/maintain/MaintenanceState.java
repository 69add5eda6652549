package millrace.sinks.iceberg.maintain;

import java.time.Instant;
import java.util.Optional;

/**
 * What a maintenance worker has done since it began.
 *
 * @param underWay rewrites that are being written, or wait for the committer
 * @param left whose rows the table does not keep any more
 * @param problem of the newest attempt to look or to rewrite, if it failed
 */
public record MaintenanceState(int underWay, Rewrites rewrites, Left left, Cleaned cleaned,
        Optional<String> problem) {
    static final MaintenanceState NOTHING = new MaintenanceState(0, Rewrites.NONE, Left.NOTHING, Cleaned.NOTHING,
            Optional.empty());

    /**
     * Files that were put into better ones.
     *
     * @param done rewrites that are part of the table
     * @param refused that are not
     * @param unanswered that no committer took notice of
     * @param filesBefore that were replaced, and {@code filesAfter}, those that took their place
     * @param bytesBefore of them, and {@code bytesAfter}
     * @param last when the newest became part of the table
     */
    public record Rewrites(long done, long refused, long unanswered, long filesBefore, long filesAfter,
            long bytesBefore,
            long bytesAfter, Optional<Instant> last) {
        static final Rewrites NONE = new Rewrites(0, 0, 0, 0, 0, 0, 0, Optional.empty());

        Rewrites andDone(long before, long after, long bytesIn, long bytesOut, Instant now) {
            return new Rewrites(done + 1, refused, unanswered, filesBefore + before, filesAfter + after,
                    bytesBefore + bytesIn,
                    bytesAfter + bytesOut, Optional.of(now));
        }

        Rewrites andInVain() {
            return new Rewrites(done, refused + 1, unanswered, filesBefore, filesAfter, bytesBefore, bytesAfter, last);
        }

        Rewrites andUnanswered() {
            return new Rewrites(done, refused, unanswered + 1, filesBefore, filesAfter, bytesBefore, bytesAfter, last);
        }
    }

    /** Files that have left the table with all their rows. */
    public record Left(long files, long bytes) {
        static final Left NOTHING = new Left(0, 0);

        Left and(long moreFiles, long moreBytes) {
            return new Left(files + moreFiles, bytes + moreBytes);
        }
    }

    /**
     * What was taken out.
     *
     * @param snapshots old ones
     * @param files that only those had
     * @param manifests by how many there were fewer each time that they were put in order
     * @param orphans files that no snapshot had, and {@code orphanBytes}, what they took
     */
    public record Cleaned(long snapshots, long files, long manifests, long orphans, long orphanBytes) {
        static final Cleaned NOTHING = new Cleaned(0, 0, 0, 0, 0);

        Cleaned expired(long more, long theirFiles) {
            return new Cleaned(snapshots + more, files + theirFiles, manifests, orphans, orphanBytes);
        }

        Cleaned swept(long more, long bytes) {
            return new Cleaned(snapshots, files, manifests, orphans + more, orphanBytes + bytes);
        }

        Cleaned inOrder(long fewer) {
            return new Cleaned(snapshots, files, manifests + fewer, orphans, orphanBytes);
        }
    }
}

package millrace.sinks.iceberg.maintain;

import java.time.Instant;
import java.util.Optional;

/**
 * What a maintenance worker has done since it began.
 *
 * @param underWay groups of files that are being rewritten, or wait for the committer
 * @param rewrites that are part of the table
 * @param refused that are not
 * @param filesBefore that were replaced, and {@code filesAfter}, those that took their place
 * @param bytesBefore of them, and {@code bytesAfter}
 * @param last when the newest became part of the table
 * @param problem of the newest attempt, if it failed
 */
public record MaintenanceState(int underWay, long rewrites, long refused, long filesBefore, long filesAfter,
        long bytesBefore, long bytesAfter, Optional<Instant> last, Optional<String> problem) {
    static final MaintenanceState NOTHING = new MaintenanceState(0, 0, 0, 0, 0, 0, 0, Optional.empty(),
            Optional.empty());

    MaintenanceState done(long before, long after, long bytesIn, long bytesOut, Instant now) {
        return new MaintenanceState(underWay, rewrites + 1, refused, filesBefore + before, filesAfter + after,
                bytesBefore + bytesIn, bytesAfter + bytesOut, Optional.of(now), Optional.empty());
    }

    MaintenanceState inVain() {
        return new MaintenanceState(underWay, rewrites, refused + 1, filesBefore, filesAfter, bytesBefore, bytesAfter,
                last, problem);
    }

    MaintenanceState failed(String why) {
        return new MaintenanceState(underWay, rewrites, refused, filesBefore, filesAfter, bytesBefore, bytesAfter, last,
                Optional.of(why));
    }

    MaintenanceState with(int open) {
        return new MaintenanceState(open, rewrites, refused, filesBefore, filesAfter, bytesBefore, bytesAfter, last,
                problem);
    }
}

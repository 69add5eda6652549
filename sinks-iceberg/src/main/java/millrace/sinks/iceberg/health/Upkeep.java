package millrace.sinks.iceberg.health;

import java.time.Instant;
import java.util.Optional;
import millrace.sinks.iceberg.health.TableHealth.Rewritten;

/**
 * How a table was kept in shape for some time.
 *
 * @param rewrites commits that put files into others
 * @param filesBefore that were replaced, and {@code filesAfter}, those that took their place
 * @param bytesBefore of them, and {@code bytesAfter}
 * @param last when the newest was committed
 */
public record Upkeep(int rewrites, long filesBefore, long filesAfter, long bytesBefore, long bytesAfter,
        Optional<Instant> last) {
    public static final Upkeep NONE = new Upkeep(0, 0, 0, 0, 0, Optional.empty());

    /** With one more, which came before the others. */
    Upkeep andBefore(Rewritten one) {
        return new Upkeep(rewrites + 1, filesBefore + one.filesBefore(), filesAfter + one.filesAfter(),
                bytesBefore + one.bytesBefore(), bytesAfter + one.bytesAfter(), last.or(() -> Optional.of(one.at())));
    }
}

package millrace.sinks.iceberg.maintain;

import java.time.Duration;
import java.util.function.LongFunction;
import millrace.sinks.iceberg.rewrite.RewriteRules;

/**
 * How a maintenance worker goes about a table.
 *
 * @param look how often it looks at the table's files
 * @param plan so many groups of files at most are planned with one look: what was planned long ago is in vain more often
 * @param resend when it proposes a rewrite again that has no answer
 * @param giveUp when it forgets one
 * @param parallel how many rewrites, of some groups each, are under way at a time
 * @param rewrite by the target size of the table's files
 * @param expire how often it takes out old snapshots
 * @param manifests how often it puts manifests in order
 * @param sweep how often it deletes orphans
 */
public record MaintenanceRules(Duration look, int plan, Duration resend, Duration giveUp, int parallel,
        LongFunction<RewriteRules> rewrite, Duration expire, Duration manifests, Duration sweep) {
    public static final MaintenanceRules USUAL = new MaintenanceRules(Duration.ofSeconds(10), 64,
            Duration.ofSeconds(10),
            Duration.ofMinutes(10), 1, RewriteRules::forTarget, Duration.ofMinutes(10), Duration.ofHours(1),
            Duration.ofDays(1));
}

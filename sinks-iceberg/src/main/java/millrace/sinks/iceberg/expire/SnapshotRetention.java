package millrace.sinks.iceberg.expire;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Decides which snapshots of a branch are not kept though they are young enough. Pure. */
final class SnapshotRetention {
    private SnapshotRetention() {}

    /**
     * One snapshot.
     *
     * @param landed whether it says how far the table has come; who goes on from there looks back for it from the head
     */
    record Version(long id, Instant at, boolean landed) {}

    /**
     * The snapshots to be taken out. The head stays, and everything back to the newest that says how far the table has come.
     * Asked again when these are gone it names none of the others until time has passed.
     *
     * @param ancestry the head, its parent and so on, as far as it goes without a gap
     * @param needed that are to stay for other reasons
     * @param atLeast so many stay in any case, the newest
     */
    static List<Long> superfluous(List<Version> ancestry, Set<Long> needed, int atLeast, SnapshotRules rules,
            Instant now) {
        List<Long> superfluous = new ArrayList<>();
        boolean landedBefore = false;
        for (int i = 0; i < ancestry.size(); i++) {
            Version version = ancestry.get(i);
            boolean old = version.at().isBefore(now.minus(rules.all()));
            if (i >= Math.max(1, atLeast) && landedBefore && old && !needed.contains(version.id())
                    && step(version, rules) == step(ancestry.get(i - 1), rules)) {
                superfluous.add(version.id());
            }
            landedBefore |= version.landed();
        }
        return superfluous;
    }

    private static long step(Version version, SnapshotRules rules) {
        return Math.floorDiv(version.at().toEpochMilli(), rules.step().toMillis());
    }
}

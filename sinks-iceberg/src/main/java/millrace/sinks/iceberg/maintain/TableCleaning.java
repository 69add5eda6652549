package millrace.sinks.iceberg.maintain;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.expire.OrphanFiles;
import millrace.sinks.iceberg.expire.OrphanFiles.Orphan;
import millrace.sinks.iceberg.expire.OwnFiles;
import millrace.sinks.iceberg.expire.SnapshotExpiry;
import millrace.sinks.iceberg.maintain.MaintenanceState.Cleaned;
import millrace.sinks.iceberg.manifest.ManifestRewrite;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes old snapshots and orphans out of one table and puts its manifests in order every so often, beside everything
 * else. One thread drives it; what was begun when it ends is begun anew by the next.
 */
final class TableCleaning {
    private static final Logger LOG = LoggerFactory.getLogger(TableCleaning.class);
    /** After a start, so that a process that is started often does not list the same files each time. */
    private static final Duration FIRST_SWEEP = Duration.ofHours(1);

    private final IcebergTables tables;
    private final TableSpec spec;
    private final MaintenanceRules rules;
    private final Executor executor;
    private final Clock clock;
    private volatile Cleaned cleaned = Cleaned.NOTHING;
    private Optional<CompletableFuture<Void>> underWay = Optional.empty();
    private volatile Instant expireAt;
    private volatile Instant sweepAt;
    private volatile Instant manifestsAt;

    TableCleaning(IcebergTables tables, TableSpec spec, MaintenanceRules rules, Executor executor, Clock clock) {
        this.tables = tables;
        this.spec = spec;
        this.rules = rules;
        this.executor = executor;
        this.clock = clock;
        // Tables that begin together are not to come due together for ever.
        Duration apart = Duration.ofMillis(Math.floorMod(spec.qualifiedName().hashCode(), rules.expire().toMillis()));
        Instant now = clock.instant().plus(apart);
        expireAt = now;
        manifestsAt = now;
        sweepAt = now.plus(Collections.min(List.of(FIRST_SWEEP, rules.sweep())));
    }

    Cleaned cleaned() {
        return cleaned;
    }

    /** Begins what is due, unless something is under way. */
    void step() {
        Instant now = clock.instant();
        if (!spec.isOnMain()) {
            return; // What is the whole table's is left to who keeps its main branch in shape.
        }
        if (underWay.isPresent() && !underWay.get().isDone()) {
            return;
        }
        if (!now.isBefore(expireAt)) {
            underWay = Optional.of(CompletableFuture.runAsync(() -> expireAt = after(this::expire, rules.expire()),
                    executor));
        } else if (!now.isBefore(manifestsAt)) {
            underWay = Optional.of(CompletableFuture.runAsync(
                    () -> manifestsAt = after(this::putManifestsInOrder, rules.manifests()), executor));
        } else if (!now.isBefore(sweepAt)) {
            underWay = Optional.of(CompletableFuture.runAsync(() -> sweepAt = after(this::sweep, rules.sweep()),
                    executor));
        }
    }

    /** When something that is done now is due again. */
    private Instant after(Runnable work, Duration pause) {
        Instant began = clock.instant();
        work.run();
        Instant end = clock.instant();
        return end.plus(Leaving.after(Duration.between(began, end), pause));
    }

    private void expire() {
        try {
            mayBeCleaned().ifPresent(table -> {
                SnapshotExpiry.Expired expired = SnapshotExpiry.run(table, clock.instant());
                cleaned = cleaned.expired(expired.plan().snapshots(), expired.files());
            });
        } catch (RuntimeException e) {
            LOG.warn("{}: old snapshots stay for now", spec.qualifiedName(), e);
        }
    }

    private void putManifestsInOrder() {
        try {
            tables.load(spec).ifPresent(table -> {
                ManifestRewrite.Result done = ManifestRewrite.run(table);
                cleaned = cleaned.inOrder(Math.max(0, done.before() - done.after()));
            });
        } catch (RuntimeException e) {
            LOG.info("{}: its manifests stay as they are for now: {}", spec.qualifiedName(), Failure.words(e));
        }
    }

    private void sweep() {
        try {
            mayBeCleaned().ifPresent(table -> {
                List<Orphan> orphans = OrphanFiles.find(table, clock.instant());
                OrphanFiles.delete(table, orphans);
                cleaned = cleaned.swept(orphans.size(), orphans.stream().mapToLong(Orphan::bytes).sum());
            });
        } catch (ProblemException e) {
            LOG.info("{}", e.problems().get(0).toText("not swept"));
        } catch (RuntimeException e) {
            LOG.warn("{}: files that nobody needs stay for now", spec.qualifiedName(), e);
        }
    }

    /** The table, unless its files belong to others too. */
    private Optional<Table> mayBeCleaned() {
        return tables.load(spec).filter(OwnFiles::mayBeDeleted);
    }
}

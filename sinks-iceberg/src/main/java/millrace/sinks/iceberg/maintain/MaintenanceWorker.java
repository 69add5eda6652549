package millrace.sinks.iceberg.maintain;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import millrace.schemas.problem.Failure;
import millrace.sinks.iceberg.age.PartitionAges;
import millrace.sinks.iceberg.age.TierLayout;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.commit.TableCommitter;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.event.ControlLog;
import millrace.sinks.iceberg.event.Rewrite;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.moved.MovedRows;
import millrace.sinks.iceberg.moved.MovedRowsFile;
import millrace.sinks.iceberg.rewrite.Destination;
import millrace.sinks.iceberg.rewrite.Pace;
import millrace.sinks.iceberg.rewrite.RewritePlan;
import millrace.sinks.iceberg.rewrite.RewriteRules;
import millrace.sinks.iceberg.rewrite.Rewriter;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.util.ContentFileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files of one table in shape, and its past short: looks at them, rewrites groups of them beside the work of
 * others, and proposes the result to the table's committer, who alone changes its rows' files. What it has begun when it
 * ends is begun anew by the next; what it has proposed and not heard of is an orphan at worst. One thread drives it; answers
 * may come from any.
 */
public final class MaintenanceWorker {
    private static final Logger LOG = LoggerFactory.getLogger(MaintenanceWorker.class);

    /** One rewrite makes one new layout of the table, which remembers some; but what fails in it fails together. */
    private static final int GROUPS_TOGETHER = 16;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    /** Who was not fast enough so often in a row looks again when it is time, not at once. */
    private static final int LOOKS_AT_ONCE = 3;

    private final String worker;
    private final IcebergTables tables;
    private final TableSpec spec;
    private final ControlLog control;
    private final MaintenanceRules rules;
    private final Executor rewriting;
    private final Pace pace;
    private final Clock clock;
    private final Queue<SinkEvent.Answer> inbox = new ConcurrentLinkedQueue<>();
    /** Groups of the newest look, the most worthwhile first; what has died in them since is found by the committer. */
    private final Deque<Planned> planned = new ArrayDeque<>();
    private final Map<String, UnderWay> underWay = new LinkedHashMap<>();
    private final TableCleaning cleaning;
    private volatile MaintenanceState state = MaintenanceState.NOTHING;
    private MaintenanceState.Rewrites done = MaintenanceState.Rewrites.NONE;
    private MaintenanceState.Left left = MaintenanceState.Left.NOTHING;
    private Optional<String> problem = Optional.empty();
    private Instant lookAt = Instant.MIN;
    /** The snapshot whose files were seen last, and when; 0 if they are to be seen again in any case. */
    private long lookedAt;
    private Instant looked = Instant.MIN;
    private long rewrites;
    /** In a row. */
    private int failures;
    /** In a row. */
    private int refusals;
    private boolean hasLooked;

    private record Planned(Table table, TableState seen, RewritePlan.Group group, List<FileScanTask> tasks,
            Destination destination) {
        Rewrite.Kind kind() {
            return group.way() == RewritePlan.Way.LEAVE ? Rewrite.Kind.LEAVE : Rewrite.Kind.REPLACE;
        }

        /** Groups whose files leave have many files already. */
        int mostTogether() {
            return kind() == Rewrite.Kind.LEAVE ? 1 : GROUPS_TOGETHER;
        }
    }

    /** Groups that become part of the table together; of one look. */
    private record Batch(Table table, TableState seen, List<Planned> groups) {
        long bytes() {
            return groups.stream().mapToLong(p -> p.group().bytes()).sum();
        }

        Rewrite.Kind kind() {
            return groups.get(0).kind();
        }

        List<FileScanTask> tasks() {
            return groups.stream().flatMap(p -> p.tasks().stream()).toList();
        }

        @Override
        public String toString() {
            return groups.stream().map(p -> p.group().why() + "/" + p.group().way()).distinct().sorted().toList()
                    .toString();
        }
    }

    private static final class UnderWay {
        final Batch batch;
        final CompletableFuture<Rewrite> rewrite;
        Optional<Instant> firstSent = Optional.empty();
        Instant sent = Instant.MIN;

        UnderWay(Batch batch, CompletableFuture<Rewrite> rewrite) {
            this.batch = batch;
            this.rewrite = rewrite;
        }
    }

    /**
     * @param worker names this incarnation, unique for all time
     * @param rewriting where files are read and written
     * @param pace of all of them together
     * @param cleaning where snapshots and orphans are taken out, which may take long
     */
    public MaintenanceWorker(String worker, IcebergTables tables, TableSpec spec, ControlLog control,
            MaintenanceRules rules, Executor rewriting, Pace pace, Executor cleaning, Clock clock) {
        this.worker = worker;
        this.tables = tables;
        this.spec = spec;
        this.control = control;
        this.rules = rules;
        this.rewriting = rewriting;
        this.pace = pace;
        this.clock = clock;
        this.cleaning = new TableCleaning(tables, spec, rules, cleaning, clock);
    }

    public MaintenanceState state() {
        return state;
    }

    /** Whether nothing is left of what was planned when it looked last; as of the last step. */
    public boolean isDone() {
        return hasLooked && planned.isEmpty() && underWay.isEmpty();
    }

    /** Takes in a committer's answer; from any thread. */
    public void hear(SinkEvent.Answer answer) {
        inbox.add(answer);
    }

    /** Hears answers, proposes what is written, and looks at the table when it is time. Throws nothing but errors. */
    public void step() {
        answers();
        Instant now = clock.instant();
        underWay.values().removeIf(u -> isOver(u, now));
        if (planned.isEmpty() && underWay.size() < rules.parallel() && !now.isBefore(lookAt)) {
            try {
                look(now);
            } catch (RuntimeException e) {
                failed(e);
            }
            Duration pause = Leaving.after(Duration.between(now, clock.instant()), rules.look())
                    .multipliedBy(1L << Math.min(failures, 20));
            Duration longest = Collections.max(List.of(LONGEST_PAUSE, rules.look()));
            lookAt = now.plus(Collections.min(List.of(pause, longest)));
        }
        while (!planned.isEmpty() && underWay.size() < rules.parallel()) {
            begin(next(), now);
        }
        cleaning.step();
        state = new MaintenanceState(underWay.size(), done, left, cleaning.cleaned(), problem);
    }

    private void answers() {
        for (SinkEvent.Answer answer = inbox.poll(); answer != null; answer = inbox.poll()) {
            switch (answer) {
                case SinkEvent.Rewritten rewritten -> {
                    UnderWay mine = underWay.remove(rewritten.rewrite());
                    if (mine != null) {
                        failures = 0;
                        refusals = 0;
                        Rewrite rewrite = mine.rewrite.join();
                        switch (rewrite.kind()) {
                            case REPLACE -> done = done.andDone(rewrite.replaced().size(), rewrite.files().size(),
                                    mine.batch.bytes(), rewrite.bytes(), clock.instant());
                            case LEAVE -> left = left.and(rewrite.replaced().size(), mine.batch.bytes());
                        }
                        problem = Optional.empty();
                        LOG.debug("{}: {} files are {} now {}", spec.qualifiedName(), rewrite.replaced().size(),
                                rewrite.files().size(), mine.batch);
                    }
                }
                case SinkEvent.RewriteRefused refused -> {
                    if (underWay.remove(refused.rewrite()) != null) {
                        // What was planned with it may be in vain too.
                        planned.clear();
                        lookedAt = 0;
                        if (++refusals <= LOOKS_AT_ONCE) {
                            lookAt = Instant.MIN;
                        }
                        done = done.andInVain();
                    }
                }
                default -> {}
            }
        }
    }

    /** Sends what is ready, and says whether it is to be forgotten. */
    private boolean isOver(UnderWay one, Instant now) {
        if (!one.rewrite.isDone()) {
            return false;
        }
        try {
            Rewrite rewrite = one.rewrite.join();
            if (one.firstSent.filter(first -> !now.isBefore(first.plus(rules.giveUp()))).isPresent()) {
                done = done.andUnanswered();
                return true;
            }
            if (one.firstSent.isEmpty() || !now.isBefore(one.sent.plus(rules.resend()))) {
                one.firstSent = one.firstSent.or(() -> Optional.of(now));
                one.sent = now;
                control.send(
                        new SinkEvent.RewriteStaged(BranchTable.landingId(one.batch.table()).orElseThrow(), rewrite));
            }
            return false;
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof Pace.StoppedException)) {
                failed(e.getCause());
            }
            return true;
        }
    }

    private void failed(Throwable e) {
        LOG.warn("{}: cannot be kept in shape now, trying again", spec.qualifiedName(), e);
        lookedAt = 0;
        failures++;
        planned.clear();
        problem = Optional.of(Failure.words(e));
    }

    private void look(Instant now) {
        Optional<Table> loaded = tables.load(spec);
        if (loaded.isEmpty() || loaded.get().currentSnapshot() == null) {
            hasLooked = true;
            return;
        }
        Table table = loaded.get();
        switch (MarkedTable.look(table)) {
            case TableLook.Unusable unusable -> problem = Optional.of(unusable.problem().message());
            case TableLook.Found found -> plan(table, found, now);
        }
        hasLooked = true;
    }

    private void plan(Table table, TableLook.Found found, Instant now) {
        if (found.state().mark().isEmpty()) {
            return;
        }
        RewriteRules when = rules.rewrite().apply(IcebergTables.targetFileSize(table));
        if (found.state().snapshotId() == lookedAt && now.isBefore(looked.plus(when.settled()))) {
            return;
        }
        TableFiles files = TableFiles.of(table, ages(table, found.state(), now));
        lookedAt = found.state().snapshotId();
        looked = now;
        Set<String> taken = new HashSet<>();
        underWay.values().forEach(u -> u.batch.groups().forEach(p -> taken.addAll(p.group().locations())));
        RewritePlan.of(files.files().stream().filter(f -> !taken.contains(f.location())).toList(), when,
                Rewriter.order(table), now).stream().limit(rules.plan())
                .forEach(group -> planned.add(new Planned(table, found.state(), group, files.tasks(group),
                        files.destination(table, group))));
    }

    private PartitionAges ages(Table table, TableState seen, Instant now) {
        if (spec.ages().isEmpty()) {
            return PartitionAges.NONE;
        }
        try {
            TierLayout.prepare(table, spec);
            return TierLayout.ages(table, spec, seen.completeThrough(), now);
        } catch (RuntimeException e) {
            // The rest of what is to be done to the table does not wait for it.
            LOG.warn("{}: its old rows stay where they are for now", spec.qualifiedName(), e);
            problem = Optional.of(Failure.words(e));
            return PartitionAges.NONE;
        }
    }

    /** As many of what is planned as come to one large file; of small partitions those are several. */
    private Batch next() {
        Planned first = planned.remove();
        List<Planned> groups = new ArrayList<>(List.of(first));
        long bytes = first.group().bytes();
        long target = IcebergTables.targetFileSize(first.table());
        while (!planned.isEmpty() && groups.size() < first.mostTogether() && planned.element().kind() == first.kind()
                && bytes + planned.element().group().bytes() <= target) {
            Planned more = planned.remove();
            bytes += more.group().bytes();
            groups.add(more);
        }
        return new Batch(first.table(), first.seen(), groups);
    }

    private void begin(Batch next, Instant now) {
        String id = worker + "-" + ++rewrites;
        underWay.put(id,
                new UnderWay(next, CompletableFuture.supplyAsync(() -> rewrite(next, id, now), rewriting)));
    }

    private Rewrite rewrite(Batch next, String id, Instant now) {
        Table table = next.table();
        boolean followed = spec.layout() == TableSpec.Layout.NEWEST;
        List<DataFile> files = new ArrayList<>();
        List<MovedRows> moved = new ArrayList<>();
        boolean done = false;
        try {
            for (Planned planned : next.groups()) {
                Rewriter.Rewritten written = switch (planned.kind()) {
                    case REPLACE -> Rewriter.rewrite(table, planned.tasks(), planned.destination(),
                            planned.group().way(), id + "-" + moved.size(), pace);
                    case LEAVE -> Rewriter.leave(planned.tasks());
                };
                files.addAll(written.files());
                moved.add(written.moved());
            }
            Optional<Rewrite.StagedMoves> staged = followed
                    ? Optional.of(staged(table, MovedRows.together(moved), id))
                    : Optional.empty();
            done = true;
            return new Rewrite(next.kind(), id, worker, next.seen().layout(), next.seen().snapshotId(),
                    next.tasks().stream().map(t -> TableCommitter.named(t.file(), table.specs())).toList(),
                    followed ? List.of() : deletes(next),
                    files.stream().map(f -> TableCommitter.staged(f, table.specs())).toList(), staged, now);
        } finally {
            if (!done) {
                files.forEach(f -> table.io().deleteFile(f.location()));
            }
        }
    }

    /** Those that are about one file, and leave the table with it. */
    private static List<String> deletes(Batch next) {
        return next.tasks().stream().flatMap(t -> t.deletes().stream()).filter(ContentFileUtil::isFileScoped)
                .map(d -> TableCommitter.named(d, next.table().specs())).toList();
    }

    private static Rewrite.StagedMoves staged(Table table, MovedRows moved, String id) {
        OutputFile file = OutputFileFactory.builderFor(table, 0, 0).operationId(id + "-moved").format(FileFormat.PUFFIN)
                .build().newOutputFile().encryptingOutputFile();
        MovedRowsFile.write(file, moved);
        return new Rewrite.StagedMoves(file.location(), file.toInputFile().getLength());
    }
}

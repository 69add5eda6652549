package millrace.ops.replay;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import millrace.ops.run.Connections;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.Written;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.publish.ReplayPublication;
import millrace.replay.publish.ReplayPublication.Action;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.audit.AuditEntry;
import millrace.sinks.iceberg.audit.AuditTable;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.branch.TableCuts;
import millrace.sinks.iceberg.publish.RangePublisher.State;
import millrace.sinks.iceberg.run.Publishing;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.topology.assemble.Pipeline;

/**
 * Puts what a replay has given in the place of what the tables have, or takes that back: table by table, those first that
 * others are computed from. All of it can be done again after a crash, by whoever comes next.
 */
public final class Publications {
    private final ReplayPlan plan;
    private final ReplayPublication publication;
    private final List<Target> targets = new ArrayList<>();
    private final String pipeline;
    private final Connections connections;
    private final Supplier<LiveProgress> progressOfLive;
    private final AdmittedRecords admitted;
    private final Clock clock;

    private record Target(Written model, TableSpec table) {}

    /** @param all whether every table has it now, as far as it had to be done to it */
    public record Outcome(boolean all, List<Published> tables) {}

    /**
     * A table with what it has come to.
     *
     * @param cuts of days that had been cut before, made of what it has now
     * @param uncut why there are none, if that is not because no day had been cut
     */
    public record Published(String table, long before, OptionalLong after, String tag, List<String> cuts,
            Optional<String> uncut) {
        Published cut(List<String> names) {
            return new Published(table, before, after, tag, names, Optional.empty());
        }

        Published uncut(String why) {
            return new Published(table, before, after, tag, List.of(), Optional.of(why));
        }
    }

    /**
     * @param tables of the live pipeline, by model
     * @param progressOfLive made for each run
     */
    Publications(ReplayEntry entry, Pipeline live, Map<String, TableSpec> tables, Connections connections,
            Supplier<LiveProgress> progressOfLive, AdmittedRecords admitted, Clock clock) {
        this.progressOfLive = progressOfLive;
        this.admitted = admitted;
        plan = entry.plan();
        publication = new ReplayPublication(plan, entry.rollbacks());
        pipeline = live.name();
        this.connections = connections;
        this.clock = clock;
        // Each model stands behind those that it reads.
        live.models().forEach(m -> plan.models().stream().filter(w -> w.model().equals(m.name())).findFirst()
                .filter(w -> tables.containsKey(w.model()))
                .ifPresent(w -> targets.add(new Target(w, tables.get(w.model())))));
    }

    /** Names of the tables, in their order. */
    public List<String> tables() {
        return targets.stream().map(t -> t.table().qualifiedName()).toList();
    }

    /** The tag that each table gets. */
    public String tag(Action action) {
        return publication.tag(action);
    }

    /** Event time that each table has to be complete through first; absent if that is the end of time. */
    public Optional<Instant> settled() {
        long micros = plan.settled().orElse(Long.MAX_VALUE);
        return micros > Long.MAX_VALUE / 8
                ? Optional.empty()
                : Optional.of(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    }

    /**
     * Does it.
     *
     * @param stop ends it between two steps
     * @param progress is told of a table how far it is, again and again
     * @return what it has come to; of fewer tables if it was stopped
     * @throws ProblemException if one of them cannot have it
     */
    public Outcome run(Action action, String who, Optional<String> reason, BooleanSupplier stop,
            Progress progress) throws InterruptedException {
        try (LiveProgress live = progressOfLive.get()) {
            return run(action, who, reason, stop, progress, live);
        }
    }

    private Outcome run(Action action, String who, Optional<String> reason, BooleanSupplier stop,
            Progress progress, LiveProgress live) throws InterruptedException {
        List<Published> done = new ArrayList<>();
        for (Target target : targets) {
            State end = Publishing.run(SinkConfig.of(pipeline, connections.kafkaClient()), connections.catalog(),
                    target.table(), publication.request(action, target.model(), who, reason), switch (action) {
                        case PUBLISH -> live.before(target.table().topic());
                        case ROLLBACK -> live.beforeTakenBack();
                    }, clock,
                    stop,
                    state -> progress.of(target.table().qualifiedName(), state));
            switch (end) {
                case State.Published published -> {
                    done.add(new Published(target.table().qualifiedName(), published.before(), published.after(),
                            publication.tag(action), List.of(), Optional.empty()));
                    write(action, target.table(), published, who, reason);
                }
                case State.Failed failed -> throw new ProblemException(failed.problem());
                case State.UnderWay stopped -> {
                    return new Outcome(false, done);
                }
            }
        }
        // Tables come first: should this be all that is left undone, the records are found late again, and taken in again.
        switch (action) {
            case PUBLISH -> admitted.admit(plan.amends());
            case ROLLBACK -> admitted.withdraw(plan.amends());
        }
        done.replaceAll(this::cut);
        return new Outcome(true, done);
    }

    /** A report about a day that was made before can be made again, and beside it from what is known now. */
    private Published cut(Published published) {
        if (!(plan.kind() instanceof Kind.Bounded bounded)) {
            return published;
        }
        LocalDate from = bounded.from().map(t -> LocalDate.ofInstant(t, ZoneOffset.UTC)).orElse(LocalDate.MIN);
        LocalDate to = bounded.to().map(t -> LocalDate.ofInstant(t.minusNanos(1), ZoneOffset.UTC))
                .orElse(LocalDate.MAX);
        try {
            return published.after().isPresent()
                    ? published.cut(TableCuts.next(connections.catalog(), published.table(), from, to,
                            published.after().getAsLong()).stream().map(TableCuts.Cut::name).toList())
                    : published.uncut("the snapshot that it came with has expired");
        } catch (ProblemException e) {
            // What is published is published; the days can be cut by hand.
            return published.uncut(e.problems().get(0).message());
        }
    }

    /** Hears how far a table is. */
    public interface Progress {
        void of(String table, State state);
    }

    /** Whether a table has it already, so that it can no longer be given up. */
    public boolean isBegun() {
        return targets.stream().anyMatch(t -> TableBranches.find(connections.catalog(), t.table().qualifiedName(),
                publication.tag(Action.PUBLISH)).isPresent());
    }

    /** @throws ProblemException if a table does not have the branch any more */
    public void requireBranches() {
        for (Target target : targets) {
            String branch = target.table().onBranch(plan.branch()).qualifiedName();
            if (TableBranches.find(connections.catalog(), target.table().qualifiedName(), plan.branch()).isEmpty()) {
                throw new ProblemException(Problem.of(ReplayProblem.REPLAY_UNKNOWN, branch,
                        "There is no branch " + branch + " any more.").withRemedy(ReplayProblem.REPLAY_ENDED.remedy()));
            }
        }
    }

    private void write(Action action, TableSpec table, State.Published published, String who,
            Optional<String> reason) {
        AuditTable.add(connections.catalog(), new AuditEntry(publication.tag(action) + "@" + table.qualifiedName(),
                clock.instant(), who, pipeline, action.word(), plan.id(), Optional.of(table.qualifiedName()),
                OptionalLong.of(published.before()), published.after(), ReplayAudit.offsets(plan), plan.revision(),
                reason));
    }
}

package millrace.sinks.iceberg.publish;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.commit.PublishedFiles;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.event.ControlLog;
import millrace.sinks.iceberg.event.Publication;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.StagedDeletes;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Puts the rows of a branch or tag in the place of those of a stretch of time of the same table, by way of the table's
 * committer: waits until nothing can come for the stretch any more, looks for its rows, proposes, and hears the answer. What
 * has moved meanwhile is looked for again. Who does the same again after a crash finds out by the tag whether it is done. One
 * thread drives it; answers may come from any.
 */
public final class RangePublisher {
    /** In a snapshot's summary: the tag of the publication that it is. */
    public static final String PUBLISHED = "millrace.published";

    private final IcebergTables tables;
    private final TableSpec spec;
    private final ControlLog control;
    private final Request request;
    private final Exactness exactness;
    private final Patience patience;
    private final String worker;
    private final Clock clock;
    private final Queue<SinkEvent.Answer> inbox = new ConcurrentLinkedQueue<>();
    private Optional<Seen> seen = Optional.empty();
    private Optional<Source> source = Optional.empty();
    private Optional<SinkEvent.RangeStaged> proposed = Optional.empty();
    private Instant firstSent = Instant.MAX;
    private Instant sent = Instant.MIN;
    private int attempts;
    private State state = new State.Preparing(0);

    /**
     * What is to be published.
     *
     * @param range whose rows are replaced
     * @param settled event time in microseconds that the table has to be complete through; absent if nothing is waited for
     * @param tag that the snapshot before gets; a table that has it has the publication
     * @param summary what the snapshot's summary says of it
     */
    public record Request(RangeSource source, RowRange range, OptionalLong settled, String tag,
            Map<String, String> summary) {
        public Request {
            summary = Map.copyOf(summary);
        }
    }

    /** Whether the table has exactly the rows in the range that those that are published take the place of. */
    public interface Exactness {
        /** Where nothing comes. */
        Exactness ALWAYS = new Exactness() {
            @Override
            public Verdict hasAll(TableState table) {
                return Verdict.EXACT;
            }

            @Override
            public Later hasNoMore() {
                return () -> Verdict.EXACT;
            }
        };

        /** Whether the table has them all, so that none of them comes once they are replaced. */
        Verdict hasAll(TableState table);

        /** Begun after the table was looked at: whether it had no others then. */
        Later hasNoMore();

        /** A question that is asked until the answer is known. */
        interface Later {
            Verdict now();
        }

        /** What is known. */
        sealed interface Verdict {
            Verdict EXACT = new Exact();

            record Exact() implements Verdict {}

            /** It is not known yet. */
            record NotYet(String why) implements Verdict {}

            /** They are not. */
            record Inexact(Problem problem) implements Verdict {}
        }
    }

    /**
     * @param attempts how often it prepares anew what a committer has refused
     * @param resend after how long it proposes again
     * @param giveUp after how long without an answer it ends
     */
    public record Patience(int attempts, Duration resend, Duration giveUp) {
        public static final Patience USUAL = new Patience(20, Duration.ofSeconds(5), Duration.ofMinutes(2));
    }

    /** How far it is. */
    public sealed interface State {
        /** Something is still to be done. */
        sealed interface UnderWay extends State {}

        /** Nothing more is done. */
        sealed interface Over extends State {}

        /**
         * The table is not complete enough.
         *
         * @param through event time in microseconds that it is complete through; absent if it does not say it
         */
        record Waiting(OptionalLong through) implements UnderWay {}

        /** It is not known yet whether it can be done. */
        record Held(String why) implements UnderWay {}

        /** Rows are looked for. */
        record Preparing(int refusals) implements UnderWay {}

        /** The committer has it. */
        record Proposed(long files, long rows, long replaced) implements UnderWay {}

        /**
         * It is part of the table.
         *
         * @param before the snapshot that the tag names
         * @param after the snapshot that it came with; absent if that has expired
         */
        record Published(long before, OptionalLong after) implements Over {}

        /** It is not, and will not be. */
        record Failed(Problem problem) implements Over {}
    }

    private record Seen(Table table, TableState state, Exactness.Later hasNoMore) {}

    /** The rows to publish, which are taken from the source once. */
    private record Source(long snapshotId, RangeRows.Taken taken) {}

    /** @param worker names this incarnation, unique for all time */
    public RangePublisher(String worker, IcebergTables tables, TableSpec spec, ControlLog control, Request request,
            Exactness exactness, Patience patience, Clock clock) {
        this.worker = worker;
        this.tables = tables;
        this.spec = spec;
        this.control = control;
        this.request = request;
        this.exactness = exactness;
        this.patience = patience;
        this.clock = clock;
    }

    public State state() {
        return state;
    }

    /** Whether nothing more is done. */
    public boolean isOver() {
        return state instanceof State.Over;
    }

    /** Takes in a committer's answer; from any thread. */
    public void hear(SinkEvent.Answer answer) {
        inbox.add(answer);
    }

    /** Does what is next. Throws what a catalog or storage throws; the next step goes on from there. */
    public State step() {
        if (isOver()) {
            return state;
        }
        answers();
        Instant now = clock.instant();
        if (proposed.isEmpty()) {
            if (!isOver() && seen.isPresent()) {
                settle();
            } else if (!isOver()) {
                look();
            }
        } else if (!now.isBefore(firstSent.plus(patience.giveUp()))) {
            // The answer may have been lost, and not the commit.
            Optional<State.Published> done = published(load());
            state = done.isPresent()
                    ? done.get()
                    : failed(SinkProblem.COMMITTER_SILENT,
                            "No committer has answered for " + patience.giveUp().toSeconds() + " s.");
        } else if (!now.isBefore(sent.plus(patience.resend()))) {
            send(now);
        }
        return state;
    }

    private void answers() {
        for (SinkEvent.Answer answer = inbox.poll(); answer != null; answer = inbox.poll()) {
            switch (answer) {
                case SinkEvent.Rewritten done when isOurs(done.rewrite()) -> proposed = Optional.empty();
                case SinkEvent.RewriteRefused refused when isOurs(refused.rewrite()) -> {
                    proposed = Optional.empty();
                    state = ++attempts < patience.attempts()
                            ? new State.Preparing(attempts)
                            : failed(SinkProblem.RANGE_REFUSED, "Refused " + attempts + " times, at last because "
                                    + refused.message() + ".");
                }
                default -> {}
            }
        }
    }

    private boolean isOurs(String id) {
        return proposed.filter(p -> p.publication().id().equals(id)).isPresent();
    }

    private void look() {
        Table table = load();
        Optional<State.Published> done = published(table);
        if (done.isPresent()) {
            state = done.get();
            return;
        }
        switch (MarkedTable.look(table)) {
            case TableLook.Unusable unusable -> state = new State.Failed(unusable.problem());
            case TableLook.Found found -> {
                OptionalLong through = found.state().completeThrough();
                if (found.state().snapshotId() == 0 || request.settled().isPresent()
                        && (through.isEmpty() || through.getAsLong() < request.settled().getAsLong())) {
                    state = new State.Waiting(through);
                } else if (isExact(exactness.hasAll(found.state()))) {
                    seen = Optional.of(new Seen(table, found.state(), exactness.hasNoMore()));
                    settle();
                }
            }
        }
    }

    /** The table as it was seen is proposed for, however long that takes: what has come since the committer sees. */
    private void settle() {
        Seen table = seen.orElseThrow();
        if (isExact(table.hasNoMore().now())) {
            seen = Optional.empty();
            propose(table.table(), table.state());
        }
    }

    /** If not, the state says so. */
    private boolean isExact(Exactness.Verdict verdict) {
        switch (verdict) {
            case Exactness.Verdict.Exact exact -> {}
            case Exactness.Verdict.NotYet not -> state = new State.Held(not.why());
            case Exactness.Verdict.Inexact not -> state = new State.Failed(not.problem());
        }
        return verdict instanceof Exactness.Verdict.Exact;
    }

    private void propose(Table table, TableState seen) {
        SnapshotRef from = table.refs().get(request.source().ref());
        if (from == null) {
            state = failed(SinkProblem.BRANCH_MISSING, "The table has no branch or tag " + request.source().ref()
                    + ".");
            return;
        }
        state = new State.Preparing(attempts);
        String id = worker + "-" + attempts;
        try {
            DeadRows dead = new RangeRows(table, seen.snapshotId(), request.range()).live();
            RangeRows.Taken taken = taken(table, from.snapshotId(), id);
            long replaced = dead.count();
            dead.addAll(taken.unseen());
            Optional<StagedDeletes> deletes = dead.isEmpty() ? Optional.empty() : Optional.of(dead.write(table, id));
            Map<String, String> summary = new HashMap<>(request.summary());
            summary.put(PUBLISHED, request.tag());
            Publication.StagedList files = PublishedFiles.write(table, taken.files(), id);
            // All of that may have taken long.
            Instant now = clock.instant();
            Publication publication = new Publication(id, worker, seen.layout(), seen.snapshotId(), request.range(),
                    new Publication.Source(request.source().ref(), from.snapshotId()),
                    files, deletes, request.tag(), summary, now);
            proposed = Optional.of(new SinkEvent.RangeStaged(table.uuid(), publication));
            firstSent = now;
            send(now);
            state = new State.Proposed(taken.files().size(), taken.rows(), replaced);
        } catch (ProblemException e) {
            state = new State.Failed(e.problems().get(0));
        }
    }

    private RangeRows.Taken taken(Table table, long snapshotId, String id) {
        if (source.filter(s -> s.snapshotId() == snapshotId).isEmpty()) {
            source = Optional.of(new Source(snapshotId, new RangeRows(table, snapshotId, request.range())
                    .take(request.source().files(), id)));
        }
        return source.get().taken();
    }

    private void send(Instant now) {
        sent = now;
        control.send(proposed.orElseThrow());
    }

    private Optional<State.Published> published(Table table) {
        SnapshotRef tag = table.refs().get(request.tag());
        if (tag == null) {
            return Optional.empty();
        }
        OptionalLong after = OptionalLong.empty();
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            if (request.tag().equals(snapshot.summary().get(PUBLISHED))) {
                after = OptionalLong.of(snapshot.snapshotId());
            }
        }
        return Optional.of(new State.Published(tag.snapshotId(), after));
    }

    private Table load() {
        return tables.load(spec).orElseThrow(() -> new ProblemException(
                Problem.of(SinkProblem.TABLE_MISSING, spec.qualifiedName(), "The catalog has no table "
                        + spec.qualifiedName() + ".").withRemedy(SinkProblem.TABLE_MISSING.remedy())));
    }

    private State.Failed failed(SinkProblem code, String message) {
        return new State.Failed(Problem.of(code, spec.qualifiedName(), message).withRemedy(code.remedy()));
    }
}

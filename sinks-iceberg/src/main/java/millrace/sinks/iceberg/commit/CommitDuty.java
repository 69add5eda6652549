package millrace.sinks.iceberg.commit;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.event.ControlLog;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Publication;
import millrace.sinks.iceberg.event.Replacing;
import millrace.sinks.iceberg.event.Rewrite;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.SinkProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The duty of committing one table, for as long as its control partition is assigned here: takes over, asks the ledger,
 * does what it decides, and answers the workers. One thread drives it; whoever drives it feeds the events of the
 * control partition in order, and again from {@link #rewind()} when that has a value.
 *
 * <p>
 * There is one way out of every trouble (a conflict, an unknown outcome, a missing table): forget the ledger, look at the
 * table, claim a new epoch, and hear the control partition again from the position that the table carries. Nothing that
 * is only known here can be lost, because nothing is only known here.
 */
public final class CommitDuty {
    private static final Logger LOG = LoggerFactory.getLogger(CommitDuty.class);
    private static final Duration REMIND = Duration.ofSeconds(30);

    private final String name;
    private final UUID uuid;
    private final LandingTable landing;
    private final ControlLog control;
    private final CommitRules rules;
    private final String controlTopicId;
    private final String reporter;
    private final Supplier<String> ids;

    private CommitLedger ledger;
    private CommitState state = new CommitState.TakingOver();
    private Optional<CommitRequest> inDoubt = Optional.empty();
    private OptionalLong rewind = OptionalLong.empty();
    private final Set<String> poisoned = new HashSet<>();
    private final Set<String> lookedFor = new HashSet<>();
    private final Map<Integer, Integer> evolved = new HashMap<>();
    private Duration pause;
    private Instant reminded = Instant.MIN;

    /**
     * @param name of the table, for the log
     * @param table its UUID; one that replaces it is another duty
     * @param controlTopicId Kafka's id of the control topic
     * @param reporter which process this is
     * @param ids makes commit ids, unique for all time
     */
    public CommitDuty(String name, UUID table, LandingTable landing, ControlLog control, CommitRules rules,
            String controlTopicId,
            String reporter, Supplier<String> ids) {
        this.name = name;
        this.uuid = table;
        this.landing = landing;
        this.control = control;
        this.rules = rules;
        this.controlTopicId = controlTopicId;
        this.reporter = reporter;
        this.ids = ids;
        this.pause = rules.retry();
    }

    public CommitState state() {
        return ledger != null && state instanceof CommitState.Serving
                ? new CommitState.Serving(ledger.table(), ledger.undecided())
                : state;
    }

    /** From which control offset events have to be fed again; asked once after each {@link #step}. */
    public OptionalLong rewind() {
        OptionalLong from = rewind;
        rewind = OptionalLong.empty();
        return from;
    }

    /** Takes in one event; without effect while it does not serve, since a take-over hears everything again. */
    public void arrived(long offset, SinkEvent event, Instant now) {
        if (ledger != null) {
            act(ledger.decide(offset, event, now), now);
        }
    }

    /** Does what is due at this time. */
    public void step(Instant now) {
        switch (state) {
            case CommitState.TakingOver t -> takeOver(now);
            case CommitState.Blocked b -> {
                remind(b, now);
                if (!now.isBefore(b.retryAt())) {
                    takeOver(now);
                }
            }
            case CommitState.Serving s -> act(ledger.decide(now), now);
        }
    }

    /** When {@link #step} has something to do next, in milliseconds of the epoch, if that is known. */
    public OptionalLong nextDue() {
        return switch (state) {
            case CommitState.TakingOver t -> OptionalLong.of(0);
            case CommitState.Blocked b -> OptionalLong.of(b.retryAt().toEpochMilli());
            case CommitState.Serving s -> ledger.nextDue();
        };
    }

    private void takeOver(Instant now) {
        ledger = null;
        switch (landing.look()) {
            case TableLook.Unusable unusable -> block(unusable.problem(), now);
            case TableLook.Found found -> {
                if (found.state().table().equals(uuid)) {
                    announceDoubtful(found.state());
                    claim(found.state(), now);
                } else {
                    block(Problem.of(SinkProblem.TABLE_MISSING, name,
                            "The table was dropped and created again; its rows are landed anew.")
                            .withRemedy("Nothing has to be done."), now);
                }
            }
        }
    }

    /** Fences every committer before: whatever they decide now is decided on a mark that is no longer the newest. */
    private void claim(TableState found, Instant now) {
        ControlPosition heard = found.mark().map(CommitMark::control).filter(c -> c.topicId().equals(controlTopicId))
                .orElse(new ControlPosition(controlTopicId, 0));
        long moved = switch (found.others()) {
            case LEFT_ROWS_ALONE -> 0;
            case CHANGED_ROWS -> {
                LOG.info("{}: others have changed rows; where they are is found out anew", name);
                yield 1;
            }
        };
        CommitMark mark = found.mark()
                .map(m -> new CommitMark(ids.get(), m.epoch() + 1, m.layout() + moved, m.position(), heard, m.heads(),
                        m.clocks()))
                .orElseGet(() -> new CommitMark(ids.get(), 1, TableState.FIRST_LAYOUT + moved, SourcePosition.start(""),
                        heard,
                        Collections.emptySortedMap(), Collections.emptySortedMap()));
        switch (landing.commit(new CommitRequest(found, mark, List.of(), OptionalInt.empty()))) {
            case CommitOutcome.Committed committed -> serve(committed.state());
            case CommitOutcome.Conflict conflict -> state = new CommitState.TakingOver();
            case CommitOutcome.NotCommitted not -> block(not.problem(), now);
            case CommitOutcome.Unknown unknown -> block(unknown.problem(), now);
            case CommitOutcome.Unreadable u -> throw new IllegalStateException("a claim has no files");
            case CommitOutcome.SchemaRefused r -> throw new IllegalStateException("a claim changes no schema");
            case CommitOutcome.RewriteRefused r -> throw new IllegalStateException("a claim replaces no file");
        }
    }

    private void serve(TableState claimed) {
        evolved.clear();
        ledger = new CommitLedger(claimed, rules, poisoned, lookedFor);
        rewind = OptionalLong.of(ledger.controlNext());
        if (state instanceof CommitState.Blocked) {
            control.send(new SinkEvent.Unblocked(claimed.table(), reporter));
            LOG.info("{}: committing again", name);
        }
        pause = rules.retry();
        state = new CommitState.Serving(claimed, 0);
        LOG.debug("{}: took over with epoch {}", name, claimed.epoch());
    }

    private void act(List<CommitDecision> decisions, Instant now) {
        for (CommitDecision decision : decisions) {
            CommitLedger asked = ledger;
            if (asked == null) {
                return;
            }
            switch (decision) {
                case CommitDecision.Wait w -> {}
                case CommitDecision.Commit commit -> commit(commit, OptionalInt.empty(), now);
                case CommitDecision.Replace replace -> replace(replace.replacing(), now);
                case CommitDecision.AlreadyReplaced already -> announce(asked.table(), already.rewrite());
                case CommitDecision.RefuseRewrite refuse -> refuse(asked.table(), refuse.rewrite(), refuse.message());
                case CommitDecision.Reject reject -> answer(reject);
                case CommitDecision.AlreadyCommitted already -> announce(asked.table(), List.of(already.proposal()));
                case CommitDecision.LookAgain again -> {
                    lookedFor.add(again.proposal());
                    ledger = null;
                    state = new CommitState.TakingOver();
                }
                case CommitDecision.Evolve evolve -> {
                    if (evolved.containsKey(evolve.schemaId())) {
                        evolved(asked.table(), evolve.schemaId());
                    } else {
                        commit(asked.cut(), OptionalInt.of(evolve.schemaId()), now);
                    }
                }
            }
        }
    }

    private void commit(CommitDecision.Commit decided, OptionalInt evolveFor, Instant now) {
        commit(new CommitRequest(ledger.table(), decided.mark().as(ids.get()), decided.proposals(), evolveFor), now);
    }

    private void replace(Replacing replacing, Instant now) {
        if (ledger.hasAccepted()) {
            commit(ledger.cut(), OptionalInt.empty(), now);
        }
        if (ledger != null) {
            long layout = ledger.table().layout() + switch (replacing) {
                case Rewrite r -> 1;
                // One is left out, which nobody can follow rows over.
                case Publication p -> 2;
            };
            CommitMark mark = ledger.cut().mark().inLayout(layout).as(ids.get());
            commit(CommitRequest.of(ledger.table(), mark, replacing), now);
        }
    }

    private void commit(CommitRequest request, Instant now) {
        OptionalInt evolveFor = request.evolveFor();
        switch (landing.commit(request)) {
            case CommitOutcome.Committed committed -> {
                ledger.committed(committed.state());
                announce(committed.state(), request);
                evolveFor.ifPresent(id -> evolved(committed.state(), id));
                act(ledger.decide(now), now);
            }
            case CommitOutcome.Conflict conflict -> {
                LOG.info("{}: {}; taking over again", name, conflict.message());
                ledger = null;
                state = new CommitState.TakingOver();
            }
            case CommitOutcome.NotCommitted not -> {
                if (request.replacing().isPresent()) {
                    // Rows never wait for it; if they cannot be committed either, their own commit says so.
                    refuse(ledger.table(), request.replacing().get().id(), not.problem().message());
                } else {
                    block(not.problem(), now);
                }
            }
            case CommitOutcome.Unknown unknown -> {
                inDoubt = Optional.of(request);
                block(unknown.problem(), now);
            }
            case CommitOutcome.Unreadable unreadable -> {
                LOG.error("{}: proposal {} has unreadable files: {}", name, unreadable.proposal(),
                        unreadable.message());
                // It is accepted already and others may build on it: hear everything again, this time refusing it.
                poisoned.add(unreadable.proposal());
                ledger = null;
                state = new CommitState.TakingOver();
            }
            case CommitOutcome.RewriteRefused refused -> refuse(ledger.table(),
                    request.replacing().orElseThrow().id(), refused.message());
            case CommitOutcome.SchemaRefused refused -> control.send(new SinkEvent.SchemaRefused(
                    ledger.table().table(), ledger.table().epoch(), evolveFor.orElse(-1),
                    String.join("\n", refused.problems().stream().map(Problem::message).toList())));
        }
    }

    private void evolved(TableState table, int schemaId) {
        evolved.putIfAbsent(schemaId, table.schemaId());
        control.send(new SinkEvent.SchemaEvolved(table.table(), table.epoch(), schemaId, evolved.get(schemaId)));
    }

    private void announceDoubtful(TableState found) {
        inDoubt.filter(r -> found.isMarkedBy(r.mark().commitId()))
                .ifPresent(r -> announce(found, r));
        inDoubt = Optional.empty();
    }

    private void announce(TableState table, CommitRequest done) {
        announce(table, done.proposals().stream().map(Proposal::id).toList());
        done.replacing().ifPresent(r -> announce(table, r.id()));
    }

    private void announce(TableState table, String rewrite) {
        control.send(new SinkEvent.Rewritten(table.table(), table.epoch(), rewrite, table.snapshotId(),
                table.layout()));
    }

    private void refuse(TableState table, String rewrite, String message) {
        LOG.info("{}: rewrite {} is in vain: {}", name, rewrite, message);
        control.send(new SinkEvent.RewriteRefused(table.table(), table.epoch(), rewrite, message));
    }

    private void announce(TableState table, List<String> proposals) {
        if (!proposals.isEmpty()) {
            control.send(new SinkEvent.Committed(table.table(), table.epoch(), proposals, table.snapshotId(),
                    table.mark().orElseThrow().position(), table.schemaId()));
        }
    }

    private void answer(CommitDecision.Reject reject) {
        TableState table = ledger.table();
        LOG.info("{}: rejected proposal {}: {}", name, reject.proposal(), reject.reason());
        control.send(new SinkEvent.Rejected(table.table(), table.epoch(), reject.proposal(), reject.reason(),
                table.snapshotId(), reject.goOnFrom()));
    }

    private void block(Problem problem, Instant now) {
        ledger = null;
        Instant since = state instanceof CommitState.Blocked b ? b.since() : now;
        boolean news = !(state instanceof CommitState.Blocked b) || b.problem().code() != problem.code();
        var blocked = new CommitState.Blocked(problem, since, now.plus(pause));
        pause = pause.multipliedBy(2).compareTo(rules.longestRetry()) < 0
                ? pause.multipliedBy(2)
                : rules.longestRetry();
        state = blocked;
        if (news) {
            LOG.warn("{}", problem.toText("blocked"));
            reminded = Instant.MIN;
        }
        remind(blocked, now);
    }

    private void remind(CommitState.Blocked blocked, Instant now) {
        if (reminded.equals(Instant.MIN) || !now.isBefore(reminded.plus(REMIND))) {
            reminded = now;
            Problem p = blocked.problem();
            control.send(new SinkEvent.Blocked(uuid, reporter, p.code().name(), p.message(), p.remedy(),
                    blocked.since()));
        }
    }
}

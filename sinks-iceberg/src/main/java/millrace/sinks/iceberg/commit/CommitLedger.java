package millrace.sinks.iceberg.commit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.sinks.iceberg.commit.CommitDecision.AlreadyCommitted;
import millrace.sinks.iceberg.commit.CommitDecision.AlreadyReplaced;
import millrace.sinks.iceberg.commit.CommitDecision.Commit;
import millrace.sinks.iceberg.commit.CommitDecision.Evolve;
import millrace.sinks.iceberg.commit.CommitDecision.LookAgain;
import millrace.sinks.iceberg.commit.CommitDecision.RefuseRewrite;
import millrace.sinks.iceberg.commit.CommitDecision.Reject;
import millrace.sinks.iceberg.commit.CommitDecision.Replace;
import millrace.sinks.iceberg.commit.CommitDecision.Wait;
import millrace.sinks.iceberg.commit.CommitDecision.Why;
import millrace.sinks.iceberg.event.Predecessor.AfterProposal;
import millrace.sinks.iceberg.event.Predecessor.AfterSnapshot;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Publication;
import millrace.sinks.iceberg.event.Replacing;
import millrace.sinks.iceberg.event.Rewrite;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.SinkEvent.Answer;
import millrace.sinks.iceberg.event.SinkEvent.Blocked;
import millrace.sinks.iceberg.event.SinkEvent.FilesStaged;
import millrace.sinks.iceberg.event.SinkEvent.RangeStaged;
import millrace.sinks.iceberg.event.SinkEvent.Reason;
import millrace.sinks.iceberg.event.SinkEvent.RewriteStaged;
import millrace.sinks.iceberg.event.SinkEvent.SchemaNeeded;
import millrace.sinks.iceberg.event.SinkEvent.Unblocked;
import millrace.sinks.iceberg.event.SourcePosition;

/**
 * Decides which staged files become part of a table: each offset range once, in offset order. Pure: it knows a table's
 * state, hears the events of the table's control partition in their order, is told the time, and answers with
 * decisions; it touches nothing. Two ledgers that start from the same state and hear the same decide the same.
 *
 * <pre>
 *   accepted:   p0 ──────▶ 20 (A2)     p1 ───▶ 7 (B1)
 *   A3 after A2, p0 [20,30)            accepted: starts where p0 ends, and A2 is what p0 ended with
 *   A4 after A3', p0 [30,40)           waits for A3' a while, then rejected
 *   B9 after B8, p1 [7,9), B8 rejected rejected: the offsets fit, but what it builds on never came to be
 *   C1 after snapshot s, p1 [7,9)      accepted: C has started from the table's position
 * </pre>
 *
 * <p>
 * For the first of a chain equal offsets are enough: accepted offsets only grow, so nothing of that partition has been
 * accepted since the worker looked. For all others the predecessor must be the proposal that some partition ends with;
 * a worker's next proposal then starts where its previous one ended, on every partition.
 */
public final class CommitLedger {
    private static final int REMEMBERED = 10_000;
    private static final Duration OLDEST_PUBLICATION = Duration.ofMinutes(15);

    private final CommitRules rules;
    private final Set<String> unreadable;
    private final Set<String> lookedFor;
    private TableState table;
    private SourcePosition position;
    private SortedMap<Integer, String> heads;
    private SortedMap<Integer, Long> clocks;
    private long controlNext;

    private final Map<String, Accepted> accepted = new LinkedHashMap<>();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private final Map<String, Reason> rejected = bounded();
    private final Map<String, String> owed = new LinkedHashMap<>();
    private final Map<String, Boolean> committed = bounded();

    /** For a table whose newest mark is that of the committer who asks; it hears events from the mark's position. */
    public CommitLedger(TableState table, CommitRules rules) {
        this(table, rules, Set.of(), Set.of());
    }

    /**
     * The same, with what the committer has learnt before.
     *
     * @param unreadable proposals whose files cannot be read
     * @param lookedFor proposals that were ahead of the table's state, so that it was looked at anew
     */
    CommitLedger(TableState table, CommitRules rules, Set<String> unreadable, Set<String> lookedFor) {
        this.table = table;
        this.rules = rules;
        this.unreadable = Set.copyOf(unreadable);
        this.lookedFor = Set.copyOf(lookedFor);
        CommitMark mark = table.mark().orElseThrow();
        position = mark.position();
        heads = new TreeMap<>(mark.heads());
        clocks = mark.clocks();
        controlNext = mark.control().next();
        heads.values().forEach(id -> committed.put(id, true));
    }

    /** The first control offset that it has not heard. */
    public long controlNext() {
        return controlNext;
    }

    /** What is committed or about to be. */
    public SourcePosition accepted() {
        return position;
    }

    public TableState table() {
        return table;
    }

    /** Whether there is something to commit. */
    boolean hasAccepted() {
        return !accepted.isEmpty();
    }

    /** Proposals that are accepted and not yet committed. */
    public int undecided() {
        return accepted.size() + waiting.size();
    }

    /** Takes in the event at a control offset; one heard before changes nothing. */
    public List<CommitDecision> decide(long offset, SinkEvent event, Instant now) {
        if (offset < controlNext) {
            return List.of();
        }
        controlNext = offset + 1;
        if (!event.table().equals(table.table())) {
            return List.of();
        }
        return switch (event) {
            case FilesStaged staged -> {
                var decisions = new ArrayList<CommitDecision>();
                offer(offset, staged.proposal(), now, now, decisions);
                answerRejected(decisions);
                yield decisions;
            }
            case RewriteStaged staged -> List.of(judge(staged.rewrite(), now));
            case RangeStaged staged -> List.of(judge(staged.publication(), now));
            case SchemaNeeded needed -> List.of(new Evolve(needed.schemaId()));
            // A committer with nothing to commit would otherwise never learn that another has come after it.
            case Answer a -> a.epoch() > table.epoch() ? List.of(new LookAgain("")) : List.of();
            case Blocked b -> List.of();
            case Unblocked u -> List.of();
        };
    }

    /** Takes note that time has passed: who waited too long is rejected, and accepted proposals are due for a commit. */
    public List<CommitDecision> decide(Instant now) {
        var decisions = new ArrayList<CommitDecision>();
        for (Waiting w : List.copyOf(waiting.values())) {
            if (waiting.containsKey(w.proposal().id()) && !now.isBefore(w.since().plus(rules.patience()))) {
                reject(w.proposal(), Reason.PREDECESSOR);
            }
        }
        Iterator<Accepted> first = accepted.values().iterator();
        if (first.hasNext() && !now.isBefore(first.next().since().plus(rules.linger()))) {
            decisions.add(cut());
        }
        answerRejected(decisions);
        return decisions;
    }

    /** When {@link #decide(Instant)} has something to do next, in milliseconds of the epoch. */
    public OptionalLong nextDue() {
        long due = Long.MAX_VALUE;
        for (Accepted a : accepted.values()) {
            due = Math.min(due, a.since().plus(rules.linger()).toEpochMilli());
        }
        for (Waiting w : waiting.values()) {
            due = Math.min(due, w.since().plus(rules.patience()).toEpochMilli());
        }
        return due == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(due);
    }

    /** The commit of everything accepted; without a proposal it moves the control position and carries the rest forward. */
    public Commit cut() {
        return new Commit(accepted.values().stream().map(Accepted::proposal).toList(), new CommitMark("", table.epoch(),
                table.layout(), position, new ControlPosition(control().topicId(), controlKept()), heads, clocks));
    }

    /** The last {@link #cut()} is in the table. */
    public void committed(TableState after) {
        table = after;
        accepted.keySet().forEach(id -> committed.put(id, true));
        accepted.clear();
    }

    private void offer(long offset, Proposal p, Instant since, Instant now, List<CommitDecision> decisions) {
        String id = p.id();
        if (committed.containsKey(id)) {
            decisions.add(new AlreadyCommitted(id));
            return;
        }
        if (accepted.containsKey(id)) {
            decisions.add(new Wait(Why.ACCEPTED));
            return;
        }
        if (rejected.containsKey(id)) {
            owed.put(id, p.topicId());
            return;
        }
        switch (judge(p, now)) {
            case Verdict.Good g -> {
                accept(offset, p, now);
                decisions.add(new Wait(Why.ACCEPTED));
                waiting.remove(id);
                successors(id).forEach(w -> offer(w.offset(), w.proposal(), w.since(), now, decisions));
            }
            case Verdict.Early e -> {
                waiting.putIfAbsent(id, new Waiting(offset, p, since));
                decisions.add(new Wait(Why.PREDECESSOR));
            }
            case Verdict.Ahead ahead -> decisions.add(new LookAgain(id));
            case Verdict.Bad bad -> reject(p, bad.reason());
        }
    }

    private CommitDecision judge(Replacing r, Instant now) {
        if (table.history().has(r.id())) {
            return new AlreadyReplaced(r.id());
        }
        if (r.layout() > table.layout() && !lookedFor.contains(r.id())) {
            return new LookAgain(r.id());
        }
        if (!table.canFollowFrom(r.layout())
                || r instanceof Publication && !table.history().saysWhereSince(r.layout())) {
            return new RefuseRewrite(r.id(), "others have moved rows meanwhile");
        }
        Duration oldest = switch (r) {
            case Rewrite rewrite -> rules.oldest();
            // Whoever has prepared it has given up long ago, and may have done something else.
            case Publication publication -> Collections.min(List.of(rules.oldest(), OLDEST_PUBLICATION));
        };
        return r.created().plus(oldest).isBefore(now)
                ? new RefuseRewrite(r.id(), "it is so old that its files may be taken for orphans")
                : new Replace(r);
    }

    private Verdict judge(Proposal p, Instant now) {
        if (unreadable.contains(p.id())) {
            return new Verdict.Bad(Reason.FILES);
        }
        boolean ahead = p.layout() > table.layout() || !table.schemaIds().containsAll(p.schemaIds());
        if (ahead && !lookedFor.contains(p.id())) {
            return Verdict.AHEAD;
        }
        if (!table.canFollowFrom(p.layout())) {
            return new Verdict.Bad(Reason.LAYOUT);
        }
        if (!position.topicId().isEmpty() && !position.topicId().equals(p.topicId())) {
            return new Verdict.Bad(Reason.TOPIC);
        }
        if (!table.schemaIds().containsAll(p.schemaIds())) {
            return new Verdict.Bad(Reason.SCHEMA);
        }
        if (p.created().plus(rules.oldest()).isBefore(now)) {
            return new Verdict.Bad(Reason.AGE);
        }
        boolean fits = true;
        boolean behind = false;
        for (var range : p.ranges().entrySet()) {
            OptionalLong end = position.next(range.getKey());
            fits &= end.isEmpty() || end.getAsLong() == range.getValue().from();
            behind |= end.isPresent() && range.getValue().from() < end.getAsLong();
        }
        return switch (p.predecessor()) {
            case AfterSnapshot s -> fits ? Verdict.GOOD : new Verdict.Bad(Reason.RANGE);
            case AfterProposal after -> {
                if (heads.containsValue(after.id())) {
                    yield fits ? Verdict.GOOD : new Verdict.Bad(Reason.RANGE);
                }
                boolean neverComes = rejected.containsKey(after.id()) || committed.containsKey(after.id())
                        || accepted.containsKey(after.id());
                yield neverComes || behind ? new Verdict.Bad(Reason.PREDECESSOR) : Verdict.EARLY;
            }
        };
    }

    private void accept(long offset, Proposal p, Instant now) {
        accepted.put(p.id(), new Accepted(offset, p, now));
        if (position.topicId().isEmpty()) {
            position = new SourcePosition(p.topicId(), position.next());
        }
        position = position.after(p.ranges());
        p.ranges().keySet().forEach(partition -> heads.put(partition, p.id()));
        clocks = Proposal.laterClocks(clocks, p.clocks());
    }

    private void reject(Proposal p, Reason reason) {
        waiting.remove(p.id());
        rejected.put(p.id(), reason);
        owed.put(p.id(), p.topicId());
        successors(p.id()).forEach(w -> reject(w.proposal(), Reason.PREDECESSOR));
    }

    /**
     * A worker that is sent back starts a new chain from what it is told, so it is told nothing that is not committed:
     * the answer waits for the commit of what is accepted.
     */
    private void answerRejected(List<CommitDecision> decisions) {
        if (accepted.isEmpty()) {
            owed.forEach((id, topicId) -> decisions.add(new Reject(id, rejected.getOrDefault(id, Reason.PREDECESSOR),
                    position.topicId().isEmpty() ? SourcePosition.start(topicId) : position)));
            owed.clear();
        }
    }

    private List<Waiting> successors(String id) {
        return waiting.values().stream()
                .filter(w -> w.proposal().predecessor() instanceof AfterProposal after && after.id().equals(id))
                .toList();
    }

    /** Whoever takes over must hear again of those that wait. */
    private long controlKept() {
        return waiting.values().stream().mapToLong(Waiting::offset).reduce(controlNext, Math::min);
    }

    private ControlPosition control() {
        return table.mark().orElseThrow().control();
    }

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private record Accepted(long offset, Proposal proposal, Instant since) {}

    private record Waiting(long offset, Proposal proposal, Instant since) {}

    private sealed interface Verdict {
        Verdict GOOD = new Good();
        Verdict EARLY = new Early();

        Verdict AHEAD = new Ahead();

        record Good() implements Verdict {}

        record Ahead() implements Verdict {}

        record Early() implements Verdict {}

        record Bad(Reason reason) implements Verdict {}
    }
}

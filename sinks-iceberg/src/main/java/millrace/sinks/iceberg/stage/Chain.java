package millrace.sinks.iceberg.stage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.Predecessor;
import millrace.sinks.iceberg.event.Predecessor.AfterProposal;
import millrace.sinks.iceberg.event.Predecessor.AfterSnapshot;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.SourcePosition;

/**
 * What a worker has proposed since it last looked at the table, each proposal built on the one before it, and where the
 * next one starts.
 */
final class Chain {
    final UUID table;
    private long layout;
    final String topicId;
    private final Map<String, Sent> undecided = new LinkedHashMap<>();
    private final Map<Integer, Long> stagedTo;
    /** Where the table ends, as far as this chain knows. */
    private final Map<Integer, Long> origin;
    private Predecessor predecessor;

    /** @param from the offset each assigned partition is read from */
    Chain(UUID table, long snapshotId, long layout, String topicId, Map<Integer, Long> from) {
        this.table = table;
        this.layout = layout;
        this.topicId = topicId;
        this.stagedTo = new HashMap<>(from);
        this.origin = new HashMap<>(from);
        this.predecessor = new AfterSnapshot(snapshotId);
    }

    /** Of the table, that the next proposal's positions are of. */
    long layout() {
        return layout;
    }

    void inLayout(long newer) {
        layout = newer;
    }

    Predecessor predecessor() {
        return predecessor;
    }

    Map<Integer, Long> stagedTo() {
        return stagedTo;
    }

    int undecided() {
        return undecided.size();
    }

    /** The ranges from where the chain ends to these positions; partitions that have not moved are not in it. */
    SortedMap<Integer, OffsetRange> rangesTo(Map<Integer, Long> readTo) {
        var ranges = new TreeMap<Integer, OffsetRange>();
        readTo.forEach((partition, to) -> {
            long from = stagedTo.get(partition);
            if (to > from) {
                ranges.put(partition, new OffsetRange(from, to));
            }
        });
        return ranges;
    }

    void proposed(Proposal proposal, Instant now) {
        undecided.put(proposal.id(), new Sent(proposal, now));
        proposal.ranges().forEach((partition, range) -> stagedTo.put(partition, range.to()));
        if (!proposal.ranges().isEmpty()) {
            predecessor = new AfterProposal(proposal.id());
        }
    }

    /** These and all before them are in the table. True if any was undecided. */
    boolean committed(List<String> ids) {
        String last = null;
        for (String id : undecided.keySet()) {
            last = ids.contains(id) ? id : last;
        }
        if (last == null) {
            return false;
        }
        var iterator = undecided.values().iterator();
        for (Proposal p = null; p == null || !p.id().equals(last);) {
            p = iterator.next().proposal();
            p.ranges().forEach((partition, range) -> origin.put(partition, range.to()));
            iterator.remove();
        }
        return true;
    }

    /**
     * Drops a rejected proposal and its successors and goes on from the given position.
     *
     * @param starts where partitions begin that the position does not know
     * @return false if the proposal is none of this chain
     */
    boolean rejected(String id, long snapshotId, SourcePosition goOnFrom, Map<Integer, Long> starts) {
        if (!undecided.containsKey(id)) {
            return false;
        }
        List<String> ids = new ArrayList<>(undecided.keySet());
        ids.subList(ids.indexOf(id), ids.size()).forEach(undecided::remove);
        Map<Integer, Long> kept = new HashMap<>(origin);
        predecessor = new AfterSnapshot(snapshotId);
        for (Sent sent : undecided.values()) {
            Proposal p = sent.proposal();
            p.ranges().forEach((partition, range) -> kept.put(partition, range.to()));
            predecessor = p.ranges().isEmpty() ? predecessor : new AfterProposal(p.id());
        }
        stagedTo.replaceAll((partition, offset) -> goOnFrom.next(partition).orElse(starts.get(partition)));
        if (predecessor instanceof AfterSnapshot || !kept.equals(stagedTo)) {
            // What is left is not, on every partition, what the table goes on with here; it may still be committed,
            // but not built on.
            undecided.clear();
            predecessor = new AfterSnapshot(snapshotId);
            origin.putAll(stagedTo);
        }
        return true;
    }

    /** All undecided proposals in their order, if the oldest has gone without an answer for so long. */
    List<Proposal> unanswered(Duration patience, Instant now) {
        boolean due = undecided.values().stream().anyMatch(s -> !now.isBefore(s.at().plus(patience)));
        if (!due) {
            return List.of();
        }
        undecided.replaceAll((id, sent) -> new Sent(sent.proposal(), now));
        return undecided.values().stream().map(Sent::proposal).toList();
    }

    private record Sent(Proposal proposal, Instant at) {}
}

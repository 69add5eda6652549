package millrace.sinks.iceberg.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.commit.CommitOutcome;
import millrace.sinks.iceberg.commit.CommitRequest;
import millrace.sinks.iceberg.commit.LandingTable;
import millrace.sinks.iceberg.commit.LayoutHistory;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.Predecessor;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.table.SinkProblem;

/**
 * A table and its catalog in memory, with the faults of one, and the judge of the simulation: it looks into every
 * commit and throws {@link AssertionError} when rows come twice, are passed over, or build on what is not there.
 */
final class SimTable implements LandingTable {
    static final UUID ID = new UUID(7, 7);
    private static final Problem DOWN = Problem.of(SinkProblem.CATALOG_UNAVAILABLE, "sim", "down");

    private final RandomGenerator random;
    private final SimTopic topic;
    boolean faults = true;
    int schemas = 1;
    private final List<Snapshot> line = new ArrayList<>();
    private int expired;
    private final Set<String> rows = new HashSet<>();
    private final Map<Integer, String> heads = new HashMap<>();
    private final Map<Long, Map<Integer, String>> headsAt = new HashMap<>(Map.of(0L, Map.of()));
    private final Map<String, Proposal> proposals = new HashMap<>();
    private Late late;

    SimTable(RandomGenerator random, SimTopic topic) {
        this.random = random;
        this.topic = topic;
    }

    int rows() {
        return rows.size();
    }

    int commits() {
        return line.size();
    }

    void foreignCommit() {
        add(Optional.empty());
    }

    /** A person lets the table go on under a new layout. */
    void adopt() {
        newest().ifPresent(m -> add(Optional.of(new CommitMark("adopted-" + line.size(), m.epoch() + 1, m.layout() + 1,
                m.position(), m.control(), Collections.emptySortedMap(), m.clocks()))));
    }

    void expire() {
        expired = Math.max(expired, line.size() - 1 - random.nextInt(3));
    }

    @Override
    public TableLook look() {
        landLate();
        return faults && random.nextInt(25) == 0 ? new TableLook.Unusable(DOWN) : new TableLook.Found(state());
    }

    @Override
    public CommitOutcome commit(CommitRequest request) {
        landLate();
        int fate = faults ? random.nextInt(30) : 29;
        if (fate == 0) {
            return new CommitOutcome.NotCommitted(DOWN);
        }
        if (fate == 1) {
            return new CommitOutcome.Unknown(DOWN);
        }
        if (fate == 2) {
            late = new Late(request, line.size());
            return new CommitOutcome.Unknown(DOWN);
        }
        if (!fits(request)) {
            return new CommitOutcome.Conflict("the table has moved on");
        }
        apply(request);
        return fate == 3 ? new CommitOutcome.Unknown(DOWN) : new CommitOutcome.Committed(state());
    }

    /** A commit whose reply was lost while it was still under way: it lands if nothing else has landed since. */
    private void landLate() {
        if (late != null && random.nextInt(3) == 0) {
            if (late.base() == line.size() && fits(late.request())) {
                apply(late.request());
            }
            late = null;
        }
    }

    private boolean fits(CommitRequest request) {
        Optional<CommitMark> newest = newest();
        Optional<String> property = state().mark().map(CommitMark::commitId);
        return property.equals(request.expected().mark().map(CommitMark::commitId))
                && Objects.equals(newest.map(CommitMark::commitId), request.expected().newestInAncestry())
                && newest.map(CommitMark::epoch).orElse(0L) <= request.mark().epoch();
    }

    private void apply(CommitRequest request) {
        request.proposals().forEach(this::apply);
        for (var next : request.mark().position().next().entrySet()) {
            for (long offset = 0; offset < next.getValue(); offset++) {
                if (topic.read(next.getKey(), offset).isPresent() && !rows.contains(next.getKey() + "@" + offset)) {
                    throw new AssertionError("row " + next.getKey() + "@" + offset + " is behind the position "
                            + next.getValue() + " and in no file");
                }
            }
        }
        OptionalInt evolve = request.evolveFor();
        schemas = Math.max(schemas, evolve.orElse(0));
        add(Optional.of(request.mark()));
    }

    private void apply(Proposal p) {
        proposals.put(p.id(), p);
        for (var range : p.ranges().entrySet()) {
            String basis = basis(p, range.getKey());
            if (!Objects.equals(basis, heads.get(range.getKey()))) {
                throw new AssertionError("proposal " + p.id() + " builds on " + basis + " in partition "
                        + range.getKey() + ", but the table ends with " + heads.get(range.getKey()));
            }
            heads.put(range.getKey(), p.id());
        }
        Set<String> expected = new HashSet<>();
        for (var e : p.ranges().entrySet()) {
            OffsetRange range = e.getValue();
            for (long offset = range.from(); offset < range.to(); offset++) {
                if (topic.read(e.getKey(), offset).isPresent()) {
                    expected.add(e.getKey() + "@" + offset);
                }
            }
        }
        for (StagedFile file : p.files()) {
            for (String row : file.content().split(" ")) {
                if (!expected.remove(row)) {
                    throw new AssertionError("row " + row + " of proposal " + p.id() + " is not in its ranges");
                }
                if (!rows.add(row)) {
                    throw new AssertionError("row " + row + " is in two committed files");
                }
            }
        }
        if (!expected.isEmpty()) {
            throw new AssertionError("proposal " + p.id() + " lacks rows " + expected + " of its ranges");
        }
    }

    /** What a proposal's worker took to be the newest proposal of a partition. */
    private String basis(Proposal p, int partition) {
        return switch (p.predecessor()) {
            case Predecessor.AfterSnapshot s -> headsAt.get(s.snapshotId()).get(partition);
            case Predecessor.AfterProposal after -> {
                Proposal before = proposals.get(after.id());
                if (before == null) {
                    throw new AssertionError("proposal " + p.id() + " builds on " + after.id() + ", never committed");
                }
                yield before.ranges().containsKey(partition) ? before.id() : basis(before, partition);
            }
        };
    }

    private void add(Optional<CommitMark> mark) {
        line.add(new Snapshot(line.size() + 1, mark));
        headsAt.put((long) line.size(), Map.copyOf(heads));
    }

    private Optional<CommitMark> newest() {
        for (int i = line.size() - 1; i >= expired; i--) {
            if (line.get(i).mark().isPresent()) {
                return line.get(i).mark();
            }
        }
        return Optional.empty();
    }

    private TableState state() {
        Optional<CommitMark> property = Optional.empty();
        for (Snapshot snapshot : line) {
            property = snapshot.mark().isPresent() ? snapshot.mark() : property;
        }
        Set<Integer> ids = new HashSet<>();
        for (int i = 1; i <= schemas; i++) {
            ids.add(i);
        }
        return new TableState(ID, line.size(), property, newest().map(CommitMark::commitId), ids, schemas,
                TableState.Others.LEFT_ROWS_ALONE, LayoutHistory.NONE);
    }

    private record Snapshot(long id, Optional<CommitMark> mark) {}

    private record Late(CommitRequest request, int base) {}
}

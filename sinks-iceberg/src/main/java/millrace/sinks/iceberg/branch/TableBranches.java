package millrace.sinks.iceberg.branch;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.commit.LayoutHistory;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Makes, lists and drops the branches and tags of a table. Rows land on a branch as they do on the main one, by a
 * {@link millrace.sinks.iceberg.table.TableSpec} that names it: with a position, a watermark and a committer of its own.
 * Neither sees the other's rows.
 */
public final class TableBranches {
    private static final int MOST_ATTEMPTS = 20;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}");

    /** What a branch begins with. */
    public enum Start {
        /** The rows that the table has now, and its place in the topic. */
        AS_IT_IS,
        /** No rows, and the beginning of the topic. */
        EMPTY
    }

    /** A branch goes on, a tag does not. */
    public enum Kind {
        BRANCH, TAG
    }

    /**
     * A branch or tag.
     *
     * @param at when its snapshot was committed
     * @param completeThrough through which event time it has every row that was on time, if it says so
     * @param next by partition of the topic: the first offset that it does not have; empty if it does not say so
     */
    public record Ref(String name, Kind kind, long snapshot, Instant at, Optional<Instant> completeThrough,
            Map<Integer, Long> next) {}

    private TableBranches() {}

    /**
     * The branches and tags of a table by name, the main branch first.
     *
     * @param table {@code namespace.name}
     * @return nothing if there is no such table
     */
    public static Optional<List<Ref>> of(Map<String, String> catalogProperties, String table) {
        return Catalogs.withTable(catalogProperties, table, TableBranches::of);
    }

    /**
     * One branch or tag of a table.
     *
     * @param table {@code namespace.name}
     * @return nothing if there is no such table, or it has none of the name
     */
    public static Optional<Ref> find(Map<String, String> catalogProperties, String table, String name) {
        return of(catalogProperties, table).stream().flatMap(List::stream).filter(r -> r.name().equals(name))
                .findFirst();
    }

    /** {@link #create(Table, String, Start)}; false if there is no such table. */
    public static boolean create(Map<String, String> catalogProperties, String table, String name, Start start) {
        return done(catalogProperties, table, t -> create(t, name, start));
    }

    /** {@link #tag(Table, String, String)}; false if there is no such table. */
    public static boolean tag(Map<String, String> catalogProperties, String table, String name, String of) {
        return done(catalogProperties, table, t -> tag(t, name, of));
    }

    /** {@link #drop(Table, String)}; false if there is no such table. */
    public static boolean drop(Map<String, String> catalogProperties, String table, String name) {
        return done(catalogProperties, table, t -> drop(t, name));
    }

    private static boolean done(Map<String, String> catalogProperties, String table, Function<Table, Ref> change) {
        return Catalogs.withTable(catalogProperties, table, change).isPresent();
    }

    static List<Ref> of(Table table) {
        List<Ref> refs = new ArrayList<>();
        table.refs().forEach((name, ref) -> refs.add(ref(table, name, ref)));
        refs.sort(Comparator.comparing((Ref r) -> !r.name().equals(SnapshotRef.MAIN_BRANCH)).thenComparing(Ref::name));
        return refs;
    }

    private static Ref ref(Table table, String name, SnapshotRef ref) {
        Snapshot head = table.snapshot(ref.snapshotId());
        Optional<CommitMark> mark = Optional.empty();
        for (Snapshot snapshot : SnapshotUtil.ancestorsOf(ref.snapshotId(), table::snapshot)) {
            if (mark.isEmpty()) {
                mark = CommitMark.fromSummary(snapshot.summary());
            }
        }
        return new Ref(name, ref.isBranch() ? Kind.BRANCH : Kind.TAG, ref.snapshotId(),
                Instant.ofEpochMilli(head.timestampMillis()),
                mark.map(CommitMark::completeThrough).filter(c -> c.isPresent())
                        .map(c -> Instant.ofEpochSecond(Math.floorDiv(c.getAsLong(), 1_000_000L),
                                Math.floorMod(c.getAsLong(), 1_000_000L) * 1_000L)),
                mark.map(m -> m.position().next()).<Map<Integer, Long>>map(TreeMap::new).orElse(Map.of()));
    }

    /**
     * Makes a branch.
     *
     * @param table on the branch that it is to begin with
     * @throws ProblemException if the name is taken, or none that a branch can have
     */
    public static Ref create(Table table, String name, Start start) {
        return retried(table, () -> {
            requireFree(table, name);
            Transaction transaction = table.newTransaction();
            Table now = transaction.table();
            String from = BranchTable.branchOf(table);
            Snapshot head = now.snapshot(from);
            String id = UUID.randomUUID().toString();
            CommitMark mark = start == Start.EMPTY
                    ? CommitMark.ofNothing(id)
                    : MarkedTable.inProperty(now, from).map(m -> m.branchingOff(id)).orElse(CommitMark.ofNothing(id));
            if (head != null) {
                transaction.manageSnapshots().createBranch(name, head.snapshotId()).commit();
            }
            if (head != null && start == Start.EMPTY) {
                commit(transaction.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).toBranch(name), mark);
            } else {
                // Without rows: the branch begins with a mark of its own. Of a table without any it has no parent.
                commit(transaction.newAppend().toBranch(name)
                        .validateWith(ancestry -> head != null || !ancestry.iterator().hasNext()), mark);
            }
            transaction.updateProperties()
                    .set(MarkedTable.property(name),
                            MarkedTable.property(name, transaction.table().snapshot(name), mark))
                    .set(BranchTable.idOf(name), UUID.randomUUID().toString()).remove(LayoutHistory.property(name))
                    .commit();
            transaction.commitTransaction();
            table.refresh();
            return ref(table, name, table.refs().get(name));
        });
    }

    /** Does it anew where others have committed meanwhile. */
    private static Ref retried(Table table, Supplier<Ref> change) {
        for (int attempt = 1;; attempt++) {
            try {
                return change.get();
            } catch (CommitFailedException | ValidationException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw unusable(table, "Others commit to it all the time: " + e.getMessage());
                }
                table.refresh();
            }
        }
    }

    private static void commit(SnapshotUpdate<?> update, CommitMark mark) {
        mark.toSummary().forEach(update::set);
        update.commit();
    }

    /**
     * Names a snapshot, so that it does not expire.
     *
     * @param of a branch, another tag, or the number of a snapshot
     * @throws ProblemException if the name is taken or none that a tag can have, or there is no such snapshot
     */
    public static Ref tag(Table table, String name, String of) {
        return retried(table, () -> {
            requireFree(table, name);
            Snapshot snapshot = table.snapshot(of);
            if (snapshot == null && of.matches("\\d{1,19}") && new BigInteger(of).bitLength() < Long.SIZE) {
                snapshot = table.snapshot(Long.parseLong(of));
            }
            if (snapshot == null) {
                throw unusable(table, "There is no branch, tag or snapshot " + of + ".");
            }
            table.manageSnapshots().createTag(name, snapshot.snapshotId()).commit();
            table.refresh();
            return ref(table, name, table.refs().get(name));
        });
    }

    /**
     * Drops a branch or tag. Files that only it has go when its snapshots expire.
     *
     * @return what it was
     * @throws ProblemException if there is none of the name, or it is the main branch
     */
    public static Ref drop(Table table, String name) {
        return retried(table, () -> {
            SnapshotRef ref = table.refs().get(name);
            if (ref == null) {
                throw unusable(table, "There is no branch or tag " + name + ".");
            }
            if (name.equals(SnapshotRef.MAIN_BRANCH)) {
                throw unusable(table, "The main branch is the table itself.");
            }
            Ref was = ref(table, name, ref);
            Transaction transaction = table.newTransaction();
            if (ref.isTag()) {
                transaction.manageSnapshots().removeTag(name).commit();
            } else {
                transaction.manageSnapshots().removeBranch(name).commit();
                transaction.updateProperties().remove(MarkedTable.property(name)).remove(LayoutHistory.property(name))
                        .remove(BranchTable.idOf(name)).commit();
            }
            transaction.commitTransaction();
            return was;
        });
    }

    private static void requireFree(Table table, String name) {
        if (!NAME.matcher(name).matches()) {
            throw unusable(table, "\"" + name + "\" cannot be the name of a branch or tag: expected up to 100 letters, "
                    + "digits, dots, dashes and underscores.");
        }
        if (name.equals(SnapshotRef.MAIN_BRANCH) || table.refs().containsKey(name)) {
            throw unusable(table, "There is a branch or tag " + name + " already.");
        }
    }

    private static ProblemException unusable(Table table, String message) {
        return new ProblemException(Problem.of(SinkProblem.BRANCH_UNUSABLE, table.name(), message)
                .withRemedy(SinkProblem.BRANCH_UNUSABLE.remedy()));
    }
}

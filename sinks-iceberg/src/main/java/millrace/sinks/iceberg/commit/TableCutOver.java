package millrace.sinks.iceberg.commit;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.DeleteFileSet;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Puts all of a branch in the place of all of a table: its rows, and its place in its topic, which feeds the table from then
 * on. One atomic change: readers see the old rows or the new ones, and the rows of either topic each once. It is fenced like
 * the commits of a committer, and under a new epoch and layout, so that whatever was in flight for the old rows is refused and
 * committers at work take over anew. Workers that read the old topic stand still from then on. Doing it again does no harm.
 */
public final class TableCutOver implements AutoCloseable {
    private static final int MOST_ATTEMPTS = 20;
    private static final Closeable NOTHING = () -> {
    };

    private final IcebergTables tables;
    private final TableSpec spec;
    private final Closeable own;

    private TableCutOver(IcebergTables tables, TableSpec spec, Closeable own) {
        this.tables = tables;
        this.spec = spec;
        this.own = own;
    }

    /** On a catalog of its own, opened by Iceberg's properties and closed with this. */
    public static TableCutOver open(Map<String, String> catalogProperties, TableSpec spec) {
        Catalog catalog = Catalogs.open(catalogProperties);
        return new TableCutOver(new IcebergTables(catalog), spec,
                catalog instanceof Closeable closeable ? closeable : NOTHING);
    }

    /** @param tables stays the caller's to close */
    public static TableCutOver of(IcebergTables tables, TableSpec spec) {
        return new TableCutOver(tables, spec, NOTHING);
    }

    /**
     * What is to take the place of the table's rows.
     *
     * @param branch whose rows it are
     * @param topicId Kafka's id of the topic that the branch is fed by
     * @param tag that the snapshot before gets, if there is one
     * @param summary what the snapshot's summary says of it
     */
    public record Request(String branch, String topicId, String tag, Map<String, String> summary) {
        public Request {
            summary = Map.copyOf(summary);
        }
    }

    /** What has come of it. */
    public sealed interface Outcome {
        /**
         * The table is fed by the topic.
         *
         * @param before the snapshot that the tag names; absent if the table had none, or it is gone
         * @param after the snapshot that it came with; absent if that has expired
         */
        record Done(OptionalLong before, OptionalLong after) implements Outcome {}

        /**
         * The table is complete through a later time than the branch; nothing was changed. Microseconds.
         *
         * @param branch absent if it does not say it
         */
        record Behind(long table, OptionalLong branch) implements Outcome {}
    }

    /**
     * Does it if the branch is as complete as the table; begins anew where a committer at work was first.
     *
     * @throws ProblemException if there is no such table or branch, or the branch is fed by another topic
     * @throws RuntimeException what the catalog throws; all of it may have been done then, or nothing
     */
    public Outcome execute(Request request) {
        for (int attempt = 1;; attempt++) {
            try {
                return attempt(request);
            } catch (ValidationException | CommitFailedException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** What it has come to, if the table is fed by the topic already. */
    public Optional<Outcome.Done> done(Request request) {
        Table table = load(spec);
        return state(table).position().filter(p -> p.topicId().equals(request.topicId()))
                .map(p -> done(table, request));
    }

    private Outcome attempt(Request request) {
        Table table = load(spec);
        TableState state = state(table);
        if (state.position().filter(p -> p.topicId().equals(request.topicId())).isPresent()) {
            return done(table, request);
        }
        Table branch = load(spec.onBranch(request.branch()));
        TableState replaced = state(branch);
        SourcePosition position = replaced.position().orElse(SourcePosition.start(request.topicId()));
        if (!position.topicId().equals(request.topicId())) {
            throw refused(branch, "It is fed by the topic of id " + position.topicId() + ", and not "
                    + request.topicId() + ".");
        }
        OptionalLong through = state.completeThrough();
        if (through.isPresent() && replaced.completeThrough().orElse(Long.MIN_VALUE) < through.getAsLong()) {
            return new Outcome.Behind(through.getAsLong(), replaced.completeThrough());
        }
        CommitMark was = state.mark().orElse(CommitMark.ofNothing(""));
        // A layout is left out, so that no position of an older one is followed into it.
        CommitMark mark = new CommitMark(UUID.randomUUID().toString(), was.epoch() + 1, was.layout() + 2, position,
                was.control(), Collections.emptySortedMap(),
                replaced.mark().map(CommitMark::clocks).orElse(Collections.emptySortedMap()));
        commit(table, state, branch, mark, request);
        return done(load(spec), request);
    }

    private void commit(Table table, TableState state, Table branch, CommitMark mark, Request request) {
        Content old = Content.of(table);
        Content rows = Content.of(branch).withoutDeletesByValue(branch);
        Transaction transaction = Transactions.newTransaction(table.name(),
                new OwnCommitFirst(((HasTableOperations) table).operations(), mark.commitId()));
        RowDelta delta = transaction.newRowDelta().toBranch(SnapshotRef.MAIN_BRANCH);
        old.files().forEach(delta::removeRows);
        old.deletes().forEach(delta::removeDeletes);
        rows.files().forEach(delta::addRows);
        rows.deletes().forEach(delta::addDeletes);
        Snapshot head = table.currentSnapshot();
        if (head != null) {
            delta.validateFromSnapshot(head.snapshotId()).conflictDetectionFilter(Expressions.alwaysTrue())
                    .validateNoConflictingDataFiles().validateNoConflictingDeleteFiles()
                    // Others may have rewritten them meanwhile: their rows would be there once more.
                    .validateDeletedFiles();
        }
        request.summary().forEach(delta::set);
        mark.toSummary().forEach(delta::set);
        delta.validateWith(new MarkValidator(state, mark, transaction::table, SnapshotRef.MAIN_BRANCH,
                MarkedTable.inProperty(table, SnapshotRef.MAIN_BRANCH).map(CommitMark::commitId),
                ForeignRows.MOVE_OURS)).commit();
        Snapshot after = transaction.table().currentSnapshot();
        if (after.parentId() != null && !table.refs().containsKey(request.tag())) {
            transaction.manageSnapshots().createTag(request.tag(), after.parentId()).commit();
        }
        transaction.updateProperties().set(MarkedTable.property(SnapshotRef.MAIN_BRANCH),
                MarkedTable.property(SnapshotRef.MAIN_BRANCH, after, mark)).commit();
        transaction.commitTransaction();
    }

    private static Outcome.Done done(Table table, Request request) {
        SnapshotRef tag = table.refs().get(request.tag());
        OptionalLong after = OptionalLong.empty();
        if (tag != null) {
            for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
                if (Long.valueOf(tag.snapshotId()).equals(snapshot.parentId())) {
                    after = OptionalLong.of(snapshot.snapshotId());
                }
            }
        }
        return new Outcome.Done(tag == null ? OptionalLong.empty() : OptionalLong.of(tag.snapshotId()), after);
    }

    /** The files of a table's head. */
    private record Content(List<DataFile> files, DeleteFileSet deletes) {
        /** Those hold for rows by when they came, which all of them do again. */
        Content withoutDeletesByValue(Table table) {
            if (deletes.stream().anyMatch(d -> d.content() == FileContent.EQUALITY_DELETES)) {
                throw refused(table, "Others have deleted rows of it by their values.");
            }
            return this;
        }

        static Content of(Table table) {
            Content content = new Content(new ArrayList<>(), DeleteFileSet.create());
            if (table.currentSnapshot() == null) {
                return content;
            }
            try (CloseableIterable<FileScanTask> tasks = table.newScan()
                    .useSnapshot(table.currentSnapshot().snapshotId()).includeColumnStats().planFiles()) {
                for (FileScanTask task : tasks) {
                    content.files.add(task.file().copy());
                    task.deletes().forEach(d -> content.deletes.add(d.copy()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return content;
        }
    }

    private Table load(TableSpec of) {
        Table table = tables.load(of).orElseThrow(() -> new ProblemException(Problem.of(SinkProblem.TABLE_MISSING,
                of.qualifiedName(), "The catalog has no table " + of.qualifiedName() + ".")
                .withRemedy(SinkProblem.TABLE_MISSING.remedy())));
        MarkedTable.missing(table).ifPresent(problem -> {
            throw new ProblemException(problem);
        });
        return table;
    }

    private static TableState state(Table table) {
        return switch (MarkedTable.look(table, ForeignRows.MOVE_OURS)) {
            case TableLook.Found found -> found.state();
            case TableLook.Unusable unusable -> throw new ProblemException(unusable.problem());
        };
    }

    private static ProblemException refused(Table table, String why) {
        return new ProblemException(Problem.of(SinkProblem.BRANCH_UNUSABLE, table.name(), why)
                .withRemedy(SinkProblem.BRANCH_UNUSABLE.remedy()));
    }

    /**
     * Which branch of a table is fed by a topic, if one is.
     *
     * @param topic its name, which tells a branch that holds nothing yet
     */
    static Optional<String> branchFedBy(Table table, String topic, String topicId) {
        return table.refs().entrySet().stream().filter(r -> r.getValue().isBranch()).map(Map.Entry::getKey)
                .filter(b -> !b.equals(SnapshotRef.MAIN_BRANCH))
                .filter(b -> MarkedTable.inProperty(table, b).map(m -> m.position().topicId())
                        .filter(id -> id.equals(topicId) || id.isEmpty() && topic.contains("-" + b + "."))
                        .isPresent())
                .findFirst();
    }

    @Override
    public void close() {
        try {
            own.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

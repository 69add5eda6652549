package millrace.sinks.iceberg.commit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.sinks.iceberg.delete.CurrentFiles;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.delete.DeleteMerge;
import millrace.sinks.iceberg.delete.RangeReplacement;
import millrace.sinks.iceberg.delete.Replacement;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Publication;
import millrace.sinks.iceberg.event.Replacing;
import millrace.sinks.iceberg.event.Rewrite;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.moved.MovedRows;
import millrace.sinks.iceberg.moved.MovedRowsFile;
import millrace.sinks.iceberg.moved.Moves;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.RangeFilter;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableEvolution;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.WriterColumns;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table in an Iceberg catalog.
 *
 * <p>
 * A commit is one transaction of up to three parts: the schema's union, an append with the mark in its summary, and the
 * mark again as a table property. The append is fenced by {@link MarkValidator}, and with it the whole transaction.
 * Only a {@link CleanableFailure} proves that nothing was committed; after any other failure the table is read again
 * and asked for the commit id, and data files are never deleted.
 */
public final class TableCommitter implements LandingTable {
    /** The table property by which columns that are added get no default: {@code false}. */
    static final String COLUMN_DEFAULTS = "millrace.column-defaults";
    /** Of Iceberg's format. */
    private static final int DEFAULTS_VERSION = 3;
    private static final Logger LOG = LoggerFactory.getLogger(TableCommitter.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOVES_KEPT = 8;

    private final IcebergTables tables;
    private final TableSpec spec;
    private final IntFunction<WriterColumns> schemas;
    private Optional<CurrentFiles> current = Optional.empty();
    /** By location, of the rewrites that were followed last. */
    private final Map<String, MovedRows> moved = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, MovedRows> eldest) {
            return size() > MOVES_KEPT;
        }
    };

    /** @param schemas columns by the registry's ids; may throw what a registry throws */
    public TableCommitter(IcebergTables tables, TableSpec spec, IntFunction<WriterColumns> schemas) {
        this.tables = tables;
        this.spec = spec;
        this.schemas = schemas;
    }

    @Override
    public Optional<String> branchFedBy(String topicId) {
        try {
            return spec.isOnMain()
                    ? tables.load(spec).flatMap(t -> TableCutOver.branchFedBy(t, spec.topic(), topicId))
                    : Optional.empty();
        } catch (RuntimeException e) {
            LOG.debug("{} is asked again", spec.qualifiedName(), e);
            return Optional.empty();
        }
    }

    @Override
    public TableLook look() {
        try {
            Optional<Table> table = tables.load(spec);
            return table.isPresent()
                    ? MarkedTable.look(table.get(), ForeignRows.in(spec))
                    : new TableLook.Unusable(missing());
        } catch (RuntimeException e) {
            return new TableLook.Unusable(unavailable(e));
        }
    }

    @Override
    public CommitOutcome commit(CommitRequest request) {
        final Table table;
        TableEvolution evolution = new TableEvolution.Same();
        try {
            Optional<Table> loaded = tables.load(spec);
            if (loaded.isEmpty()) {
                return new CommitOutcome.NotCommitted(missing());
            }
            table = loaded.get();
            if (request.evolveFor().isPresent()) {
                WriterColumns incoming = schemas.apply(request.evolveFor().getAsInt());
                evolution = TableSchemas.fit(spec, table.schema(),
                        hasDefaults(table) ? incoming : WriterColumns.of(incoming.row()));
            }
        } catch (RuntimeException e) {
            return new CommitOutcome.NotCommitted(unavailable(e));
        }
        if (!BranchTable.landingId(table).equals(Optional.of(request.expected().table()))) {
            return new CommitOutcome.Conflict("the table was dropped and created again");
        }
        if (hasMovedOn(table, request)) {
            return new CommitOutcome.Conflict("the table has moved on");
        }
        if (evolution instanceof TableEvolution.Incompatible incompatible) {
            return new CommitOutcome.SchemaRefused(incompatible.problems());
        }
        return switch (change(table, request)) {
            case Change.Possible possible -> commit(table, request, possible.merged(), evolution);
            case Change.Impossible impossible -> impossible.outcome();
        };
    }

    /** Whether old rows of the table may have something in columns that are added; those of another branch, of all. */
    private boolean hasDefaults(Table table) {
        return spec.isOnMain() && !"false".equals(table.properties().get(COLUMN_DEFAULTS))
                && ((HasTableOperations) table).operations().current().formatVersion() >= DEFAULTS_VERSION;
    }

    /** What a commit does to the files of a table, if it can be found out. */
    private sealed interface Change {
        record Possible(DeleteMerge.Merged merged) implements Change {}

        record Impossible(CommitOutcome outcome) implements Change {}
    }

    private Change change(Table table, CommitRequest request) {
        try {
            return request.replacing().isPresent()
                    ? replacement(table, request, request.replacing().get())
                    : additions(table, request);
        } catch (RuntimeException e) {
            return new Change.Impossible(new CommitOutcome.NotCommitted(unavailable(e)));
        }
    }

    private Change additions(Table table, CommitRequest request) {
        List<DataFile> files = new ArrayList<>();
        DeadRows dead = new DeadRows();
        for (Proposal proposal : request.proposals()) {
            try {
                files.addAll(read(proposal.files(), table.specs()));
            } catch (RuntimeException | JsonProcessingException e) {
                return unreadable(proposal, e);
            }
        }
        for (Proposal proposal : request.proposals()) {
            try {
                proposal.deletes().ifPresent(d -> dead.addAll(
                        DeadRows.read(table.io(), d).follow(movedSince(table, request, proposal.layout()))));
            } catch (NotFoundException | IllegalArgumentException e) {
                return unreadable(proposal, e);
            }
        }
        return new Change.Possible(dead.isEmpty()
                ? DeleteMerge.Merged.of(files)
                : DeleteMerge.merge(table, current(table, request.expected().snapshotId()), files, dead,
                        request.mark().commitId()));
    }

    private static Change unreadable(Proposal proposal, Exception e) {
        return new Change.Impossible(new CommitOutcome.Unreadable(proposal.id(), String.valueOf(e.getMessage())));
    }

    private CommitOutcome commit(Table table, CommitRequest request, DeleteMerge.Merged merged,
            TableEvolution evolution) {
        Optional<CurrentFiles> before = current.filter(c -> c.snapshotId() == request.expected().snapshotId());
        current = Optional.empty();
        try {
            transact(table, request, merged, evolution);
        } catch (RuntimeException e) {
            return afterFailure(request, e);
        }
        Optional<CommitOutcome> outcome = find(request);
        if (outcome.isPresent() && outcome.get() instanceof CommitOutcome.Committed done) {
            // Of tables whose rows are not followed others may have changed files, unseen.
            current = spec.layout() == TableSpec.Layout.NEWEST
                    && done.state().others() == TableState.Others.LEFT_ROWS_ALONE
                            ? before.map(c -> c.after(done.state().snapshotId(), merged))
                            : Optional.empty();
            // Nobody reads them again; what stays is an orphan.
            request.publication().ifPresent(p -> {
                forget(table, p.files().location());
                p.deletes().ifPresent(d -> forget(table, d.location()));
            });
            request.proposals().stream().flatMap(p -> p.deletes().stream())
                    .forEach(d -> forget(table, d.location()));
            request.expected().history().without(done.state().history()).stream().map(LayoutHistory.Step::location)
                    .filter(l -> !l.isEmpty()).forEach(l -> forget(table, l));
        }
        return outcome.orElseGet(() -> new CommitOutcome.Unknown(
                unavailable(new IllegalStateException("the commit is done but cannot be read back"))));
    }

    /**
     * Whether the commit would be refused, as {@link MarkValidator} decides: files that its proposals name may be gone then.
     */
    private static boolean hasMovedOn(Table table, CommitRequest request) {
        return MarkedTable.look(table) instanceof TableLook.Found found && !found.state().mark()
                .map(CommitMark::commitId).equals(request.expected().mark().map(CommitMark::commitId))
                // Others have moved rows, and the commit does not say so.
                || request.expected().others() == TableState.Others.CHANGED_ROWS
                        && (request.mark().layout() == request.expected().layout() || request.replacing().isPresent())
                        && request.expected().mark().isPresent();
    }

    private static void forget(Table table, String location) {
        try {
            table.io().deleteFile(location);
        } catch (RuntimeException e) {
            LOG.debug("{} stays", location, e);
        }
    }

    /** Where rows have gone since a layout that a proposal or a rewrite was made in. */
    private Moves movedSince(Table table, CommitRequest request, long layout) {
        Moves moves = new Moves();
        for (LayoutHistory.Step step : request.expected().history().since(layout)) {
            if (!step.location().isEmpty()) {
                moves.add(moved.computeIfAbsent(step.location(),
                        l -> MovedRowsFile.read(table.io().newInputFile(l, step.bytes()))));
            }
        }
        return moves;
    }

    private Change replacement(Table table, CommitRequest request, Replacing replacing) {
        try {
            Replacement.Outcome outcome = switch (replacing) {
                case Rewrite rewrite -> outcome(table, request, rewrite);
                case Publication publication -> outcome(table, request, publication);
            };
            return switch (outcome) {
                case Replacement.Outcome.Possible possible -> new Change.Possible(possible.merged());
                case Replacement.Outcome.Impossible impossible -> refused(impossible.why());
            };
        } catch (NotFoundException | IllegalArgumentException | JsonProcessingException e) {
            return refused("its files cannot be read: " + e.getMessage());
        }
    }

    private static Change refused(String why) {
        return new Change.Impossible(new CommitOutcome.RewriteRefused(why));
    }

    private Replacement.Outcome outcome(Table table, CommitRequest request, Rewrite rewrite)
            throws JsonProcessingException {
        List<DataFile> files = read(rewrite.files(), table.specs());
        if (rewrite.moved().isEmpty()) {
            return untouched(table, rewrite, files);
        }
        Rewrite.StagedMoves staged = rewrite.moved().get();
        return Replacement.following(table, current(table, request.expected().snapshotId()), files,
                MovedRowsFile.read(table.io().newInputFile(staged.location(), staged.bytes())),
                movedSince(table, request, rewrite.layout()), request.mark().commitId());
    }

    private Replacement.Outcome outcome(Table table, CommitRequest request, Publication publication)
            throws JsonProcessingException {
        List<DataFile> files = PublishedFiles.read(table, publication.files());
        Moves moves = movedSince(table, request, publication.layout());
        DeadRows dead = publication.deletes().map(d -> DeadRows.read(table.io(), d).follow(moves))
                .orElseGet(DeadRows::new);
        // Whatever others have done to the table since: its rows of the range are those of its head.
        return RangeReplacement.of(table, current(table, table.currentSnapshot().snapshotId()), publication, files,
                dead, moves.outputs(),
                request.mark().commitId());
    }

    /** Of a table whose rows are not followed: Iceberg sees to it that nothing was deleted in the files since they were read. */
    private static Replacement.Outcome untouched(Table table, Rewrite rewrite, List<DataFile> files)
            throws JsonProcessingException {
        if (rewrite.kind() == Rewrite.Kind.REPLACE && table.snapshot(rewrite.snapshotId()) == null) {
            return new Replacement.Outcome.Impossible("the snapshot that it was made from has expired");
        }
        List<DataFile> replaced = new ArrayList<>();
        for (String file : rewrite.replaced()) {
            replaced.add((DataFile) ContentFileParser.fromJson(JSON.readTree(file), table.specs()));
        }
        List<DeleteFile> deletes = new ArrayList<>();
        for (String file : rewrite.deletes()) {
            deletes.add((DeleteFile) ContentFileParser.fromJson(JSON.readTree(file), table.specs()));
        }
        return new Replacement.Outcome.Possible(DeleteMerge.Merged.of(files).andWithout(replaced, deletes));
    }

    /** The files that a snapshot has; kept from commit to commit, since finding them means to read manifests. */
    private CurrentFiles current(Table table, long wanted) {
        if (current.filter(c -> c.snapshotId() == wanted).isEmpty()) {
            current = Optional.of(CurrentFiles.of(table, wanted));
        }
        return current.get();
    }

    private void transact(Table table, CommitRequest request, DeleteMerge.Merged merged, TableEvolution evolution) {
        CommitMark mark = request.mark();
        Transaction transaction = Transactions.newTransaction(table.name(),
                new OwnCommitFirst(((HasTableOperations) table).operations(), mark.commitId()));
        if (evolution instanceof TableEvolution.Evolve evolve) {
            UpdateSchema update = transaction.updateSchema();
            TableSchemas.apply(evolve, update);
            update.commit();
        }
        String branch = spec.branch();
        var validator = new MarkValidator(request.expected(), mark, transaction::table, branch,
                request.expected().mark().map(CommitMark::commitId), ForeignRows.in(spec));
        Optional<Publication> publication = request.publication();
        if (leaves(request) && merged.obsolete().stream().allMatch(d -> d.format() == FileFormat.PUFFIN)) {
            // Vectors go with their files; files of positions do not.
            DeleteFiles delete = transaction.newDelete().toBranch(branch).validateFilesExist();
            merged.emptied().forEach(delete::deleteFile);
            commit(delete.validateWith(validator), mark);
        } else if (request.rewrite().isPresent() && !leaves(request) && merged.isReplacement()) {
            // What is followed is known up to the expected state; of other tables nothing is, but what was read.
            long known = request.rewrite().get().moved().isPresent()
                    ? request.expected().snapshotId()
                    : request.rewrite().get().snapshotId();
            RewriteFiles rewrite = transaction.newRewrite().toBranch(branch).validateFromSnapshot(known);
            merged.into(rewrite);
            commit(rewrite.validateWith(validator), mark);
        } else if (merged.isAppend() && publication.isEmpty()) {
            AppendFiles append = transaction.newAppend().toBranch(branch);
            merged.added().forEach(append::appendFile);
            commit(append.validateWith(validator), mark);
        } else {
            RowDelta delta = transaction.newRowDelta().toBranch(branch);
            merged.into(delta);
            if (publication.isPresent()) {
                delta.validateFromSnapshot(table.currentSnapshot().snapshotId())
                        .conflictDetectionFilter(RangeFilter.of(publication.get().range()))
                        .validateNoConflictingDataFiles().validateNoConflictingDeleteFiles();
                publication.get().summary().forEach(delta::set);
            } else {
                delta.validateFromSnapshot(request.expected().snapshotId());
            }
            commit(delta.validateWith(validator), mark);
        }
        publication.ifPresent(p -> transaction.manageSnapshots()
                .createTag(p.tag(), transaction.table().snapshot(branch).parentId()).commit());
        UpdateProperties properties = transaction.updateProperties().set(MarkedTable.property(branch),
                MarkedTable.property(branch, transaction.table().snapshot(branch), mark));
        if (request.replacing().isPresent()) {
            properties.set(LayoutHistory.property(branch), request.history().toJson());
        }
        properties.commit();
        transaction.commitTransaction();
    }

    private static boolean leaves(CommitRequest request) {
        return request.rewrite().filter(r -> r.kind() == Rewrite.Kind.LEAVE).isPresent();
    }

    private static void commit(SnapshotUpdate<?> update, CommitMark mark) {
        mark.toSummary().forEach(update::set);
        update.commit();
    }

    private CommitOutcome afterFailure(CommitRequest request, RuntimeException failure) {
        if (failure instanceof ValidationException && request.replacing().isPresent() && isAsExpected(request)) {
            // Not because the table has moved on: others have deleted rows of the files, or the files.
            return new CommitOutcome.RewriteRefused(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof ValidationException || failure instanceof CommitFailedException) {
            return new CommitOutcome.Conflict(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof IllegalArgumentException && request.replacing().isPresent()) {
            // Iceberg has refused it before it wrote anything, and rows that come in must not wait for it.
            return new CommitOutcome.RewriteRefused(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof CleanableFailure) {
            return new CommitOutcome.NotCommitted(unavailable(failure));
        }
        return find(request).orElseGet(() -> new CommitOutcome.Unknown(unavailable(failure)));
    }

    private boolean isAsExpected(CommitRequest request) {
        return look() instanceof TableLook.Found found && found.state().mark().map(CommitMark::commitId)
                .equals(request.expected().mark().map(CommitMark::commitId))
                && found.state().others() == TableState.Others.LEFT_ROWS_ALONE;
    }

    /** Committed if the table carries the request's mark; nothing if it does not or cannot be read. */
    private Optional<CommitOutcome> find(CommitRequest request) {
        return look() instanceof TableLook.Found found && found.state().isMarkedBy(request.mark().commitId())
                ? Optional.of(new CommitOutcome.Committed(found.state()))
                : Optional.empty();
    }

    private static List<DataFile> read(List<StagedFile> staged, Map<Integer, PartitionSpec> specs)
            throws JsonProcessingException {
        List<DataFile> files = new ArrayList<>();
        for (StagedFile file : staged) {
            files.add((DataFile) ContentFileParser.fromJson(JSON.readTree(file.content()), specs));
        }
        return files;
    }

    /** A file of a table as a rewrite names it. */
    public static <F extends ContentFile<F>> String named(F file, Map<Integer, PartitionSpec> specs) {
        return ContentFileParser.toJson(file.copyWithoutStats(), specs.get(file.specId()));
    }

    /** A closed file as a proposal carries it. */
    public static StagedFile staged(DataFile file, Map<Integer, PartitionSpec> specs) {
        return new StagedFile(ContentFileParser.toJson(file, specs.get(file.specId())), file.recordCount(),
                file.fileSizeInBytes());
    }

    private Problem missing() {
        return Problem.of(SinkProblem.TABLE_MISSING, spec.qualifiedName(),
                "The catalog has no table " + spec.qualifiedName() + ".")
                .withRemedy(SinkProblem.TABLE_MISSING.remedy());
    }

    private Problem unavailable(RuntimeException e) {
        SinkProblem code = e instanceof NoSuchTableException
                ? SinkProblem.TABLE_MISSING
                : e instanceof RegistryUnavailableException
                        ? SinkProblem.REGISTRY_UNAVAILABLE
                        : StorageFullException.isIn(e) ? SinkProblem.STORAGE_FULL : SinkProblem.CATALOG_UNAVAILABLE;
        return Problem.of(code, spec.qualifiedName(), Failure.words(e))
                .withRemedy(code.remedy());
    }
}

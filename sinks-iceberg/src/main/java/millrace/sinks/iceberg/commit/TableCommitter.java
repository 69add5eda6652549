package millrace.sinks.iceberg.commit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableEvolution;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * A table in an Iceberg catalog.
 *
 * <p>
 * A commit is one transaction of up to three parts: the schema's union, an append with the mark in its summary, and the
 * mark again as a table property. The append is fenced by {@link MarkValidator}, and with it the whole transaction.
 * Only a {@link CleanableFailure} proves that nothing was committed; after any other failure the table is read again
 * and asked for the commit id, and files are never deleted.
 */
public final class TableCommitter implements LandingTable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final IcebergTables tables;
    private final TableSpec spec;
    private final IntFunction<FieldType.Struct> schemas;

    /** @param schemas row types by the registry's ids; may throw what a registry throws */
    public TableCommitter(IcebergTables tables, TableSpec spec, IntFunction<FieldType.Struct> schemas) {
        this.tables = tables;
        this.spec = spec;
        this.schemas = schemas;
    }

    @Override
    public TableLook look() {
        try {
            Optional<Table> table = tables.load(spec);
            return table.isPresent() ? MarkedTable.look(table.get()) : new TableLook.Unusable(missing());
        } catch (RuntimeException e) {
            return new TableLook.Unusable(unavailable(e));
        }
    }

    @Override
    public CommitOutcome commit(CommitRequest request) {
        Table table;
        List<DataFile> files = new ArrayList<>();
        TableEvolution evolution = new TableEvolution.Same();
        try {
            Optional<Table> loaded = tables.load(spec);
            if (loaded.isEmpty()) {
                return new CommitOutcome.NotCommitted(missing());
            }
            table = loaded.get();
            if (request.evolveFor().isPresent()) {
                evolution = TableSchemas.fit(spec, table.schema(), schemas.apply(request.evolveFor().getAsInt()));
            }
        } catch (RuntimeException e) {
            return new CommitOutcome.NotCommitted(unavailable(e));
        }
        if (!MarkedTable.uuid(table).equals(request.expected().table())) {
            return new CommitOutcome.Conflict("the table was dropped and created again");
        }
        if (evolution instanceof TableEvolution.Incompatible incompatible) {
            return new CommitOutcome.SchemaRefused(incompatible.problems());
        }
        for (Proposal proposal : request.proposals()) {
            try {
                read(proposal, table.specs(), files);
            } catch (RuntimeException | JsonProcessingException e) {
                return new CommitOutcome.Unreadable(proposal.id(), String.valueOf(e.getMessage()));
            }
        }
        try {
            transact(table, request, files, evolution);
        } catch (RuntimeException e) {
            return afterFailure(request, e);
        }
        return find(request).orElseGet(() -> new CommitOutcome.Unknown(
                unavailable(new IllegalStateException("the commit is done but cannot be read back"))));
    }

    private void transact(Table table, CommitRequest request, List<DataFile> files, TableEvolution evolution) {
        CommitMark mark = request.mark();
        Transaction transaction = table.newTransaction();
        if (evolution instanceof TableEvolution.Evolve evolve) {
            UpdateSchema update = transaction.updateSchema();
            TableSchemas.apply(evolve, update);
            update.commit();
        }
        AppendFiles append = transaction.newAppend().validateWith(new MarkValidator(request.expected(), mark,
                () -> MarkedTable.inProperty(transaction.table()),
                request.expected().mark().map(CommitMark::commitId)));
        files.forEach(append::appendFile);
        mark.toSummary().forEach(append::set);
        append.commit();
        transaction.updateProperties()
                .set(MarkedTable.PROPERTY, MarkedTable.property(transaction.table().currentSnapshot(), mark)).commit();
        transaction.commitTransaction();
    }

    private CommitOutcome afterFailure(CommitRequest request, RuntimeException failure) {
        if (failure instanceof ValidationException || failure instanceof CommitFailedException) {
            return new CommitOutcome.Conflict(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof CleanableFailure) {
            return new CommitOutcome.NotCommitted(unavailable(failure));
        }
        return find(request).orElseGet(() -> new CommitOutcome.Unknown(unavailable(failure)));
    }

    /** Committed if the table carries the request's mark; nothing if it does not or cannot be read. */
    private Optional<CommitOutcome> find(CommitRequest request) {
        return look() instanceof TableLook.Found found && found.state().isMarkedBy(request.mark().commitId())
                ? Optional.of(new CommitOutcome.Committed(found.state()))
                : Optional.empty();
    }

    private static void read(Proposal proposal, Map<Integer, PartitionSpec> specs, List<DataFile> into)
            throws JsonProcessingException {
        for (StagedFile file : proposal.files()) {
            into.add((DataFile) ContentFileParser.fromJson(JSON.readTree(file.content()), specs));
        }
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

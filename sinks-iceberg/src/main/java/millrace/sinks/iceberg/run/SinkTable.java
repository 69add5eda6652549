package millrace.sinks.iceberg.run;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.sinks.iceberg.commit.LandingTable;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.commit.TableCommitter;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.WriterColumns;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of the tables a process lands. It is created when it is first looked for; once seen, it is never created again. */
final class SinkTable {
    private static final Logger LOG = LoggerFactory.getLogger(SinkTable.class);

    private final TableSpec spec;
    private final IcebergTables tables;
    private final LandingTable landing;
    private volatile UUID seen;
    private volatile SinkState.Blocked problem;

    SinkTable(TableSpec spec, IcebergTables tables, SchemaRegistry registry) {
        this.spec = spec;
        this.tables = tables;
        this.landing = new TableCommitter(tables, spec, id -> columns(id, registry));
    }

    /** A negative id means the contract's columns: those of the version that this process runs. */
    private WriterColumns columns(int id, SchemaRegistry registry) {
        return id < 0
                ? WriterColumns.of(spec.columns())
                : WriterColumns.of(registry.byId(id), spec.formerNames());
    }

    TableSpec spec() {
        return spec;
    }

    IcebergTables tables() {
        return tables;
    }

    LandingTable landing() {
        return landing;
    }

    /** Why the table could not be looked up or created, the last time. */
    Optional<SinkState.Blocked> problem() {
        return Optional.ofNullable(problem);
    }

    /** The UUID seen last, without asking the catalog. */
    Optional<UUID> lastSeen() {
        return Optional.ofNullable(seen);
    }

    /** Asks the catalog; empty if the table is not there or the catalog does not answer. */
    Optional<UUID> uuid() {
        try {
            Optional<Table> table = seen == null ? Optional.of(tables.loadOrCreate(spec)) : tables.load(spec);
            Optional<Problem> missing = table.flatMap(MarkedTable::missing);
            if (missing.isPresent()) {
                say(missing.get());
                return Optional.empty();
            }
            Optional<UUID> id = table.flatMap(BranchTable::landingId);
            id.ifPresent(i -> seen = i);
            problem = null;
            return id;
        } catch (ProblemException e) {
            say(e.problems().get(0));
        } catch (RuntimeException e) {
            say(Problem.of(SinkProblem.CATALOG_UNAVAILABLE, spec.qualifiedName(), Failure.words(e))
                    .withRemedy(SinkProblem.CATALOG_UNAVAILABLE.remedy()));
        }
        return Optional.empty();
    }

    private void say(Problem now) {
        SinkState.Blocked before = problem;
        boolean same = before != null && before.problem().code() == now.code();
        if (!same) {
            LOG.warn("{}", now.toText("blocked"));
        }
        problem = new SinkState.Blocked(now, same ? before.since() : Instant.now());
    }
}

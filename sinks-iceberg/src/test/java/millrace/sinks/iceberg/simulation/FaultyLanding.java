package millrace.sinks.iceberg.simulation;

import java.util.random.RandomGenerator;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.commit.CommitOutcome;
import millrace.sinks.iceberg.commit.CommitRequest;
import millrace.sinks.iceberg.commit.LandingTable;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.table.SinkProblem;

/** A real table behind a catalog that now and then does not answer, or whose reply is lost. */
final class FaultyLanding implements LandingTable {
    private static final Problem DOWN = Problem.of(SinkProblem.CATALOG_UNAVAILABLE, "sim", "down");

    private final LandingTable table;
    private final RandomGenerator random;
    boolean faults = true;

    FaultyLanding(LandingTable table, RandomGenerator random) {
        this.table = table;
        this.random = random;
    }

    @Override
    public TableLook look() {
        return faults && random.nextInt(25) == 0 ? new TableLook.Unusable(DOWN) : table.look();
    }

    @Override
    public CommitOutcome commit(CommitRequest request) {
        return switch (faults ? random.nextInt(20) : 19) {
            case 0 -> new CommitOutcome.NotCommitted(DOWN);
            case 1 -> new CommitOutcome.Unknown(DOWN);
            case 2 -> {
                table.commit(request);
                yield new CommitOutcome.Unknown(DOWN);
            }
            default -> table.commit(request);
        };
    }
}

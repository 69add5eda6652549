package millrace.ops.generate;

import java.util.List;
import millrace.ops.load.Destination;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.ProblemException;

/**
 * Says which arm of an experiment each session of a clickstream is in, before its first click. The assignment of a session
 * is a function of the seed and the session; those of the sessions to come are written while clicks of others are, so that
 * the time of this topic goes on with that of the clicks.
 */
public final class Assignments implements ClickGenerator.Companion {
    private static final List<String> COLUMNS = List.of("session_id", "experiment", "arm", "assigned_at");
    private static final String EXPERIMENT = "big-play-button";
    private static final long MICROS_BEFORE = 60_000_000;

    private final long seed;
    private final Destination to;
    private final RowShape shape;
    private long next;

    /** @throws ProblemException if the contract has other columns than assignments have */
    public Assignments(long seed, Contract contract, Destination to) {
        this.seed = seed;
        this.to = to;
        shape = RowShape.of("Assignments have", COLUMNS, contract);
        next = to.highest() + 1;
    }

    /** The arm of a session. */
    static String arm(long seed, long session) {
        return Chance.unit(seed, session, 14) < 0.5 ? "control" : "treatment";
    }

    @Override
    public void clickAt(long number, long micros) {
        for (long last = Clicks.sessionsBy(number); next <= last; next++) {
            to.write(next, shape.row(Clicks.sessionId(next), EXPERIMENT, arm(seed, next), micros - MICROS_BEFORE));
        }
    }
}

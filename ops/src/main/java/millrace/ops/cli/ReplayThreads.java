package millrace.ops.cli;

import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Option;

/** How many threads of this process compute a replay. */
final class ReplayThreads {
    @Option(names = "--threads", paramLabel = "<n>", defaultValue = "1", description = "That compute in this process. Default: 1.")
    private int threads;

    /** @throws ProblemException if none would */
    int count() {
        return required(threads);
    }

    /** @throws ProblemException if none would compute */
    static int required(int threads) {
        if (threads < 1) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--threads",
                    "At least one thread has to compute.").withRemedy("Leave it out for one."));
        }
        return threads;
    }
}

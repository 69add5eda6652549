package millrace.ops.cli;

import java.util.OptionalLong;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Option;

/** How fast a replay reads. */
final class ReplayRate {
    @Option(names = "--rate", paramLabel = "<n>", description = "Records a second that a process reads at most. Default: as many as can be; estimates reckon with 50,000.")
    private Long rate;

    /** Absent for as many as can be. */
    OptionalLong mostPerSecond() {
        if (rate != null && rate <= 0) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--rate",
                    "A rate is at least 1 record a second.").withRemedy("Leave it out for as many as can be."));
        }
        return rate == null ? OptionalLong.empty() : OptionalLong.of(rate);
    }
}

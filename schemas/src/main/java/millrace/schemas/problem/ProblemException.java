package millrace.schemas.problem;

import java.util.List;
import java.util.stream.Collectors;

/** Carries the problems of bad user input to the place that shows them; at least one. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public ProblemException(List<Problem> problems) {
        super(problems.stream().map(Problem::toText).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public ProblemException(Problem problem) {
        this(List.of(problem));
    }

    public List<Problem> problems() {
        return problems;
    }
}

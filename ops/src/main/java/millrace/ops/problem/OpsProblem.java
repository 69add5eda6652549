package millrace.ops.problem;

import millrace.schemas.problem.ProblemCode;

/** What can go wrong around a running platform. */
public enum OpsProblem implements ProblemCode {
    PORT_IN_USE("A port that was asked for is taken by another program.",
            "Stop the other program, or choose another port (0 takes a free one)."),
    BROKER_START_FAILED("The embedded Kafka broker could not start on its data folder.",
            "Read the cause in the message; if the folder is damaged, start over with `millrace dev reset`.");

    private final String meaning;
    private final String remedy;

    OpsProblem(String meaning, String remedy) {
        this.meaning = meaning;
        this.remedy = remedy;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}

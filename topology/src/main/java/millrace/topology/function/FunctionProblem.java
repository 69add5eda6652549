package millrace.topology.function;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with a user's own functions. */
public enum FunctionProblem implements ProblemCode {
    FUNCTION_BROKEN("A jar declares a function that cannot be used.",
            "Mend the class named in the message and build the jar again."),
    FUNCTION_NAME_TAKEN("A function has the name of a built-in one.", "Give it another name."),
    FUNCTION_DECLARED_TWICE("Two functions have the same name and the same arguments.",
            "Remove one of the jars, or rename one of the functions."),
    FUNCTION_NOT_DETERMINISTIC("A function says that equal arguments may give it different results.",
            "Make it depend on its arguments alone: a replay could not give the rows that the live run gave.");

    private final String meaning;
    private final String remedy;

    FunctionProblem(String meaning, String remedy) {
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

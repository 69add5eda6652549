package millrace.topology.assemble;

import millrace.schemas.problem.ProblemCode;

/** What keeps a pipeline's parts from being put together. */
public enum AssemblyProblem implements ProblemCode {
    TOPIC_CLAIMED_TWICE("Two parts of a pipeline use the same topic.",
            "Rename a model, or give each contract a topic of its own.");

    private final String meaning;
    private final String remedy;

    AssemblyProblem(String meaning, String remedy) {
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

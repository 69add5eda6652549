package millrace.topology.trial;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with a model test before it runs. */
public enum TrialProblem implements ProblemCode {
    TEST_MODEL_UNKNOWN("A model test is about a model that there is not.",
            "Name a model of the pipeline, with its layer where the test stands beside models of another."),
    TEST_SOURCE_UNKNOWN("A model test gives rows to something that its model does not read.",
            "Give rows to the contracts that the model is computed from; millrace explain shows them."),
    TEST_COLUMN_UNKNOWN("A row of a model test has a column that there is not.",
            "Use the name that the message suggests, or leave the column out."),
    TEST_COLUMN_MISSING("A row given by a model test lacks a column that its contract requires.",
            "Give the column a value; columns that are not required may be left out."),
    TEST_VALUE_UNFIT("A value of a model test is not of its column's type.",
            "Write it as the type asks; a time may be short, such as 10:05 on the first of January 2000.");

    private final String meaning;
    private final String remedy;

    TrialProblem(String meaning, String remedy) {
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

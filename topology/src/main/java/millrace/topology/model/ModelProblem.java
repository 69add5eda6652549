package millrace.topology.model;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with the files under {@code models/} before their SQL is looked at. */
public enum ModelProblem implements ProblemCode {
    MODEL_MISPLACED("A SQL file does not lie in models/<layer>/.",
            "Move it into a folder directly under models/, such as models/silver/."),
    MODEL_BAD_NAME("The name of a model or layer cannot be the name of a table and a topic.",
            "Use letters, digits and _, not starting with a digit."),
    MODEL_UNKNOWN("Properties describe a model that has no SQL file.",
            "Mend the name, or add models/<layer>/<name>.sql."),
    MODEL_DESCRIBED_TWICE("Two blocks of properties describe the same model.", "Merge them into one."),
    MODEL_NAME_TAKEN("A model has the name of something that exists already, such as a contract's bronze table.",
            "Rename the model's file."),
    MODEL_NOT_SUPPORTED_YET("A setting is known, but this version cannot do what it asks for.",
            "Use one of the values named in the message, or remove the setting.");

    private final String meaning;
    private final String remedy;

    ModelProblem(String meaning, String remedy) {
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

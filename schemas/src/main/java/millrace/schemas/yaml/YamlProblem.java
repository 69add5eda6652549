package millrace.schemas.yaml;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with a YAML file, whatever it describes. */
public enum YamlProblem implements ProblemCode {
    YAML_SYNTAX("The file is not well-formed YAML.", "Mend the syntax at the place shown."),
    YAML_UNKNOWN_KEY("A key is not one that can stand here.", "Remove the key or use the known key suggested."),
    YAML_DUPLICATE_KEY("A key stands twice in one mapping.", "Keep one of the two."),
    YAML_MISSING_KEY("A key that must be given is missing.", "Add the key."),
    YAML_WRONG_TYPE("A value has another form than expected, such as a list where text belongs.",
            "Write the value in the form named in the message."),
    YAML_BAD_VALUE("A value has the right form but is not one that can be used.",
            "Use one of the values named in the message.");

    private final String meaning;
    private final String remedy;

    YamlProblem(String meaning, String remedy) {
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

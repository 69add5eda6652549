package millrace.topology.check;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with a model whose SQL is right by itself. */
public enum CheckProblem implements ProblemCode {
    OUTPUT_DIFFERS("The SELECT does not give what the model's properties promise.",
            "Mend the SELECT, or what the properties say of the column."),
    KEY_UNUSABLE("unique_key names something that cannot be a key.",
            "Name columns of the result that hold whole numbers, text, uuids, dates, times or decimals."),
    TABLE_OPTION_WRONG("partition_by or sort_by cannot be done with the columns of the result.",
            "Name a column of the result, and a transform that takes its type."),
    PATTERN_WRONG("A constant pattern, format or path inside an expression cannot be understood.",
            "Mend the constant; docs/sql.md says what each function takes."),
    SOURCE_IS_A_CHANGELOG("A model reads a contract whose records are versions of keys, which is not supported yet.",
            "Read a contract of kind event.");

    private final String meaning;
    private final String remedy;

    CheckProblem(String meaning, String remedy) {
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

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
    WINDOW_NEEDS_EVENT_TIME("A window or an as-of join is made of a column that is not the event time.",
            "Name the contract's event time, passed on unchanged."),
    RESULT_NEEDS_KEY("A model changes rows that it has given out, but has no key to find them by.",
            "Name the columns of GROUP BY in unique_key."),
    EARLY_UNUSABLE("A model asks for early results, but gives out nothing that waits for a window to close.",
            "Let emit: early(d) stand at a model that groups by a window or session; what is built on it is a model of its own."),
    VERSIONS_UNUSABLE("A model asks for versions with materialized: scd2 of rows that have none.",
            "Let it have a unique_key, and read rows that stay."),
    MERGE_UNUSABLE("A model asks for rows of one key to become one with merge, and they cannot.",
            "Let it have a unique_key, and no versions."),
    UPSERT_UNUSABLE(
            "A model asks for the newest row of each key with materialized: upsert, and nothing says which that is.",
            "Take the last row of each key by its event time, or leave materialized out."),
    SALT_UNUSABLE("A model asks for salt, but has no join that can use it.",
            "Leave salt out, or let the side with the hot keys be the left one of a join that is not RIGHT or FULL."),
    AGGREGATE_CANNOT_FORGET("An aggregate over rows that may change later cannot take back what it has seen.",
            "Use a function that can, such as COUNT(DISTINCT ..), or read rows that stay."),
    DEDUPLICATION_UNUSABLE("The last row of each key is taken of rows that may be taken back.",
            "Say retention: forever, or read rows that stay."),
    SESSION_UNUSABLE("Sessions are used in a way that has no answer while they are open.",
            "Group by the session's key, window_start and window_end."),
    STATE_UNBOUNDED("A model would remember more and more without end.",
            "Group by a window too or bound the join in event time, or say retention: forever if that is meant.");

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

package millrace.topology.quarantine;

import millrace.schemas.problem.ProblemCode;

/**
 * Why a record is in quarantine, where the reason is not one of {@link millrace.schemas.wire.WireProblem}'s, which keep
 * their own names.
 */
public enum QuarantineReason implements ProblemCode {
    VALUE_MISSING("A record has no value, but its contract describes rows.",
            "Mend the producer; a bounded loader ends a partition with an end marker, not with an empty record."),
    SCHEMA_ID_UNKNOWN("A record names a schema id that the registry does not know.",
            "Find the producer: it writes garbage, or it registers its schemas elsewhere."),
    EVENT_TIME_MISSING("A record has no event time.", "Mend the producer, or name another event time in the contract."),
    EVENT_TIME_AHEAD("A record's event time lies further past its own Kafka timestamp than the contract's maxAhead.",
            "Mend the producer's clock, or raise maxAhead in the contract."),
    EVENT_TIME_TOO_EARLY("A record's event time lies before the year 1.",
            "Mend the producer, which most likely writes a time that was never set."),
    EXPECTATION_FAILED("A value breaks what the contract promises of its column.",
            "Mend the producer, or change the contract."),
    EXPRESSION_FAILED("An expression of a model has no value for this record.",
            "Change the model so that it covers such records, then redrive them."),
    KEY_MISSING("A column is null that says which row is meant: of a model's unique_key, or of a changelog's key.",
            "Filter such rows in the model, or choose another unique_key; mend the producer of a changelog."),
    ROW_UNWRITABLE("A model's row does not fit the types of its own columns.",
            "Cast the column in the model to a type that holds the value."),
    ROW_TOO_LARGE("A model's row is larger than a record of its topic may be.",
            "Select less, or raise the pipeline's largest record.");

    private final String meaning;
    private final String remedy;

    QuarantineReason(String meaning, String remedy) {
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

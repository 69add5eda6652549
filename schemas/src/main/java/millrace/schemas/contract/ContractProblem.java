package millrace.schemas.contract;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with a contract, with what it is compared with, or with a record it speaks of. */
public enum ContractProblem implements ProblemCode {
    CONTRACT_VERSION("The file follows a version of the Open Data Contract Standard that is not read.",
            "Write the contract by v3.0, v3.1 or v3.2 of the standard."),
    CONTRACT_ONE_TOPIC("A contract speaks of one topic, so its schema has exactly one element.",
            "Write one contract file per topic."),
    CONTRACT_TYPE("A column has no type, an unknown one, or a logical type that its physical type contradicts.",
            "Use one of the types named in the message."),
    CONTRACT_OPTION("A promise about a column does not fit its type, or can never hold.",
            "Remove the promise or mend its value."),
    CONTRACT_RAW("What a contract says of the originals that bronze keeps does not go together.",
            "Give rawRetention a duration such as 30d, and rawForm variant only to a topic of format json."),
    CONTRACT_UNKNOWN_COLUMN("The contract names a column that it does not have.",
            "Name one of the contract's columns."),
    CONTRACT_EVENT_TIME("The event time is not a timestamp column at the top level.",
            "Name a column whose logicalType is timestamp."),
    CONTRACT_LATENESS("The allowed lateness is smaller than the disorder.",
            "Make allowedLateness at least as large as disorder."),
    CONTRACT_DUPLICATE("Two things that need different names have the same one.", "Rename one of the two."),
    CONTRACT_PROPERTY("A custom property is very near to one that this engine reads, but is not that one.",
            "Use the name suggested, or another one that cannot be mistaken for it."),
    CONTRACT_INCOMPATIBLE("A new version of a contract breaks those who read or write the topic.",
            "Make the change in a compatible way, or start a new topic."),
    CONTRACT_BREAKS_MODEL("A new version of a contract takes away what a model reads.",
            "Keep the column and mark it deprecated, or change the model first."),
    RECORD_BREAKS_CONTRACT("A record has a value that its contract does not allow.",
            "Look at the record in quarantine and mend its producer, or the contract.");

    private final String meaning;
    private final String remedy;

    ContractProblem(String meaning, String remedy) {
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

package millrace.schemas.wire;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with a schema or with the bytes of one record. */
public enum WireProblem implements ProblemCode {
    AVRO_UNSUPPORTED_TYPE("An Avro schema has a shape that rows cannot carry, such as a union of two record types.",
            "Change the schema, or read the topic with a contract that leaves the field out."),
    AVRO_BAD_NAME("A column name cannot be the name of an Avro field.",
            "Use letters, digits and underscores, not starting with a digit."),
    AVRO_TYPE_MISMATCH("A producer's schema has another type for a column than its contract, and no promotion exists.",
            "Change the contract or the producer so that both agree."),
    AVRO_MISSING_FIELD("A producer's schema lacks a required column that has no default.",
            "Add the field to the producer, or make the column optional or give it a default."),
    RECORD_MALFORMED("The bytes of a record cannot be read as what its schema says.",
            "Look at the record in quarantine and mend its producer."),
    RECORD_NULL("A record has no value for a required column.",
            "Mend the producer, or make the column optional in its contract.");

    private final String meaning;
    private final String remedy;

    WireProblem(String meaning, String remedy) {
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

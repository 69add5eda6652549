package millrace.topology.run;

import millrace.schemas.problem.ProblemCode;

/** What keeps a pipeline from running. Each of these is looked at again and again; the pipeline resumes when cured. */
public enum RunProblem implements ProblemCode {
    STREAM_BROKER_UNAVAILABLE("The Kafka cluster does not answer.",
            "Start it, or mend bootstrap.servers and the network."),
    STREAM_REGISTRY_UNAVAILABLE("The schema registry does not answer.",
            "Start it, or mend its URL; records wait in Kafka meanwhile."),
    SCHEMA_INCOMPATIBLE("The registry refuses the schema of a topic that the pipeline writes.",
            "Change the model so that its columns stay compatible, or change the subject's compatibility."),
    PIPELINE_TOPIC_MISSING("A topic does not exist, and this profile does not create topics.",
            "Create it; millrace topics apply does so."),
    TOPIC_PARTITIONS_DIFFER("A topic has another number of partitions than its contract or its source asks for.",
            "State the topic's number of partitions in the contract, or recreate the pipeline's own topic."),
    SOURCE_TOPIC_GREW(
            "A source topic has more partitions than before, and a model's rows or state are divided by them.",
            "Run the pipeline under another name, which computes the model anew from the start of its sources; models "
                    + "that only pass rows on go on by themselves."),
    SOURCE_TOPIC_RECREATED("A source topic was deleted and created anew since this pipeline processed it.",
            "If that was meant, run the pipeline under another name or reset its state; nothing is processed before."),
    STREAM_RECORDS_EXPIRED("The topic no longer holds records that the pipeline has not processed yet.",
            "Raise the topic's retention. If the gap may stay, move the consumer group of the pipeline's name past it "
                    + "(kafka-consumer-groups --reset-offsets --to-earliest --execute); the pipeline then goes on."),
    STREAM_FAILED("Processing stopped with an error; it is tried again after a pause.",
            "Read the log; if it fails for good, report the error with its stack trace.");

    private final String meaning;
    private final String remedy;

    RunProblem(String meaning, String remedy) {
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

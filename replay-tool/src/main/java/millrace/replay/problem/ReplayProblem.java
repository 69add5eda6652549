package millrace.replay.problem;

import millrace.schemas.problem.ProblemCode;

/** What can keep a replay from being planned or run. */
public enum ReplayProblem implements ProblemCode {
    REPLAY_SELECTS_NOTHING("What is to be replayed names no model.",
            "Name models as dbt does: silver.clicks, silver.clicks+ with what reads it, silver.* for a layer."),
    REPLAY_BOUND_UNKNOWN("One end of the range of a replay cannot be read, or is not there.",
            "Give a time (2026-11-01, 2026-11-01T10:00Z), a duration before now (7d), offsets (offset:0=118204,1=117990), or a snapshot or tag of a table (snapshot:gold.hourly@good)."),
    REPLAY_RANGE_EMPTY("The range of a replay ends before it begins.", "Let --from be before --to."),
    REPLAY_RANGE_OPEN("Records may still come that count for the range, so that it cannot be recomputed alone.",
            "Let the range end where the message says, or leave --from and --to out: everything is replayed then."),
    REPLAY_DATA_GONE("Records that the replay has to read are no longer there, neither in Kafka nor in bronze.",
            "Let the range begin later, where the message says."),
    REPLAY_CONTRACT_INCOMPATIBLE("A contract cannot read all records that its topic holds.",
            "Change the contract so that it can read what was written with every registered schema."),
    REPLAY_NEVER_RAN("The pipeline has not run yet, so there is nothing to replay.",
            "Start it with `millrace dev` or `millrace run`."),
    REPLAY_TABLE_DIFFERS("A model that is to be replayed gives rows of another shape than its table has.",
            "Replay it with a text that gives the same columns and has the same unique_key; other tables need a model of another name."),
    REPLAY_UNKNOWN("There is no replay of this id.", "See `millrace replay list` for those there are."),
    REPLAY_ENDED("The replay has ended, so that nothing of it can be run any more.",
            "Plan it again: `millrace replay plan`."),
    REPLAY_RUNS("The replay runs in a process, which has to stop first.",
            "Stop the process, or wait until it has heard of it."),
    REPLAY_NOT_OF_A_RANGE("A replay of everything takes no place of a range in a table.",
            "Compare the branches with `millrace replay diff`, and read them by their names; a range can be published."),
    REPLAY_IS_A_SAMPLE("A replay of a sample does not have all rows of its range.",
            "Look at it with `millrace replay diff`, cancel it, and replay the range without --sample."),
    REPLAY_NOT_READY("The replay has not come to where this can be done.",
            "See `millrace replay status` for how far it is."),
    REPLAY_GATE("What the replay has given does not pass the data tests, so that it is not published.",
            "Look at `millrace quarantine` and `millrace replay diff`; with --force and a reason it is published all the same."),
    REPLAY_LATE_RECORDS("Records have come that count for the range of a replay, and that it has not read.",
            "Plan the same range again and replay that; give the contract an allowedLateness, and the models a step that minds it, if this happens often."),
    REPLAY_LATE_SINCE(
            "Records have come for the range of a replay since it was published, and would go with it if it was taken back.",
            "Replay the range again with the models as they were, and publish that."),
    REPLAY_AMENDED_SINCE(
            "Since a replay was planned, late records have been taken in or left out again, so that it would undo that in the tables.",
            "Cancel it, plan it again, and replay that."),
    REPLAY_LATER_ONE("A later replay has been published over the same rows as one that is to be taken back.",
            "Take the later one back first."),
    REPLAY_MOVED_ON("Somebody else has changed what has become of a replay.",
            "See `millrace replay list`, and do what is still to be done."),
    REPLAY_TEXT_CHANGED("The contracts and models are not those that the replay was planned with.",
            "Put the text back that it was planned with, or cancel it and plan it again."),
    REPLAY_REVISION_UNKNOWN("The models that a replay is to use are not there.",
            "Name a pipeline folder, or a revision that git knows.");

    private final String meaning;
    private final String remedy;

    ReplayProblem(String meaning, String remedy) {
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

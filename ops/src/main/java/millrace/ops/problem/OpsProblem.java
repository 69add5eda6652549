package millrace.ops.problem;

import millrace.schemas.problem.ProblemCode;

/** What can go wrong around a running platform. */
public enum OpsProblem implements ProblemCode {
    PORT_IN_USE("A port that was asked for is taken by another program.",
            "Stop the other program, or choose another port (0 takes a free one)."),
    BROKER_START_FAILED("The embedded Kafka broker could not start on its data folder.",
            "Read the cause in the message; if the folder is damaged, start over with `millrace dev reset`."),
    API_UNPROTECTED("The API was asked to listen on an address that other machines can reach.",
            "Listen on 127.0.0.1, and put a proxy with authentication before it if others need it."),
    PIPELINES_OVERLAP("Two pipelines that are to run together have the same name, or claim the same table.",
            "Rename one of the pipelines, contracts or models, or run them on different data folders."),
    DISK_FULL("The disk of the data folder is nearly full, so nothing more is taken in.",
            "Free some space; it goes on by itself. `millrace dev reset` deletes everything in the data folder."),
    PROJECT_MISSING("The folder is not a pipeline folder: it has no millrace.yaml.",
            "Go to the folder that has one, name it with --project or --config, or make one with `millrace init`."),
    PROFILE_UNKNOWN("The profile asked for is not in profiles.yaml.",
            "Use one of the profiles named in the message, or add it to profiles.yaml."),
    PROFILE_INCOMPLETE("A profile for a real cluster lacks a setting that nothing else can supply.",
            "Add the setting named in the message to the profile."),
    SECRET_IN_FILE("A password, token or key stands in a file as plain text.",
            "Write ${ENV_NAME} or ${file:path} in its place and rotate the secret."),
    SECRET_MISSING("A setting names an environment variable or file that is not there.",
            "Set the variable or create the file before starting."),
    DATA_LOCKED("Another process is using the data folder.",
            "Stop that process, or use another folder with --data."),
    DATA_NEWER("The data folder was written by a newer version of Millrace.",
            "Use that version, or another folder with --data."),
    DATA_FOREIGN("The folder given as data folder holds files that are not Millrace's.",
            "Name an empty or a new folder with --data."),
    NOT_RUNNING("No running instance was found where one is needed.",
            "Start one with `millrace dev` or `millrace demo`, or name a real cluster with --profile."),
    UNREACHABLE("A service that the command needs does not answer.",
            "Check that it runs and that its address in the profile is right."),
    STATE_OF_OTHER_TEXT("What a model remembers was made by another text, and means nothing to the one that is to run.",
            "See `millrace plan` for what has changed; `millrace apply --execute` computes the history anew beside what runs."),
    APPLY_BREAKS("Another pipeline reads something of a model that would be there no longer.",
            "Change that pipeline first, or give a reason with --force."),
    TEXT_MOVED_ON("Somebody has deployed another text of a pipeline than a process runs by.",
            "Nothing has to be done: the process takes it up in a moment."),
    DEPLOYED_UNREADABLE("It is written down in a form that this version does not know by which text a pipeline runs.",
            "Run all processes of the pipeline with the newest version that ran it."),
    DEPLOYED_MEANWHILE("Somebody has deployed something else of a pipeline since this was planned.",
            "Look at `millrace plan`, and do it again."),
    NOTHING_DEPLOYED("The pipeline has never run on this cluster.", "Start it with `millrace dev` or `millrace run`."),
    SCHEDULE_UNKNOWN("No pipeline has a schedule of this name.",
            "See `millrace schedule list` for those there are."),
    TABLE_UNKNOWN("There is no such table in the catalog.", "See `millrace table list` for the tables there are."),
    TOPIC_UNKNOWN("There is no such topic in the cluster.", "See `millrace topics plan` for the topics wanted."),
    CONTRACT_NOT_FOUND("No contract of the pipeline has this name or topic.",
            "See `millrace validate` for the contracts there are."),
    MODEL_NOT_FOUND("No model of the pipeline has this name.", "See `millrace validate` for the models there are."),
    TOPIC_REFUSED("A topic exists in a form that the project does not describe.",
            "Change the contract or the topic as the message says; nothing is changed by itself."),
    QUERY_FAILED("The query could not be run.", "Mend the query as the message says."),
    LOAD_REFUSED("A loader cannot go on with this file and this topic.",
            "Follow the message; nothing was written."),
    FOLDER_NOT_EMPTY("A new project would overwrite files that are there.", "Name another folder."),
    BENCH_BEHIND("The tables of a benchmark did not hold all of its events in time, so there is nothing to measure.",
            "Lower the rate, or look at the log for what is blocked."),
    BENCH_FAILED("A process that a benchmark had started ended before its work was done.",
            "Read the end of the log that the message names."),
    OPTION_UNFIT("An option has a value that it cannot have.", "Use one of the forms that --help shows.");

    private final String meaning;
    private final String remedy;

    OpsProblem(String meaning, String remedy) {
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

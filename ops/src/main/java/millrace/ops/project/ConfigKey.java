package millrace.ops.project;

import java.util.List;

/**
 * One key of {@code millrace.yaml} or {@code profiles.yaml}. The readers, the editors' JSON Schemas and
 * {@code docs/configuration.md} are all made from the same list, so none can drift from the others.
 *
 * @param name dotted; {@code a.b: x} and {@code a: {b: x}} are the same
 * @param kind what its value looks like
 * @param fallback what holds when it is absent, as a user would write it; empty if nothing does
 * @param description one or two sentences
 */
public record ConfigKey(String name, Kind kind, String fallback, String description) {

    /** The form of a value. */
    public enum Kind {
        TEXT("text"), DURATION("duration"), SIZE("size"), INTEGER("whole number"), PORT("port"), BOOLEAN(
                "true or false"),
        LOG_FORMAT("text or json"), LOG_LEVEL("error, warn, info or debug"),
        /** Stands for every key that begins with the name and a dot. */
        PASSED_THROUGH("settings passed through"),
        /** The same, with the name of a table between. */
        PER_TABLE("settings of tables"),
        /** A list of {@link ConfigKey#SCHEDULE}. */
        SCHEDULES("list of schedules"), TEXTS("a name, or a list of them");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** Whether a key of this kind is the beginning of others. */
        boolean isPrefix() {
            return this == PASSED_THROUGH || this == PER_TABLE;
        }

        /** As documentation names it. */
        public String words() {
            return words;
        }
    }

    /** The keys of {@code millrace.yaml}. */
    public static final List<ConfigKey> PROJECT = List.of(
            new ConfigKey("name", Kind.TEXT, "",
                    "Name of the pipeline: lower-case letters, digits, - and _. It begins the names of its topics and its Kafka Streams application id, so it stays the same for the pipeline's whole life."),
            new ConfigKey("description", Kind.TEXT, "", "What the pipeline is for."),
            new ConfigKey("defaults.commit.interval", Kind.DURATION, "10s",
                    "How often staged files become visible in a table. Shorter is fresher and makes more, smaller files. A table that keeps the newest row of each key may take three times as long while it catches up."),
            new ConfigKey("defaults.retention", Kind.DURATION, "",
                    "`retention` of every model that states none: how long an operator of the model remembers."),
            new ConfigKey("defaults.target_file_size", Kind.SIZE, "256MB",
                    "`target_file_size` of every model and contract that states none: data files roll at this size."),
            new ConfigKey("defaults.iceberg.table", Kind.PASSED_THROUGH, "",
                    "Iceberg table properties by their own names for every table, such as `defaults.iceberg.table.format-version: 2`."),
            new ConfigKey("tables", Kind.PER_TABLE, "",
                    "What holds for one table, as `tables.<table>.<key>`; see below."),
            new ConfigKey("schedules", Kind.SCHEDULES, "", "What is done again and again; see below."));

    /** The keys of one schedule in {@code millrace.yaml}. */
    public static final List<ConfigKey> SCHEDULE = List.of(
            new ConfigKey("action", Kind.TEXT, "",
                    "`amend` takes late records in, `cut` keeps tables as they are for reports about the day before, `compact` puts the files of tables together, `replay` computes the day before again and publishes it. Each may be repeated, and goes on where it was broken off."),
            new ConfigKey("name", Kind.TEXT, "the action",
                    "What it is called, so that there can be several of one action."),
            new ConfigKey("cron", Kind.TEXT, "midnight, if there is `complete`",
                    "When it is due: minute, hour, day of the month, month, day of the week, such as `30 2 * * *`. What was missed while nothing ran is made up for."),
            new ConfigKey("zone", Kind.TEXT, "UTC", "By whose clocks, such as `Europe/Berlin`."),
            new ConfigKey("last", Kind.DURATION, "", "Of `amend`: how old late records may be, such as `7d`."),
            new ConfigKey("tables", Kind.TEXTS, "", "Of `cut` and `compact`."),
            new ConfigKey("select", Kind.TEXTS, "",
                    "Of `replay`: models in the words of `millrace replay plan --select`."),
            new ConfigKey("complete", Kind.TEXT, "",
                    "A table that has to be complete through the time that it is due, before it begins."),
            new ConfigKey("after", Kind.TEXTS, "",
                    "Schedules that stand before it in the list: what was due of them by then has to be done before it begins."),
            new ConfigKey("retries", Kind.INTEGER, "3", "How often it is tried again when it has failed."),
            new ConfigKey("backoff", Kind.DURATION, "1m",
                    "How long after the first failure it is tried again; twice as long after each further one."),
            new ConfigKey("deadline", Kind.TEXT, "",
                    "A time of the day such as `07:00`: if it is not done by then, an alert is sent; it goes on all the same."));

    /** The keys of one profile in {@code profiles.yaml}. */
    public static final List<ConfigKey> PROFILE = List.of(
            new ConfigKey("data", Kind.TEXT, "./data",
                    "Data folder, relative to the project folder; `--data` wins over it. Holds the embedded broker, registry and warehouse, and in every mode the stores of stream tasks, files being staged, and logs."),
            new ConfigKey("kafka.bootstrap.servers", Kind.TEXT, "",
                    "Brokers of a real cluster. Without it a broker is started in the process, on the data folder."),
            new ConfigKey("kafka", Kind.PASSED_THROUGH, "",
                    "Kafka client settings by their own names, for every consumer, producer and admin client: security, timeouts."),
            new ConfigKey("streams", Kind.PASSED_THROUGH, "",
                    "Kafka Streams settings by their own names, such as `streams.num.stream.threads`."),
            new ConfigKey("state.memory", Kind.SIZE, "256MB",
                    "Memory beside the heap for what operators remember: of all stores of the process together, however many. More keeps more of them in memory; what is beyond it is on disk. At least 8MB."),
            new ConfigKey("registry.url", Kind.TEXT, "",
                    "Schema registry that speaks Confluent's REST protocol. Needed with a real cluster; without one a registry is started in the process."),
            new ConfigKey("registry", Kind.PASSED_THROUGH, "",
                    "Registry client settings by their own names, such as `registry.basic.auth.user.info`."),
            new ConfigKey("iceberg.catalog", Kind.PASSED_THROUGH, "JDBC catalog on SQLite in the data folder",
                    "Iceberg catalog properties by their own names: `type` (jdbc, rest, hive, glue) or `catalog-impl`, `uri`, `warehouse`, `io-impl`, `s3.*` and so on."),
            new ConfigKey("topics.replication.factor", Kind.INTEGER, "3, embedded 1",
                    "Replication factor of topics that `millrace topics apply` creates."),
            new ConfigKey("topics.min.insync.replicas", Kind.INTEGER, "2, embedded 1",
                    "`min.insync.replicas` of topics that `millrace topics apply` creates."),
            new ConfigKey("kafka.principal", Kind.TEXT, "User:millrace",
                    "Whom the ACLs that `millrace topics plan` shows are for. Not passed to the clients."),
            new ConfigKey("ports.kafka", Kind.PORT, "9092", "Port of the embedded broker; 0 takes a free one."),
            new ConfigKey("ports.registry", Kind.PORT, "8081", "Port of the embedded registry; 0 takes a free one."),
            new ConfigKey("ports.http", Kind.PORT, "8080",
                    "Port of the API and status page, on the loopback address; 0 takes a free one."),
            new ConfigKey("alerts.webhook", Kind.TEXT, "",
                    "Where alerts of schedules are posted as JSON: a deadline has passed, or a run was given up."),
            new ConfigKey("log.format", Kind.LOG_FORMAT, "text",
                    "Form of log lines: `text`, or `json` with one object per line."),
            new ConfigKey("log.level", Kind.LOG_LEVEL, "info", "How much is logged."));

    static List<String> names(List<ConfigKey> keys) {
        return keys.stream().map(ConfigKey::name).toList();
    }
}

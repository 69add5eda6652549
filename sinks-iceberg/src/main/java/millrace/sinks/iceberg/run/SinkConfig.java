package millrace.sinks.iceberg.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import millrace.sinks.iceberg.maintain.MaintenanceRules;

/**
 * @param name of the pipeline; processes of the same name share the work on its tables
 * @param kafka client settings by Kafka's own names, {@code bootstrap.servers} among them
 * @param controlTopic has to exist; any number of partitions, the same for all time
 * @param watermarks by topic that the engine writes, the one that says how far it is complete; foreign topics have none
 * @param workersPerTable threads of this process that stage one table
 * @param mostStagedBytes of files after which a proposal is made before its interval is over
 * @param indexes where the indexes of tables lie whose rows change by key; absent where there are no such tables
 * @param maintenance how files are kept in shape, where this process does that
 * @param shutdown how long a stage worker that ends waits for its last proposals to be committed
 */
public record SinkConfig(String name, Map<String, Object> kafka, String controlTopic, Map<String, String> watermarks,
        int workersPerTable, long mostStagedBytes, Optional<Indexes> indexes, Maintenance maintenance,
        Duration shutdown) {
    public static final String CONTROL_TOPIC = "millrace.control";
    public static final int CONTROL_PARTITIONS = 16;

    public SinkConfig {
        kafka = Map.copyOf(kafka);
        watermarks = Map.copyOf(watermarks);
    }

    /** One worker per table and process, files of up to 512 MiB per proposal. */
    public static SinkConfig of(String name, Map<String, Object> kafka) {
        return new SinkConfig(name, kafka, CONTROL_TOPIC, Map.of(), 1, 512L << 20, Optional.empty(),
                Maintenance.USUAL, Duration.ofSeconds(5));
    }

    public SinkConfig withWorkers(int perTable) {
        return new SinkConfig(name, kafka, controlTopic, watermarks, perTable, mostStagedBytes, indexes,
                maintenance, shutdown);
    }

    public SinkConfig withWatermarks(Map<String, String> byTopic) {
        return new SinkConfig(name, kafka, controlTopic, byTopic, workersPerTable, mostStagedBytes, indexes,
                maintenance, shutdown);
    }

    public SinkConfig withIndexes(Indexes in) {
        return new SinkConfig(name, kafka, controlTopic, watermarks, workersPerTable, mostStagedBytes,
                Optional.of(in), maintenance, shutdown);
    }

    public SinkConfig withMaintenance(Maintenance how) {
        return new SinkConfig(name, kafka, controlTopic, watermarks, workersPerTable, mostStagedBytes, indexes,
                how, shutdown);
    }

    /**
     * How a process keeps files in shape.
     *
     * @param threads that rewrite files
     * @param bytesPerSecond that they read, all together; 0 for as many as can be
     */
    public record Maintenance(int threads, long bytesPerSecond, MaintenanceRules rules) {
        public static final Maintenance USUAL = new Maintenance(1, 0, MaintenanceRules.USUAL);
    }

    /**
     * Where indexes lie.
     *
     * @param folder on a local disk; what is lost is read from the tables again
     * @param memory of the process for all its RocksDB instances together, in bytes
     */
    public record Indexes(Path folder, long memory) {}
}

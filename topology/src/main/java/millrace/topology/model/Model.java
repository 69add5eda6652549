package millrace.topology.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import millrace.schemas.problem.Place;

/**
 * A model as its author writes it, before any SQL is looked at.
 *
 * @param layer folder under {@code models/}, and namespace of the table
 * @param name file name without {@code .sql}
 * @param sqlFile as messages name it
 * @param sql the text of the SELECT
 * @param columns those that the properties describe; need not be all
 */
public record Model(String layer, String name, String sqlFile, String sql, String description,
        List<ModelColumn> columns, Config config) {

    public Model {
        columns = List.copyOf(columns);
    }

    /** A model without properties. */
    public static Model of(String layer, String name, String sqlFile, String sql) {
        return new Model(layer, name, sqlFile, sql, "", List.of(), Config.DEFAULT);
    }

    /** {@code layer.name}: what other models and the command line call it. */
    public String qualifiedName() {
        return layer + "." + name;
    }

    /**
     * A described column and its tests.
     *
     * @param dataType what the author promises the SELECT gives, as SQL writes it, such as {@code decimal(12,2)}
     */
    public record ModelColumn(String name, String description, Optional<String> dataType, List<DataTest> dataTests,
            Place place) {
        public ModelColumn {
            dataTests = List.copyOf(dataTests);
        }
    }

    /**
     * The {@code config} block; absent values mean the project's defaults.
     *
     * @param uniqueKey columns that key the model's topic
     * @param early how often results of open windows are given out ahead of time; absent: only when they close
     * @param salt how many tasks share a key of a join; absent: one has it
     * @param merge how rows of one key become one; absent: they do not
     * @param partitionBy transforms as text, such as {@code day(client_ts)}
     * @param sortBy columns, each optionally followed by {@code desc}
     * @param targetFileSize in bytes
     * @param tableProperties Iceberg's own, by their own names
     * @param places where each key stands, for messages; empty for a model without properties
     */
    public record Config(List<String> uniqueKey, Optional<Materialized> materialized, Optional<Duration> early,
            OptionalInt salt, Optional<Merge> merge, Optional<Duration> retention,
            List<String> partitionBy, List<String> sortBy, Optional<Long> targetFileSize, boolean serve, boolean topic,
            Map<String, String> tableProperties, Map<String, Place> places) {
        /** What {@code retention: forever} is read as. */
        public static final Duration FOREVER = Duration.ofDays(365_000);

        /** The column that tells the versions of one key apart. */
        public static final String VALID_FROM = "valid_from";

        public static final Config DEFAULT = new Config(List.of(), Optional.empty(), Optional.empty(),
                OptionalInt.empty(), Optional.empty(), Optional.empty(), List.of(),
                List.of(), Optional.empty(), false, true, Map.of(), Map.of());

        public Config {
            uniqueKey = List.copyOf(uniqueKey);
            partitionBy = List.copyOf(partitionBy);
            sortBy = List.copyOf(sortBy);
            tableProperties = Map.copyOf(tableProperties);
            places = Map.copyOf(places);
        }

        public Config withUniqueKey(List<String> columns) {
            return new Config(columns, materialized, early, salt, merge, retention, partitionBy, sortBy, targetFileSize,
                    serve,
                    topic,
                    tableProperties, places);
        }

        public Config withRetention(Duration duration) {
            return new Config(uniqueKey, materialized, early, salt, merge, Optional.of(duration), partitionBy, sortBy,
                    targetFileSize, serve,
                    topic, tableProperties, places);
        }

        public Config withEarly(Duration every) {
            return new Config(uniqueKey, materialized, Optional.of(every), salt, merge, retention, partitionBy, sortBy,
                    targetFileSize,
                    serve, topic, tableProperties, places);
        }

        public Config withSalt(int pieces) {
            return new Config(uniqueKey, materialized, early, OptionalInt.of(pieces), merge, retention, partitionBy,
                    sortBy,
                    targetFileSize, serve, topic, tableProperties, places);
        }

        public Config withPartitionBy(List<String> transforms) {
            return new Config(uniqueKey, materialized, early, salt, merge, retention, transforms, sortBy,
                    targetFileSize,
                    serve, topic,
                    tableProperties, places);
        }

        public Config withTargetFileSize(long bytes) {
            return new Config(uniqueKey, materialized, early, salt, merge, retention, partitionBy, sortBy,
                    Optional.of(bytes),
                    serve,
                    topic, tableProperties, places);
        }

        public Config withTableProperties(Map<String, String> properties) {
            return new Config(uniqueKey, materialized, early, salt, merge, retention, partitionBy, sortBy,
                    targetFileSize,
                    serve, topic,
                    properties, places);
        }

        /** The same for a model that only others read. */
        public Config withoutTopic() {
            return new Config(uniqueKey, materialized, early, salt, merge, retention, partitionBy, sortBy,
                    targetFileSize,
                    serve, false,
                    tableProperties, places);
        }

        public Config withMaterialized(Materialized how) {
            return new Config(uniqueKey, Optional.of(how), early, salt, merge, retention, partitionBy, sortBy,
                    targetFileSize,
                    serve, topic, tableProperties, places);
        }

        public Config withMerge(Merge how) {
            return new Config(uniqueKey, materialized, early, salt, Optional.of(how), retention, partitionBy, sortBy,
                    targetFileSize, serve, topic, tableProperties, places);
        }

        /** Whether rows are versions of their key, each with the time in which it held. */
        public boolean keepsVersions() {
            return materialized.filter(m -> m == Materialized.SCD2).isPresent();
        }

        /** Whether {@code materialized: upsert} was said. */
        public boolean keepsNewest() {
            return materialized.filter(m -> m == Materialized.UPSERT).isPresent();
        }

        /** Whether {@code materialized: append} was said. */
        public boolean keepsAll() {
            return materialized.filter(m -> m == Materialized.APPEND).isPresent();
        }

        /** The columns that tell the rows of the model's topic apart; empty if nothing does. */
        public List<String> rowKey() {
            return keepsVersions() && !uniqueKey.isEmpty()
                    ? Stream.concat(uniqueKey.stream(), Stream.of(VALID_FROM)).toList()
                    : uniqueKey;
        }

        /** Whether {@code retention: forever} was said. */
        public boolean keepsForever() {
            return retention.filter(FOREVER::equals).isPresent();
        }

        /** The retention in microseconds; absent if none was said, or forever. */
        public OptionalLong retentionMicros() {
            return retention.isEmpty() || keepsForever()
                    ? OptionalLong.empty()
                    : OptionalLong.of(retention.get().toNanos() / 1000);
        }

        /** Where a key stands. */
        public Optional<Place> place(String key) {
            return Optional.ofNullable(places.get(key));
        }
    }

    /** How rows of one key become one. */
    public enum Merge {
        /** Each column has its last value that is not NULL, by event time and then by origin. */
        LATEST_NON_NULL
    }

    /** How the table keeps the model's rows. */
    public enum Materialized {
        APPEND, UPSERT, SCD2
    }
}

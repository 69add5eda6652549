package millrace.topology.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Place;

/**
 * A model as its author writes it, before any SQL is looked at.
 *
 * @param layer folder under {@code models/}, and namespace of the table
 * @param name file name without {@code .sql}
 * @param sqlFile as messages name it
 * @param sql the text of the SELECT
 */
public record Model(String layer, String name, String sqlFile, String sql, String description,
        List<ModelColumn> columns, Config config) {

    public Model {
        columns = List.copyOf(columns);
    }

    /** {@code layer.name}: what other models and the command line call it. */
    public String qualifiedName() {
        return layer + "." + name;
    }

    /** A documented column and its tests, as read. */
    public record ModelColumn(String name, String description, List<Object> dataTests, Place place) {}

    /** The {@code config} block; absent values mean the project's defaults. */
    public record Config(List<String> uniqueKey, Optional<Materialized> materialized, Optional<Duration> retention,
            List<String> partitionBy, List<String> sortBy, Optional<Long> targetFileSize, boolean serve, boolean topic,
            Map<String, String> tableProperties) {
        public static final Config DEFAULT = new Config(List.of(), Optional.empty(), Optional.empty(), List.of(),
                List.of(), Optional.empty(), false, true, Map.of());
    }

    /** How the table keeps the model's rows. */
    public enum Materialized {
        APPEND, UPSERT, SCD2
    }
}

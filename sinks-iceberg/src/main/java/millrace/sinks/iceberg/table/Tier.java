package millrace.sinks.iceberg.table;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.iceberg.TableProperties;

/**
 * How a table's older rows lie.
 *
 * @param name of letters, digits and _; stands in the names of its files, so that they are known to be in it
 * @param after the age from which on partitions belong to it, counted from the end of their time
 * @param partitionBy coarser than the table's own; empty for the same
 * @param codec of its Parquet files, as Iceberg's property says it; empty for the table's own
 * @param level of the codec
 * @param location a folder or a prefix of a bucket, absolute, that its files lie in; empty for the table's own
 */
public record Tier(String name, Duration after, List<String> partitionBy, Optional<String> codec,
        Optional<String> level, Optional<String> location) {
    private static final Pattern ABSOLUTE = Pattern.compile("/|[a-zA-Z][a-zA-Z0-9+.-]*:/");

    /** Whether a location means the same in every process. */
    public static boolean isAbsolute(String location) {
        return ABSOLUTE.matcher(location).lookingAt();
    }

    /** @throws IllegalArgumentException if the location is not absolute */
    public Tier {
        partitionBy = List.copyOf(partitionBy);
        if (location.filter(l -> !isAbsolute(l)).isPresent()) {
            // It would mean another folder in each process.
            throw new IllegalArgumentException(location.get() + " is not absolute");
        }
        location = location.map(l -> l.endsWith("/") ? l.substring(0, l.length() - 1) : l);
    }

    /** The same with what it does not say from a younger one. */
    Tier after(Tier younger) {
        return new Tier(name, after, partitionBy.isEmpty() ? younger.partitionBy : partitionBy,
                codec.or(() -> younger.codec), codec.isPresent() ? level : level.or(() -> younger.level),
                location.or(() -> younger.location));
    }

    /** What a table's properties are for the files of the tier. */
    public Map<String, String> properties(Map<String, String> ofTable) {
        Map<String, String> properties = new HashMap<>(ofTable);
        codec.ifPresent(c -> {
            properties.put(TableProperties.PARQUET_COMPRESSION, c);
            properties.remove(TableProperties.PARQUET_COMPRESSION_LEVEL);
        });
        level.ifPresent(l -> properties.put(TableProperties.PARQUET_COMPRESSION_LEVEL, l));
        return properties;
    }
}

package millrace.sinks.iceberg.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.LocationProvider;

/**
 * Where the files of a table's tiers lie and how they are known: by their names, so that it is seen without opening them,
 * and in folders that carry the table's id, so that they are nobody else's.
 *
 * <pre>
 *   s3://archive/clicks/<i>table's id</i>/data/at_month=2026-01/00000-0-m-17-0~cold-00001.parquet
 * </pre>
 */
public final class TierFiles {
    /** The table property that says where files of the table lie besides its own folder, one place to a line. */
    public static final String PLACES = "millrace.places";
    static final char MARK = '~';
    private static final List<String> KEPT = List.of(TableProperties.OBJECT_STORE_ENABLED,
            TableProperties.WRITE_OBJECT_STORE_PARTITIONED_PATHS);

    private TierFiles() {}

    /** A name of written files with that of their tier behind it. */
    public static String named(String operation, Tier tier) {
        return operation + MARK + tier.name();
    }

    /** The tier whose file it is; empty for others. */
    public static Optional<String> tierOf(String location) {
        String name = location.substring(location.lastIndexOf('/') + 1);
        int from = name.lastIndexOf(MARK);
        int to = name.indexOf('-', Math.max(0, from));
        return from < 0 || to < 0 ? Optional.empty() : Optional.of(name.substring(from + 1, to));
    }

    /** What gives a tier's files their places. */
    public static LocationProvider locations(Table table, Tier tier) {
        if (tier.location().isEmpty()) {
            return table.locationProvider();
        }
        Map<String, String> properties = new HashMap<>(table.properties());
        properties.keySet().retainAll(KEPT);
        return LocationProviders.locationsFor(place(table, tier.location().get()), properties);
    }

    /** Whether a file lies where a tier's files do. */
    public static boolean isPlaced(Table table, Tier tier, String location) {
        return tier.location().isEmpty() || location.startsWith(place(table, tier.location().get()) + "/");
    }

    /** Writes down where the files of tiers will lie, before the first one does. */
    public static void remember(Table table, List<Tier> tiers) {
        Set<String> places = new LinkedHashSet<>(places(table));
        List<String> more = new ArrayList<>();
        tiers.stream().flatMap(t -> t.location().stream()).map(l -> place(table, l)).forEach(p -> {
            if (places.add(p)) {
                more.add(p);
            }
        });
        if (!more.isEmpty()) {
            table.updateProperties().set(PLACES, String.join("\n", places)).commit();
        }
    }

    /** Folders besides the table's own that hold files of it, and of it alone. */
    public static List<String> places(Table table) {
        return Arrays.stream(table.properties().getOrDefault(PLACES, "").split("\n")).filter(p -> !p.isBlank())
                .toList();
    }

    private static String place(Table table, String location) {
        return location + "/" + table.uuid();
    }
}

package millrace.sinks.iceberg.table;

import java.util.Map;
import org.apache.iceberg.catalog.Catalog;

/** Opens Iceberg catalogs by Iceberg's own properties. */
public final class Catalogs {
    private Catalogs() {}

    /**
     * A catalog of any kind. {@code type} or {@code catalog-impl} choose it; without both it is a JDBC catalog. Files
     * go through {@code io-impl}, or our local {@code FileIO} where a warehouse is a local folder and none is named. The
     * catalog is closeable if it implements {@link java.io.Closeable}, as those of Iceberg do.
     *
     * @throws millrace.schemas.problem.ProblemException if the properties do not make a catalog
     */
    public static Catalog open(String name, Map<String, String> properties) {
        throw new UnsupportedOperationException("follows");
    }

    /** Properties of a catalog in one SQLite file, with the tables in a local folder. */
    public static Map<String, String> sqlite(java.nio.file.Path database, java.nio.file.Path warehouse) {
        throw new UnsupportedOperationException("follows");
    }
}

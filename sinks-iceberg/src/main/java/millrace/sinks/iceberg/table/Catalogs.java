package millrace.sinks.iceberg.table;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/** Opens Iceberg catalogs by Iceberg's own properties. */
public final class Catalogs {
    private static final List<String> TYPES = List.of("jdbc", "rest", "hive", "hadoop", "glue", "nessie", "dynamodb",
            "bigquery");
    private static final String SCHEMA_VERSION = "jdbc.schema-version";
    private static final String S3_FILE_IO = "org.apache.iceberg.aws.s3.S3FileIO";

    /** The name under which the engine opens its catalog; a JDBC catalog keeps its tables apart by it. */
    public static final String NAME = "millrace";

    private static final int MOST_ATTEMPTS = 8;

    /** Iceberg's client waits minutes for a host that swallows what is sent to it. */
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final String REST_CONNECT = "rest.client.connection-timeout-ms";

    private Catalogs() {}

    /** The engine's catalog; as {@link #open(String, Map)}. */
    public static Catalog open(Map<String, String> properties) {
        return open(NAME, properties);
    }

    /**
     * A catalog of any kind. {@code type} or {@code catalog-impl} choose it; without both it is a JDBC catalog. Files
     * go through {@code io-impl}; where none is named, a local warehouse gets {@link LocalFileIO} and an S3 warehouse
     * Iceberg's {@code S3FileIO}. The catalog is closeable if it implements {@link java.io.Closeable}, as those of
     * Iceberg do.
     *
     * @throws ProblemException with {@code CATALOG_UNUSABLE} if the properties do not make a catalog, and with
     *         {@code CATALOG_UNAVAILABLE} if it does not answer now; nothing stays open then
     */
    public static Catalog open(String name, Map<String, String> properties) {
        Map<String, String> complete = withDefaults(name, properties);
        try {
            return build(name, complete);
        } catch (IllegalArgumentException | ValidationException | UnsupportedOperationException e) {
            throw new ProblemException(Problem.of(SinkProblem.CATALOG_UNUSABLE, "catalog " + name, e.getMessage())
                    .withRemedy(SinkProblem.CATALOG_UNUSABLE.remedy()));
        } catch (NoClassDefFoundError e) {
            throw new ProblemException(Problem
                    .of(SinkProblem.CATALOG_UNUSABLE, "catalog " + name,
                            "The catalog needs a class that is not here: " + e.getMessage() + ".")
                    .withRemedy("Put the jar that has it on the class path."));
        } catch (RuntimeException e) { // each kind of catalog has its own
            throw new ProblemException(Problem
                    .of(SinkProblem.CATALOG_UNAVAILABLE, "catalog " + name,
                            "The catalog" + place(complete) + " does not answer: " + Failure.words(e) + ".")
                    .withRemedy(SinkProblem.CATALOG_UNAVAILABLE.remedy()));
        }
    }

    /**
     * Does something with one table of a catalog, which is open that long.
     *
     * @param properties of the engine's catalog
     * @param table {@code namespace.name}, or {@code namespace.name@branch}
     * @return nothing if there is no such table or branch
     * @throws ProblemException as {@link #open(String, Map)}
     */
    public static <T> Optional<T> withTable(Map<String, String> properties, String table, Function<Table, T> use) {
        Catalog catalog = open(properties);
        try {
            final Optional<Table> found;
            try {
                found = load(catalog, table);
            } catch (RuntimeException e) { // each kind of catalog has its own
                throw new ProblemException(Problem
                        .of(SinkProblem.CATALOG_UNAVAILABLE, table, "The table cannot be loaded: " + Failure.words(e)
                                + ".")
                        .withRemedy(SinkProblem.CATALOG_UNAVAILABLE.remedy()));
            }
            return found.map(use);
        } finally {
            close(catalog);
        }
    }

    /**
     * A table by its name.
     *
     * @param table {@code namespace.name}, or {@code namespace.name@branch} for what that branch shows
     * @return nothing if there is no such table or branch
     */
    public static Optional<Table> load(Catalog catalog, String table) {
        TableName name = TableName.parse(table);
        try {
            return Optional.of(BranchTable.of(catalog.loadTable(TableIdentifier.parse(name.table())), name.branch()))
                    .filter(BranchTable::isThere);
        } catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    /** Closes one that can be closed. */
    public static void close(Catalog catalog) {
        if (catalog instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Where it is meant to be, without what may be a secret: a user before the host, parameters behind the address. */
    private static String place(Map<String, String> properties) {
        String uri = properties.getOrDefault(CatalogProperties.URI, "");
        return uri.isEmpty() ? "" : " at " + uri.replaceAll("[?;].*", "").replaceAll("//[^/@]*@", "//");
    }

    /** Of several that open a new SQL catalog at once, one makes its tables; the others fail on them and look again. */
    private static Catalog build(String name, Map<String, String> properties) {
        for (int attempt = 1;; attempt++) {
            try {
                return CatalogUtil.buildIcebergCatalog(name, properties,
                        needsHadoop(properties) ? new Configuration() : null);
            } catch (UncheckedSQLException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(50L * attempt).toNanos());
            }
        }
    }

    /** Properties of a catalog in one SQLite file, with the tables in a local folder. */
    public static Map<String, String> sqlite(Path database, Path warehouse) {
        return Map.of(CatalogUtil.ICEBERG_CATALOG_TYPE, "jdbc", CatalogProperties.URI,
                "jdbc:sqlite:" + database.toAbsolutePath(), CatalogProperties.WAREHOUSE_LOCATION,
                "file:" + warehouse.toAbsolutePath());
    }

    static Map<String, String> withDefaults(String name, Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        String type = all.get(CatalogUtil.ICEBERG_CATALOG_TYPE);
        if (type == null && !all.containsKey(CatalogProperties.CATALOG_IMPL)) {
            type = "jdbc";
            all.put(CatalogUtil.ICEBERG_CATALOG_TYPE, type);
        }
        if (type != null && !TYPES.contains(type.toLowerCase(Locale.ROOT))) {
            throw new ProblemException(Problem.of(SinkProblem.CATALOG_UNUSABLE, "catalog " + name,
                    "There is no catalog "
                            + "type \"" + type + "\"; there are " + String.join(", ", TYPES) + "."
                            + Nearest.hint(type, TYPES)));
        }
        String warehouse = all.getOrDefault(CatalogProperties.WAREHOUSE_LOCATION, "");
        if (LocalFileIO.isLocal(warehouse)) {
            all.putIfAbsent(CatalogProperties.FILE_IO_IMPL, LocalFileIO.class.getName());
        } else if (warehouse.startsWith("s3://") || warehouse.startsWith("s3a://")) {
            all.putIfAbsent(CatalogProperties.FILE_IO_IMPL, S3_FILE_IO);
        }
        if ("rest".equalsIgnoreCase(type)) {
            all.putIfAbsent(REST_CONNECT, Long.toString(CONNECT_WITHIN.toMillis()));
        }
        if ("jdbc".equalsIgnoreCase(type)) {
            // V0 has no views and asks for a migration later.
            all.putIfAbsent(SCHEMA_VERSION, "V1");
            all.computeIfPresent(CatalogProperties.URI, (k, uri) -> uri.startsWith("jdbc:sqlite:") ? sqlite(uri) : uri);
        }
        return all;
    }

    /** Readers and a writer side by side, and a wait instead of an error when two write. */
    private static String sqlite(String uri) {
        String result = uri;
        for (String setting : List.of("journal_mode=WAL", "busy_timeout=10000")) {
            if (!result.contains(setting.substring(0, setting.indexOf('=')))) {
                result += (result.contains("?") ? "&" : "?") + setting;
            }
        }
        return result;
    }

    /** Hadoop's configuration takes long to load; only its own file systems and catalogs read it. */
    private static boolean needsHadoop(Map<String, String> properties) {
        String io = properties.getOrDefault(CatalogProperties.FILE_IO_IMPL, "");
        boolean ownIo = io.equals(LocalFileIO.class.getName()) || io.equals(S3_FILE_IO);
        String type = properties.getOrDefault(CatalogUtil.ICEBERG_CATALOG_TYPE, "");
        boolean ownCatalog = type.equalsIgnoreCase("jdbc") || type.equalsIgnoreCase("rest");
        return !(ownIo && ownCatalog);
    }
}

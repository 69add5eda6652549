package millrace.sinks.iceberg.table;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** The tables of one catalog, by their specs. */
public final class IcebergTables {
    private final Catalog catalog;

    public IcebergTables(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The identifier of a spec's table; a namespace with dots is nested. */
    public static TableIdentifier identifier(TableSpec spec) {
        return TableIdentifier.of(Namespace.of(spec.namespace().split("\\.")), spec.name());
    }

    public Optional<Table> load(TableSpec spec) {
        try {
            return Optional.of(catalog.loadTable(identifier(spec)));
        } catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    /**
     * The spec's table, created with its namespace if there is none; when two create it at once, both get the same one.
     * An existing table is returned as it is. Throws {@link millrace.schemas.problem.ProblemException} if the spec's
     * partitioning or order cannot be read; whatever else is thrown, calling again is safe.
     */
    public Table loadOrCreate(TableSpec spec) {
        Optional<Table> existing = load(spec);
        return existing.isPresent() ? existing.get() : create(spec);
    }

    private Table create(TableSpec spec) {
        Schema schema = ContractToIceberg.schema(spec);
        Catalog.TableBuilder builder = catalog.buildTable(identifier(spec), schema)
                .withPartitionSpec(TableLayout.partitioning(spec, schema))
                .withSortOrder(TableLayout.order(spec, schema)).withProperties(properties(spec));
        try {
            createNamespace(identifier(spec).namespace());
            return builder.create();
        } catch (RuntimeException e) {
            // Another may have created it meanwhile, which a catalog reports in its own way.
            Optional<Table> theirs = load(spec);
            if (theirs.isPresent()) {
                return theirs.get();
            }
            throw e;
        }
    }

    private void createNamespace(Namespace namespace) {
        if (catalog instanceof SupportsNamespaces namespaces && !namespaces.namespaceExists(namespace)) {
            try {
                namespaces.createNamespace(namespace);
            } catch (AlreadyExistsException e) {
                return;
            } catch (RuntimeException e) {
                if (!namespaces.namespaceExists(namespace)) {
                    throw e;
                }
            }
        }
    }

    /** What a table is created with; the spec's own properties win. */
    static Map<String, String> properties(TableSpec spec) {
        Map<String, String> properties = new HashMap<>();
        properties.put(TableProperties.FORMAT_VERSION, "3");
        properties.put(TableProperties.DEFAULT_FILE_FORMAT, "parquet");
        properties.put(TableProperties.PARQUET_COMPRESSION, "zstd");
        properties.put(TableProperties.PARQUET_COMPRESSION_LEVEL, "1");
        // Of compressed pages, which a writer holds until the row group ends.
        properties.put(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, Integer.toString(32 << 20));
        properties.put(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES, Long.toString(spec.targetFileSize()));
        // A commit every few seconds leaves a metadata file each time; the newest hundred are enough to look back.
        properties.put(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true");
        if (spec.layout() != Layout.ENGINE) {
            properties.put(TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + OriginColumn.VALUE.columnName(), "counts");
        }
        properties.putAll(spec.properties());
        return properties;
    }
}

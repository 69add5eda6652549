package millrace.sinks.iceberg.table;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.util.PropertyUtil;

/** The tables of one catalog, by their specs. */
public final class IcebergTables {
    private static final int VARIANT_VERSION = 3;

    private final Catalog catalog;

    public IcebergTables(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The identifier of a spec's table; a namespace with dots is nested. */
    public static TableIdentifier identifier(TableSpec spec) {
        return TableIdentifier.of(Namespace.of(spec.namespace().split("\\.")), spec.name());
    }

    /** The spec's table, as its branch shows it. */
    public Optional<Table> load(TableSpec spec) {
        try {
            return Optional.of(BranchTable.of(catalog.loadTable(identifier(spec)), spec.branch()));
        } catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    /**
     * The spec's table, created with its namespace if there is none; when two create it at once, both get the same one.
     * An existing table is returned as it is. Throws {@link millrace.schemas.problem.ProblemException} if the spec's
     * partitioning, order or compression cannot be read or a column has a name of the layout's; whatever else is thrown, calling again is safe.
     */
    public Table loadOrCreate(TableSpec spec) {
        Optional<Table> existing = load(spec);
        return existing.isPresent() ? existing.get() : create(spec);
    }

    /**
     * What a table lacks for the spec's layout, because of its version of the format.
     *
     * @param version of the table's format
     */
    public static Optional<Problem> unfit(TableSpec spec, int version) {
        return OriginColumn.JSON.isIn(spec.layout()) && version < VARIANT_VERSION
                ? Optional.of(Problem.of(SinkProblem.TABLE_FORMAT, spec.qualifiedName(),
                        "The contract keeps originals as variant, which Iceberg has from format version "
                                + VARIANT_VERSION + " on, and the table's is " + version + ".")
                        .withRemedy("Let iceberg.table.format-version be 3 and upgrade the table if it exists already,"
                                + " or write rawForm: bytes in the contract."))
                : Optional.empty();
    }

    /** How large each file of a table is to become, in bytes. */
    public static long targetFileSize(Table table) {
        return PropertyUtil.propertyAsLong(table.properties(), TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
                TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT);
    }

    private Table create(TableSpec spec) {
        unfit(spec, PropertyUtil.propertyAsInt(properties(spec), TableProperties.FORMAT_VERSION, VARIANT_VERSION))
                .ifPresent(problem -> {
                    throw new ProblemException(problem);
                });
        List<Problem> reserved = TableSchemas.reserved(spec, spec.columns());
        if (!reserved.isEmpty()) {
            throw new ProblemException(reserved);
        }
        Compression.of(spec.qualifiedName(), properties(spec));
        Schema schema = ContractToIceberg.schema(spec);
        Map<String, String> properties = properties(spec);
        TableLayout.curve(spec, schema).ifPresent(c -> properties.put(ZOrder.PROPERTY, String.join(",", c)));
        Catalog.TableBuilder builder = catalog.buildTable(identifier(spec), schema)
                .withPartitionSpec(TableLayout.partitioning(spec, schema))
                .withSortOrder(TableLayout.order(spec, schema)).withProperties(properties);
        try {
            createNamespace(identifier(spec).namespace());
            return BranchTable.of(builder.create(), spec.branch());
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
        for (OriginColumn bulk : List.of(OriginColumn.VALUE, OriginColumn.JSON)) {
            if (bulk.isIn(spec.layout())) {
                properties.put(TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + bulk.columnName(), "counts");
            }
        }
        properties.putAll(spec.properties());
        return properties;
    }
}

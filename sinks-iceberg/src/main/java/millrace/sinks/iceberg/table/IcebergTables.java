package millrace.sinks.iceberg.table;

import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
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
     * partitioning or order cannot be read.
     */
    public Table loadOrCreate(TableSpec spec) {
        throw new UnsupportedOperationException("follows");
    }
}

package millrace.blocked;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.RestCatalogServer;
import org.apache.iceberg.catalog.Catalog;

/** Where a scene's tables are, as those see it who are never blocked. */
final class Tables implements AutoCloseable {
    private final Path database;
    private final Path warehouse;
    private final Catalog catalog;
    private final RestCatalogServer server;
    private final Gate gate;

    private Tables(Path database, Path warehouse, Catalog catalog, RestCatalogServer server, Gate gate) {
        this.database = database;
        this.warehouse = warehouse;
        this.catalog = catalog;
        this.server = server;
        this.gate = gate;
    }

    /** A platform reaches them through a REST catalog and a gate before it. */
    static Tables behindAGate(Path database, Path warehouse) throws IOException {
        Catalog catalog = Catalogs.open(Catalogs.sqlite(database, warehouse));
        RestCatalogServer server = new RestCatalogServer(catalog);
        return new Tables(database, warehouse, catalog, server, new Gate(server.uri()));
    }

    /** A platform has them in its own data folder, with nothing in between. */
    static Tables ofTheDataFolder(Path data) {
        return new Tables(data.resolve("catalog.db"), data.resolve("warehouse"), null, null, null);
    }

    Path database() {
        return database;
    }

    Path warehouse() {
        return warehouse;
    }

    Catalog catalog() {
        return catalog;
    }

    Gate gate() {
        return gate;
    }

    @Override
    public void close() throws IOException {
        if (server != null) {
            gate.close();
            server.close();
            ((Closeable) catalog).close();
        }
    }
}

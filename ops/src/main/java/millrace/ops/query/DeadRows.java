package millrace.ops.query;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import millrace.sinks.iceberg.read.TableCatalog.Deleted;
import millrace.sinks.iceberg.read.TableCatalog.FileView;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** The positions of deleted rows, as a table of the query's database: files are read without the rows that are in it. */
final class DeadRows {
    private static final String TABLE = "__deleted_rows";

    private final Connection connection;
    private boolean created;

    DeadRows(Connection connection) {
        this.connection = connection;
    }

    /** @param file with deletes by position */
    void add(FileView file) throws SQLException {
        if (!created) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE " + TABLE + " (file VARCHAR, position BIGINT)");
            }
            created = true;
        }
        try (DuckDBAppender rows = connection.unwrap(DuckDBConnection.class).createAppender("main", TABLE)) {
            ((Deleted.Positions) file.deleted()).forEach(position -> append(rows, file.path(), position));
        }
    }

    private static void append(DuckDBAppender rows, String file, long position) {
        try {
            rows.beginRow();
            rows.append(file);
            rows.append(position);
            rows.endRow();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param files a table function that gives {@code filename} and {@code file_row_number} too */
    static String without(String files) {
        return "SELECT * EXCLUDE (filename, file_row_number) FROM " + files + " AS r ANTI JOIN main." + TABLE
                + " AS d ON r.filename = d.file AND r.file_row_number = d.position";
    }
}

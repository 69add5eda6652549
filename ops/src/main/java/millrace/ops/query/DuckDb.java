package millrace.ops.query;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Opens DuckDB in memory, in UTC, with nothing of the machine in reach but what it is given. */
final class DuckDb {
    private DuckDb() {}

    static Connection open() throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("jdbc_stream_results", "true");
        Connection connection = DriverManager.getConnection("jdbc:duckdb:", settings);
        try (Statement s = connection.createStatement()) {
            s.execute("SET TimeZone = 'UTC'");
            s.execute("SET autoinstall_known_extensions = false");
            s.execute("SET autoload_known_extensions = false");
        }
        return connection;
    }

    /** A text as a SQL literal. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String literal(Path path) {
        return literal(path.toString());
    }

    /** A name as a SQL identifier. */
    static String name(String text) {
        return "\"" + text.replace("\"", "\"\"") + "\"";
    }

    /** The part of DuckDB's message that a user can use. */
    static String reason(SQLException e) {
        String text = e.getMessage() == null ? e.toString() : e.getMessage().strip();
        int line = text.indexOf("\n\nLINE");
        return (line < 0 ? text : text.substring(0, line)).strip();
    }
}

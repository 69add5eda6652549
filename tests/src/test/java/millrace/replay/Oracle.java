package millrace.replay;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The same questions, asked of DuckDB: which rows are late follows from the clock of their partition, a running maximum
 * in the order of offsets, and everything else is SQL over the rows that are not.
 */
final class Oracle implements AutoCloseable {
    private final Connection duckDb;

    Oracle(List<History.Event> events, long latenessMicros) throws SQLException {
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
        try (var statement = duckDb.createStatement()) {
            statement.execute("""
                create table log(partition int, seq bigint, id bigint, who varchar, amount bigint, weight double,
                                 moment bigint)""");
        }
        try (var insert = duckDb.prepareStatement("insert into log values (?, ?, ?, ?, ?, ?, ?)")) {
            duckDb.setAutoCommit(false);
            long seq = 0;
            for (History.Event e : events) {
                Object[] row = {e.partition(), seq++, e.id(), e.who(), e.amount(), e.weight(), e.at()};
                for (int i = 0; i < row.length; i++) {
                    insert.setObject(i + 1, row[i]);
                }
                insert.addBatch();
            }
            insert.executeBatch();
            duckDb.commit();
            duckDb.setAutoCommit(true);
        }
        try (var statement = duckDb.createStatement()) {
            statement.execute("""
                create table events as
                select *, max(moment) over (partition by partition order by seq) - %d as horizon from log"""
                    .formatted(latenessMicros));
        }
    }

    /** The rows of a query, each as its values between brackets, sorted. */
    List<String> rows(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (var statement = duckDb.createStatement(); ResultSet found = statement.executeQuery(sql)) {
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    values.add(String.valueOf(found.getObject(i)));
                }
                rows.add(values.toString());
            }
        }
        rows.sort(null);
        return rows;
    }

    @Override
    public void close() throws SQLException {
        duckDb.close();
    }
}

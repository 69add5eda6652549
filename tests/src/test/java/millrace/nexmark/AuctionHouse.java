package millrace.nexmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import millrace.ops.bench.nexmark.NexmarkEvent;
import millrace.ops.bench.nexmark.NexmarkEvent.Auction;
import millrace.ops.bench.nexmark.NexmarkEvent.Bid;
import millrace.ops.bench.nexmark.NexmarkEvent.Person;
import millrace.ops.bench.nexmark.NexmarkLoad;
import millrace.ops.bench.nexmark.NexmarkQuery;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * The same events as tables of DuckDB, and the same queries in its SQL over all of them at once. Times are microseconds
 * since 1970; {@code place} is a row's partition and {@code position} its offset.
 */
final class AuctionHouse implements AutoCloseable {
    private static final Map<Class<?>, String> TABLES = Map.of(Person.class, "person", Auction.class, "auction",
            Bid.class, "bid");

    private final DuckDBConnection duckDb;

    AuctionHouse(List<NexmarkEvent> events, int partitions) throws SQLException {
        duckDb = DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
        try (var statement = duckDb.createStatement()) {
            statement.execute("""
                create table person(place int, position bigint, date_time bigint, id bigint, name varchar,
                    emailAddress varchar, creditCard varchar, city varchar, state varchar, extra varchar);
                create table auction(place int, position bigint, date_time bigint, id bigint, itemName varchar,
                    description varchar, initialBid bigint, reserve bigint, expires bigint, seller bigint,
                    category bigint, extra varchar);
                create table bid(place int, position bigint, date_time bigint, auction bigint, bidder bigint,
                    price bigint, channel varchar, url varchar, extra varchar);
                create table side_input as
                select k as key, 'value-' || k as value from (select unnest(range(%d)) as k)"""
                    .formatted(NexmarkLoad.SIDE_ROWS));
        }
        for (var table : TABLES.entrySet()) {
            try (DuckDBAppender rows = duckDb.createAppender(table.getValue())) {
                for (int n = 0; n < events.size(); n++) {
                    if (table.getKey().isInstance(events.get(n))) {
                        append(rows, n % partitions, n / partitions, events.get(n).row());
                    }
                }
            }
        }
    }

    private static void append(DuckDBAppender rows, int partition, long offset, Object[] row) throws SQLException {
        rows.beginRow();
        rows.append(partition);
        rows.append(offset);
        rows.append((long) row[1]);
        // Of person, auction and bid one is there.
        for (int kind = 2; kind < row.length; kind++) {
            if (row[kind] != null) {
                for (Object value : (Object[]) row[kind]) {
                    switch (value) {
                        case Long number -> rows.append(number);
                        case String text -> rows.append(text);
                        default -> throw new IllegalArgumentException(value.toString());
                    }
                }
            }
        }
        rows.endRow();
    }

    /** The rows of a query, each as its values between brackets. */
    List<String> rows(NexmarkQuery query) throws SQLException, IOException {
        List<String> rows = new ArrayList<>();
        try (var statement = duckDb.createStatement(); ResultSet found = statement.executeQuery(sql(query))) {
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    values.add(String.valueOf(found.getObject(i)));
                }
                rows.add(values.toString());
            }
        }
        return rows;
    }

    private static String sql(NexmarkQuery query) throws IOException {
        try (InputStream in = AuctionHouse.class.getResourceAsStream("/nexmark/" + query.shortName() + ".sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws SQLException {
        duckDb.close();
    }
}

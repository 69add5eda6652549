package millrace.ops.query;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.FieldType;

/**
 * The rows of a Parquet or CSV file as a contract's rows, in the order of their event time and, within it, of the file.
 * The file's columns are found by the contract's names or aliases, whatever their case. A whole-number key column that
 * the file lacks is the row's number in that order, from 0; a nullable one is null.
 */
public final class FileRows implements AutoCloseable {
    private final Connection connection;
    private final Statement statement;
    private final ResultSet rows;
    private final List<FieldType> types;

    private FileRows(Connection connection, Statement statement, ResultSet rows, List<FieldType> types) {
        this.connection = connection;
        this.statement = statement;
        this.rows = rows;
        this.types = types;
    }

    /**
     * The rows from one number on.
     *
     * @throws ProblemException if the file cannot be read or is not of the contract's shape
     */
    public static FileRows open(Path file, Contract contract, long from) {
        Connection connection = null;
        try {
            connection = DuckDb.open();
            String relation = relation(file);
            String select = select(contract, file, relation, columns(connection, relation));
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery("SELECT * FROM (" + select
                    + ") WHERE row_id >= " + from + " ORDER BY row_id");
            return new FileRows(connection, statement, rows,
                    contract.columns().stream().map(c -> c.field().type()).toList());
        } catch (SQLException e) {
            close(connection);
            throw unreadable(file, e);
        } catch (RuntimeException e) {
            close(connection);
            throw e;
        }
    }

    /** How many rows the file has. */
    public static long count(Path file) {
        try (Connection connection = DuckDb.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + relation(file))) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
    }

    /** The next row's values as {@link FieldType} says; absent after the last. */
    public Optional<Object[]> next() {
        try {
            if (!rows.next()) {
                return Optional.empty();
            }
            Object[] row = new Object[types.size()];
            for (int c = 0; c < row.length; c++) {
                row[c] = value(types.get(c), c + 2);
            }
            return Optional.of(row);
        } catch (SQLException e) {
            throw new ProblemException(Problem.of(OpsProblem.LOAD_REFUSED, "file", DuckDb.reason(e)));
        }
    }

    /** The number of the row that {@link #next} gave last. */
    public long number() {
        try {
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object value(FieldType type, int column) throws SQLException {
        Object value = switch (type) {
            case FieldType.Bool b -> rows.getBoolean(column);
            case FieldType.Int32 i -> rows.getInt(column);
            case FieldType.Date d -> rows.getInt(column);
            case FieldType.Int64 l -> rows.getLong(column);
            case FieldType.Time t -> rows.getLong(column);
            case FieldType.Timestamp t -> rows.getLong(column);
            case FieldType.Float32 f -> rows.getFloat(column);
            case FieldType.Float64 f -> rows.getDouble(column);
            case FieldType.Text t -> rows.getString(column);
            case FieldType.Decimal d -> scaled(rows.getBigDecimal(column), d);
            case FieldType.Uuid u -> uuid(rows.getString(column));
            case FieldType.Bytes b -> rows.getBytes(column);
            case FieldType.Struct s -> throw nested();
            case FieldType.Array a -> throw nested();
            case FieldType.Mapping m -> throw nested();
        };
        return rows.wasNull() ? null : value;
    }

    private static BigDecimal scaled(BigDecimal value, FieldType.Decimal type) {
        return value == null ? null : value.setScale(type.scale());
    }

    private static UUID uuid(String text) {
        return text == null ? null : UUID.fromString(text);
    }

    private static String relation(Path file) {
        String path = DuckDb.literal(file.toAbsolutePath());
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!Files.isReadable(file)) {
            throw new ProblemException(Problem.of(OpsProblem.LOAD_REFUSED, file.toString(),
                    "There is no readable file " + file + "."));
        } else if (name.endsWith(".parquet")) {
            return "read_parquet(" + path + ")";
        } else if (name.matches(".*\\.(csv|tsv)(\\.gz|\\.zst)?")) {
            return "read_csv(" + path + ", all_varchar = true, header = true)";
        }
        throw new ProblemException(Problem.of(OpsProblem.LOAD_REFUSED, file.toString(),
                file.getFileName() + " is of an unknown kind; expected .parquet, .csv, .tsv, or .csv.gz."));
    }

    private static List<String> columns(Connection connection, String relation) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("DESCRIBE SELECT * FROM " + relation)) {
            while (r.next()) {
                names.add(r.getString(1));
            }
        }
        return names;
    }

    /** A query for the row's number, then the contract's columns. */
    private static String select(Contract contract, Path file, String relation, List<String> found) {
        List<String> expressions = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        String time = contract.eventTime().flatMap(e -> contract.columns().stream()
                .filter(c -> c.name().equals(e.column())).findFirst()).flatMap(c -> source(c, found))
                .map(n -> epoch(n) + ", ").orElse("");
        for (Column column : contract.columns()) {
            Optional<String> source = source(column, found);
            FieldType type = column.field().type();
            if (source.isPresent()) {
                expressions.add(cast(source.get(), type) + " AS " + DuckDb.name(column.name()));
            } else if (contract.key().contains(column.name())
                    && (type instanceof FieldType.Int64 || type instanceof FieldType.Int32)) {
                expressions.add("row_id AS " + DuckDb.name(column.name()));
            } else if (column.field().nullable()) {
                expressions.add("NULL AS " + DuckDb.name(column.name()));
            } else {
                problems.add(Problem.of(OpsProblem.LOAD_REFUSED, file.toString(), "The contract \"" + contract.name()
                        + "\" requires \"" + column.name() + "\", but the file has only " + String.join(", ", found)
                        + "." + Nearest.hint(column.name(), found)));
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return "SELECT row_id, " + String.join(", ", expressions)
                + " FROM (SELECT *, row_number() OVER (ORDER BY " + time
                + "file_row) - 1 AS row_id FROM (SELECT *, row_number() OVER () AS file_row FROM " + relation + "))";
    }

    private static Optional<String> source(Column column, List<String> found) {
        List<String> names = new ArrayList<>(List.of(column.name()));
        names.addAll(column.aliases());
        return names.stream().flatMap(n -> found.stream().filter(f -> f.equalsIgnoreCase(n))).findFirst()
                .map(DuckDb::name);
    }

    private static String cast(String column, FieldType type) {
        return switch (type) {
            case FieldType.Bool b -> "CAST(" + column + " AS BOOLEAN)";
            case FieldType.Int32 i -> "CAST(" + column + " AS INTEGER)";
            case FieldType.Int64 l -> "CAST(" + column + " AS BIGINT)";
            case FieldType.Float32 f -> "CAST(" + column + " AS REAL)";
            case FieldType.Float64 f -> "CAST(" + column + " AS DOUBLE)";
            case FieldType.Text t -> "CAST(" + column + " AS VARCHAR)";
            case FieldType.Uuid u -> "CAST(CAST(" + column + " AS UUID) AS VARCHAR)";
            case FieldType.Bytes b -> "CAST(" + column + " AS BLOB)";
            case FieldType.Decimal d -> "CAST(" + column + " AS DECIMAL(" + d.precision() + "," + d.scale() + "))";
            case FieldType.Date d -> "CAST(CAST(" + column + " AS DATE) - DATE '1970-01-01' AS INTEGER)";
            case FieldType.Time t -> "epoch_us(CAST(" + column + " AS TIME))";
            case FieldType.Timestamp t -> epoch(column);
            case FieldType.Struct s -> throw nested();
            case FieldType.Array a -> throw nested();
            case FieldType.Mapping m -> throw nested();
        };
    }

    /** Text with an offset counts as that instant, everything without one as UTC. */
    private static String epoch(String column) {
        return "epoch_us(CAST(" + column + " AS TIMESTAMPTZ))";
    }

    private static ProblemException nested() {
        return new ProblemException(Problem.of(OpsProblem.LOAD_REFUSED, "contract",
                "Nested columns cannot be loaded from a file yet; produce such records with a Kafka client."));
    }

    private static ProblemException unreadable(Path file, SQLException e) {
        return new ProblemException(Problem.of(OpsProblem.LOAD_REFUSED, file.toString(), DuckDb.reason(e)));
    }

    private static void close(Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        try (connection; statement; rows) {
            // all three are let go, in the reverse order
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

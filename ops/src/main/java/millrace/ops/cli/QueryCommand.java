package millrace.ops.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.ops.query.TableQuery;
import millrace.sinks.iceberg.read.TableCatalog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace query}. */
@Command(name = "query", mixinStandardHelpOptions = true, header = "Runs a SQL query over the tables.", description = {
        "",
        "DuckDB reads the tables' live files; nothing is written, and nothing else on this machine can be read. Works while an instance runs and when none does. A branch or tag is read as gold.\"hourly@fix\"."}, footer = {
                "", "Examples:",
                "  millrace query \"select origin, count(*) from silver.flights group by 1 order by 2 desc limit 5\"",
                "  millrace query \"describe silver.flights\"",
                "  millrace query -o csv \"select * from bronze.clicks\" > clicks.csv"})
final class QueryCommand extends Main.Subcommand {
    private static final Set<String> NUMBERS = Set.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT",
            "DOUBLE", "REAL", "UBIGINT", "UINTEGER", "UHUGEINT");

    @Mixin
    private Where where;

    @Option(names = {"-o",
            "--output"}, paramLabel = "text|json|csv", defaultValue = "text", description = "Form of the result: ${COMPLETION-CANDIDATES}. Default: text.")
    private Form form;

    @Option(names = "--limit", defaultValue = "1000", paramLabel = "<n>", description = "Rows shown as text; 0 shows all. JSON and CSV are never cut. Default: 1000.")
    private long limit;

    @Parameters(index = "0", paramLabel = "<sql>", description = "One SELECT; tables are called as in the catalog.")
    private String sql;

    /** As typed. */
    enum Form {
        text, json, csv
    }

    @Override
    ExitCode run() {
        try (TableCatalog catalog = Catalog.open(where, terminal())) {
            switch (form) {
                case text -> {
                    Text text = new Text(limit);
                    TableQuery.run(catalog, sql, text);
                    text.print(terminal());
                }
                case json -> {
                    Json json = new Json(terminal());
                    TableQuery.run(catalog, sql, json);
                    json.end();
                }
                case csv -> TableQuery.run(catalog, sql, new Csv(terminal()));
            }
        }
        return ExitCode.OK;
    }

    /** Buffers, since a column is as wide as its widest value. */
    static final class Text implements TableQuery.Rows {
        private final long limit;
        private TextTable table;
        private long rows;
        private boolean cut;

        Text(long limit) {
            this.limit = limit;
        }

        @Override
        public void columns(List<String> names, List<String> types) {
            List<String> headings = new ArrayList<>();
            for (int c = 0; c < names.size(); c++) {
                boolean number = NUMBERS.contains(types.get(c)) || types.get(c).startsWith("DECIMAL");
                String name = names.get(c).replace("count_star()", "count(*)"); // DuckDB's name for it
                headings.add(number ? name + ">" : name);
            }
            table = new TextTable(headings.toArray(String[]::new));
        }

        @Override
        public boolean row(List<Object> values) {
            if (limit > 0 && rows == limit) {
                cut = true;
                return false;
            }
            rows++;
            table.row(values.stream().map(v -> v == null ? "" : v.toString().replace("\n", "\\n")).toArray());
            return true;
        }

        void print(Terminal terminal) {
            table.lines().forEach(terminal.out()::println);
            terminal.err().println(rows + (rows == 1 ? " row" : " rows")
                    + (cut ? ", and more that --limit hides" : ""));
        }
    }

    static final class Json implements TableQuery.Rows {
        private final Terminal terminal;
        private List<String> names;
        private boolean first = true;

        Json(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public void columns(List<String> columnNames, List<String> types) {
            names = columnNames;
            terminal.out().print("[");
        }

        @Override
        public boolean row(List<Object> values) {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int c = 0; c < names.size(); c++) {
                row.put(names.get(c), values.get(c));
            }
            terminal.out().print((first ? "\n" : ",\n") + Result.jsonLine(row));
            first = false;
            return true;
        }

        void end() {
            terminal.out().println(first ? "]" : "\n]");
        }
    }

    private record Csv(Terminal terminal) implements TableQuery.Rows {
        @Override
        public void columns(List<String> names, List<String> types) {
            terminal.out().println(names.stream().map(Csv::quoted).collect(Collectors.joining(",")));
        }

        @Override
        public boolean row(List<Object> values) {
            terminal.out().println(values.stream().map(v -> v == null ? "" : quoted(v.toString()))
                    .collect(Collectors.joining(",")));
            return true;
        }

        private static String quoted(String text) {
            return text.isEmpty() || text.matches("(?s).*[\",\n\r].*")
                    ? "\"" + text.replace("\"", "\"\"") + "\""
                    : text;
        }
    }
}

package millrace.ops.cli;

import java.util.List;
import millrace.ops.http.Shown;
import millrace.ops.observe.QuarantineStatus;
import millrace.ops.query.TableQuery;
import millrace.sinks.iceberg.read.TableCatalog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace quarantine}. */
@Command(name = "quarantine", mixinStandardHelpOptions = true, header = "Looks at records that were refused.", subcommands = {
        QuarantineCommand.ListRefused.class, QuarantineCommand.Show.class})
final class QuarantineCommand extends Main.Group {

    /** {@code millrace quarantine list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, header = "How many records of each contract, and computed rows of each model, were refused, and why.", footer = {
            "", "Examples:", "  millrace quarantine list"})
    static final class ListRefused extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Override
        ExitCode run() throws InterruptedException {
            List<QuarantineStatus> all = StatusClient.status(where, terminal()).quarantine();
            if (result.isJson()) {
                terminal().out().println(Result.json(all));
                return ExitCode.OK;
            }
            TextTable text = new TextTable("source", "reason", "records>", "table");
            for (QuarantineStatus q : all) {
                if (q.byReason().isEmpty()) {
                    text.row(q.source(), "\u2013", Shown.count(q.records()), q.table());
                }
                q.byReason().forEach((reason, n) -> text.row(q.source(), reason, Shown.count(n), q.table()));
                if (q.waiting() > 0) {
                    text.row(q.source(), "(not in the table yet)", Shown.count(q.waiting()), q.table());
                }
            }
            text.lines().forEach(terminal().out()::println);
            return ExitCode.OK;
        }
    }

    /** {@code millrace quarantine show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, header = "The newest refused records of a contract, or rows of a model: where they came from and what was wrong.", footer = {
            "", "Examples:", "  millrace quarantine show clicks", "  millrace quarantine show gold.sessions",
            "  millrace quarantine show clicks --limit 3 -o json"})
    static final class Show extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Parameters(index = "0", paramLabel = "<source>", description = "A contract such as clicks, or a model such as gold.sessions.")
        private String source;

        @Option(names = "--limit", defaultValue = "20", paramLabel = "<n>", description = "At most so many. Default: 20.")
        private int limit;

        @Override
        ExitCode run() {
            try (TableCatalog catalog = Catalog.open(where, terminal())) {
                // As Deployment names them: a model's layer is part of the table's name.
                String name = catalog.table("quarantine." + source).isPresent() ? source : source.replace('.', '_');
                String table = "quarantine." + name;
                if (catalog.table(table).isEmpty()) {
                    throw Catalog.unknown(table, catalog.names());
                }
                String columns = result.isJson()
                        ? "*"
                        : "reason, topic || '-' || \"partition\" || ':' || \"offset\" as origin, field, expected, actual, expression";
                String sql = "select " + columns + " from quarantine.\"" + name.replace("\"", "\"\"")
                        + "\" order by \"timestamp\" desc, \"partition\", \"offset\" desc limit " + Math.max(0, limit);
                if (result.isJson()) {
                    QueryCommand.Json json = new QueryCommand.Json(terminal());
                    TableQuery.run(catalog, sql, json);
                    json.end();
                } else {
                    QueryCommand.Text text = new QueryCommand.Text(0);
                    TableQuery.run(catalog, sql, text);
                    text.print(terminal());
                }
            }
            return ExitCode.OK;
        }
    }
}

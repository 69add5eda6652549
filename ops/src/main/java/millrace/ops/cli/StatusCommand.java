package millrace.ops.cli;

import millrace.ops.observe.Status;
import millrace.ops.observe.TableStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace status}. */
@Command(name = "status", mixinStandardHelpOptions = true, header = "Is it fresh, is it right, and why is nothing coming out?", description = {
        "",
        "All pipelines and tables, or one table with its position in every partition. Exit code 3 says that something is blocked or stopped."}, footer = {
                "", "Examples:", "  millrace status", "  millrace status silver.clicks",
                "  millrace status gold.sessions --why",
                "  millrace status -o json | jq '.tables[] | {name, lag}'"})
final class StatusCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Parameters(index = "0", arity = "0..1", paramLabel = "<table>", description = "Such as silver.clicks.")
    private String table;

    @Option(names = "--why", description = "Why a table is complete through its time and no further: which source partition holds it back, since when, and what becomes of it. Without a table: of each one.")
    private boolean why;

    @Override
    ExitCode run() throws InterruptedException {
        Status status = StatusClient.status(where, terminal());
        if (table == null) {
            if (result.isJson()) {
                terminal().out().println(Result.json(status));
            } else if (why) {
                StatusView.whys(status).forEach(terminal().out()::println);
            } else {
                StatusView.full(status).forEach(terminal().out()::println);
            }
            return StatusView.exitCode(status);
        }
        TableStatus one = status.table(table).orElseThrow(
                () -> Catalog.unknown(table, status.tables().stream().map(TableStatus::name).toList()));
        if (result.isJson()) {
            terminal().out().println(Result.json(one));
        } else if (why) {
            StatusView.why(one, status.at()).forEach(terminal().out()::println);
        } else {
            StatusView.table(one, status.at()).forEach(terminal().out()::println);
        }
        return one.blocked().isPresent() ? ExitCode.UNAVAILABLE : ExitCode.OK;
    }
}

package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import millrace.ops.http.Shown;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.maintain.MaintenanceState.Rewrites;
import millrace.sinks.iceberg.maintain.TableCheckup;
import millrace.sinks.iceberg.maintain.TableCheckup.Planned;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import millrace.sinks.iceberg.run.Compaction;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.table.SinkProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace table compact}. */
@Command(name = "compact", mixinStandardHelpOptions = true, header = "Puts a table's small files into large ones, and takes dead rows out, now.", description = {
        "",
        "The role maintain does by itself what is worth it; this does all that can be done with the files that are there now, and what their age asks for (millrace table ages). Rows that come in meanwhile do not wait. The role commit has to run for the table, since it alone changes it.",
        "",
        "Shows what would be done; does it with --execute."}, footer = {"", "Examples:",
                "  millrace table compact silver.clicks", "  millrace table compact silver.clicks --execute"})
final class CompactCommand extends TableCommand.OneTable {
    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    void show(TableCatalog catalog, TableView table, boolean json) throws InterruptedException {
        if (execute) {
            execute(table, json);
            return;
        }
        List<Planned> planned = TableCheckup.rewritesAtOnce(Catalog.properties(where(), terminal()),
                LandedTable.find(where(), terminal(), table.name()).spec(), terminal().clock().instant())
                .orElseThrow(() -> Catalog.unknown(table.name(), catalog.names()));
        if (json) {
            terminal().out()
                    .println(Result.json(Map.of("table", table.name(), "rewrites", planned, "executed", false)));
        } else if (planned.isEmpty()) {
            terminal().out().println(table.name() + " has nothing to be rewritten");
        } else {
            TableCommand.Health.planned(planned).lines().forEach(terminal().out()::println);
            terminal().out().println("nothing was changed; add --execute to do it");
        }
    }

    private void execute(TableView table, boolean json) throws InterruptedException {
        LandedTable landed = LandedTable.find(where(), terminal(), table.name());
        MaintenanceState end;
        AtomicLong said = new AtomicLong();
        AtomicBoolean stopped = new AtomicBoolean();
        try (StopSignal stop = StopSignal.listen(terminal().err());
                Waiting waiting = Waiting.sayLater(terminal().err(), "Rewriting files of " + table.name() + " ...")) {
            end = Compaction.run(SinkConfig.of(landed.pipeline(), where().access(terminal()).clientProperties()),
                    Catalog.properties(where(), terminal()), landed.spec(), terminal().clock(), () -> {
                        stopped.set(stop.isWished());
                        return stopped.get();
                    },
                    soFar -> {
                        if (soFar.done() > 0) {
                            waiting.over();
                        }
                        if (soFar.done() > said.getAndSet(soFar.done())) {
                            terminal().err().println("  " + summary(soFar));
                        }
                    });
        }
        Rewrites done = end.rewrites();
        if (end.problem().isPresent()) {
            throw new ProblemException(Problem.of(SinkProblem.STAGING_FAILED, table.name(), end.problem().get())
                    .withRemedy("Look at the message; what is done is done, and the command goes on from there."));
        }
        if (done.refused() > 0) {
            throw new ProblemException(Problem.of(OpsProblem.UNREACHABLE, table.name(),
                    "The committer has refused a rewrite, since others have changed the same files meanwhile. Done: "
                            + summary(done) + ".")
                    .withRemedy("Run the command again."));
        }
        if (done.unanswered() > 0) {
            throw new ProblemException(Problem.of(OpsProblem.UNREACHABLE, table.name(),
                    "No committer of the table has answered within a minute.")
                    .withRemedy("Check that the role commit runs for the pipeline: millrace status."));
        }
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("table", table.name());
            out.put("done", done);
            out.put("left", end.left());
            out.put("executed", true);
            terminal().out().println(Result.json(out));
        } else {
            terminal().out().println(table.name() + (done.done() > 0 || end.left().files() > 0
                    ? ": " + all(end)
                    : stopped.get() ? ": stopped" : " has nothing to be rewritten"));
        }
    }

    private static String all(MaintenanceState end) {
        String left = Shown.count(end.left().files()) + " files of " + Shown.bytes(end.left().bytes())
                + " have left the table";
        return end.left().files() == 0
                ? summary(end.rewrites())
                : end.rewrites().done() == 0 ? left : summary(end.rewrites()) + "; " + left;
    }

    private static String summary(Rewrites done) {
        return Shown.count(done.filesBefore()) + " files of " + Shown.bytes(done.bytesBefore()) + " are "
                + Shown.count(done.filesAfter()) + " of " + Shown.bytes(done.bytesAfter());
    }
}

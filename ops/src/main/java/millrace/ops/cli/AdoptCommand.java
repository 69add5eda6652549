package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import millrace.ops.http.Shown;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.commit.TableAdoption;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace table adopt}. */
@Command(name = "adopt", mixinStandardHelpOptions = true, header = "Makes a blocked table go on from what it holds and what its topic holds now.", description = {
        "",
        "With a topic that was created anew: from its start. After a rollback: from where the table now ends, so that the rows behind it are landed again. After records expired: from the first that is left. Rows that the table has stay in it.",
        "",
        "Shows what would be done; does it with --execute. Roles that run notice by themselves."}, footer = {"",
                "Examples:", "  millrace table adopt bronze.clicks",
                "  millrace table adopt bronze.clicks --topic web.clicks.v1 --execute",
                "  millrace table adopt silver.clicks --profile prod --execute"})
final class AdoptCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Parameters(index = "0", paramLabel = "<table>", description = "Such as bronze.clicks.")
    private String table;

    @Option(names = "--topic", paramLabel = "<topic>", description = "The topic that you mean; refused if the table is fed by another one.")
    private String topic;

    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    ExitCode run() {
        TableSpec spec = LandedTable.running(where, terminal(), table).spec();
        if (topic != null && !topic.equals(spec.topic())) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--topic", table + " is fed by "
                    + spec.topic() + ", not by " + topic + ". Nothing was changed.")
                    .withRemedy("Leave --topic out, or name " + spec.topic() + "."));
        }
        Map<String, String> catalog = Catalog.properties(where, terminal());
        try (Admin admin = Admin.create(where.access(terminal()).clientProperties());
                TableAdoption adoption = TableAdoption.open(catalog, spec, admin)) {
            TableAdoption.Plan plan = adoption.plan();
            show(spec, execute ? new TableAdoption.Plan(plan.held(), adoption.execute()) : plan);
        }
        return ExitCode.OK;
    }

    private void show(TableSpec spec, TableAdoption.Plan plan) {
        SourcePosition held = plan.held();
        SourcePosition next = plan.goOnFrom();
        if (result.isJson()) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("table", table);
            out.put("topic", spec.topic());
            out.put("held", held);
            out.put("goOnFrom", next);
            out.put("executed", execute);
            terminal().out().println(Result.json(out));
            return;
        }
        terminal().out().println(table + "   from topic " + spec.topic() + " (id " + next.topicId() + ")");
        if (!held.topicId().equals(next.topicId())) {
            terminal().out().println(held.topicId().isEmpty()
                    ? "  The table holds nothing of a topic yet: every partition is read from its start."
                    : "  The table was filled from the topic with id " + held.topicId()
                            + "; the new one is read from its start.");
        }
        var partitions = new TreeSet<>(held.next().keySet());
        partitions.addAll(next.next().keySet());
        TextTable offsets = new TextTable("partition>", "held up to>", "goes on from>");
        partitions.forEach(p -> offsets.row(p, offset(held.next(p)), offset(next.next(p))));
        if (!partitions.isEmpty()) {
            offsets.lines().forEach(l -> terminal().out().println("  " + l));
        }
        terminal().out().println(execute
                ? "done: the table goes on from there"
                : "nothing was changed; add --execute to do it");
    }

    private static String offset(OptionalLong next) {
        return next.isPresent() ? Shown.count(next.getAsLong()) : "the start";
    }
}

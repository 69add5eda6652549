package millrace.ops.cli;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.branch.TableCuts;
import millrace.sinks.iceberg.branch.TableCuts.Cut;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace table cut}. */
@Command(name = "cut", mixinStandardHelpOptions = true, header = "Keeps a table as it is for reports about a day that is complete.", description = {
        "",
        "Makes the tag cut-<date>-T0, which does not expire; made again it changes nothing. When rows of the day become others later, by `millrace replay amend` or `millrace replay publish`, the tags -T1, -T2 and so on follow by themselves. `millrace table cuts` lists them, `millrace query` reads each by its name."}, footer = {
                "", "Examples:", "  millrace table cut gold.hourly",
                "  millrace table cut gold.hourly --date 2026-11-19",
                "  millrace query 'SELECT sum(n) FROM gold.\"hourly@cut-2026-11-19-T0\"'"})
final class CutCommand extends TableCommand.OneTable {
    @Option(names = "--date", paramLabel = "<date>", description = "The day, in UTC. Default: yesterday.")
    private String date;

    @Override
    void show(TableCatalog catalog, TableView table, boolean json) {
        Cut cut = TableCuts.first(Catalog.properties(where(), terminal()), table.name(), day());
        terminal().out().println(json
                ? Result.json(Map.of("table", table.name(), "cut", cut.name(), "snapshot", cut.ref().snapshot()))
                : table.name() + "@" + cut.name() + " is there");
    }

    private LocalDate day() {
        try {
            return date == null
                    ? LocalDate.ofInstant(terminal().clock().instant(), ZoneOffset.UTC).minusDays(1)
                    : LocalDate.parse(date);
        } catch (DateTimeParseException e) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--date", "\"" + date + "\" is no day.")
                    .withRemedy("Write one such as 2026-11-19."));
        }
    }
}

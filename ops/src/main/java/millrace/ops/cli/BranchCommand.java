package millrace.ops.cli;

import java.util.Map;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.branch.TableBranches.Start;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace table branch}. */
@Command(name = "branch", mixinStandardHelpOptions = true, header = "Makes a branch of a table, or drops one.", description = {
        "",
        "A branch begins with the rows that the table has now, or with --empty with none. Rows that land on it are not in the table, and the table's are not in it.",
        "",
        "What is dropped cannot be brought back: --drop says what would go, and does it with --execute."}, footer = {"",
                "Examples:", "  millrace table branch silver.clicks fix",
                "  millrace table branch silver.clicks again --empty",
                "  millrace table branch silver.clicks fix --drop --execute"})
final class BranchCommand extends RefCommand {
    @Parameters(index = "1", paramLabel = "<name>", description = "Of the branch.")
    private String name;

    @Option(names = "--empty", description = "Begin without rows, and at the beginning of the topic.")
    private boolean empty;

    @Override
    String name() {
        return name;
    }

    @Override
    void make(Map<String, String> catalog, String table, boolean json) {
        TableBranches.create(catalog, table, name, empty ? Start.EMPTY : Start.AS_IT_IS);
        terminal().out().println(json
                ? Result.json(Map.of("table", table, "branch", name, "created", true))
                : table + "@" + name + " is there, " + (empty ? "empty" : "with the rows of the table"));
    }
}

package millrace.ops.cli;

import java.util.Map;
import millrace.sinks.iceberg.branch.TableBranches;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace table tag}. */
@Command(name = "tag", mixinStandardHelpOptions = true, header = "Names a snapshot of a table, or forgets a name.", description = {
        "", "What has a name does not expire: a report of last month can be read as it was.",
        "",
        "Without the name its snapshot expires like others: --drop says what would go, and does it with --execute."}, footer = {
                "", "Examples:", "  millrace table tag gold.sessions month-2026-11",
                "  millrace table tag gold.sessions before-fix --of 5735034526573634121",
                "  millrace table tag gold.sessions month-2026-11 --drop --execute"})
final class TagCommand extends RefCommand {
    @Parameters(index = "1", paramLabel = "<name>", description = "Of the tag.")
    private String name;

    @Option(names = "--of", defaultValue = "main", paramLabel = "<snapshot>", description = "A snapshot's number, a branch, or another tag. Default: what the table is now.")
    private String of;

    @Override
    String name() {
        return name;
    }

    @Override
    void make(Map<String, String> catalog, String table, boolean json) {
        TableBranches.tag(catalog, table, name, of);
        terminal().out().println(json
                ? Result.json(Map.of("table", table, "tag", name, "created", true))
                : table + "@" + name + " is there");
    }
}

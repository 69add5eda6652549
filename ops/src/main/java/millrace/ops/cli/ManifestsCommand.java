package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.sinks.iceberg.manifest.ManifestRewrite;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace table manifests}. */
@Command(name = "manifests", mixinStandardHelpOptions = true, header = "Puts small manifests together, and the files of a partition side by side.", description = {
        "",
        "Manifests say where a table's files are; whoever plans a query reads those that may have what it asks for. Twenty small ones are put together (table property millrace.manifests.small) into ones of 8 MiB (commit.manifest.target-size-bytes), and large ones are sorted by partition if four of them lie across one. No file of rows changes.",
        "",
        "Shows what would be done; does it with --execute. The role maintain does it every hour."}, footer = {"",
                "Examples:", "  millrace table manifests silver.clicks",
                "  millrace table manifests silver.clicks --execute"})
final class ManifestsCommand extends TableCommand.OneTable {
    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    void show(TableCatalog catalog, TableView table, boolean json) {
        Map<String, String> properties = Catalog.properties(where(), terminal());
        Optional<ManifestRewrite.Result> found;
        try (Waiting waiting = Waiting.sayLater(terminal().err(), "Reading and writing manifests ...")) {
            found = execute
                    ? ManifestRewrite.run(properties, table.name())
                    : ManifestRewrite.plan(properties, table.name());
            waiting.over();
        }
        ManifestRewrite.Result result = found.orElseThrow(() -> Catalog.unknown(table.name(), catalog.names()));
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("table", table.name());
            out.put("manifests", result.before());
            out.put("after", result.after());
            out.put("bytes", result.bytes());
            out.put("executed", execute);
            terminal().out().println(Result.json(out));
            return;
        }
        TextTable text = new TextTable(table.name(), "");
        text.row("manifests of data files, as the table is partitioned now", Shown.count(result.before()));
        text.row(execute ? "now" : "would be", Shown.count(result.after()));
        text.row("written anew", Shown.bytes(result.bytes()));
        text.lines().forEach(terminal().out()::println);
        terminal().out().println(result.bytes() == 0
                ? "nothing to do"
                : execute ? "done" : "nothing was changed; add --execute to do it");
    }
}

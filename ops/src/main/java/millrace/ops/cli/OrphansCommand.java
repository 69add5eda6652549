package millrace.ops.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.sinks.iceberg.expire.OrphanFiles;
import millrace.sinks.iceberg.expire.OrphanFiles.Orphan;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace table orphans}. */
@Command(name = "orphans", mixinStandardHelpOptions = true, header = "Files in a table's folder that no snapshot of it has.", description = {
        "",
        "Processes that die leave files behind, and so do proposals and rewrites that are refused. A file counts only when it is older than 72 hours: nothing that old is committed any more.",
        "",
        "Shows them; deletes them with --execute. The role maintain does it once a day."}, footer = {"",
                "Examples:", "  millrace table orphans silver.clicks",
                "  millrace table orphans silver.clicks --execute"})
final class OrphansCommand extends TableCommand.OneTable {
    @Option(names = "--execute", description = "Really delete them.")
    private boolean execute;

    @Override
    void show(TableCatalog catalog, TableView table, boolean json) {
        Instant now = terminal().clock().instant();
        Map<String, String> properties = Catalog.properties(where(), terminal());
        Optional<List<Orphan>> found;
        try (Waiting waiting = Waiting.sayLater(terminal().err(),
                "Listing the files in " + table.location() + " ...")) {
            found = execute
                    ? OrphanFiles.delete(properties, table.name(), now)
                    : OrphanFiles.find(properties, table.name(), now);
            waiting.over();
        }
        List<Orphan> orphans = found.orElseThrow(() -> Catalog.unknown(table.name(), catalog.names()));
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("table", table.name());
            out.put("files", orphans);
            out.put("executed", execute);
            terminal().out().println(Result.json(out));
            return;
        }
        if (orphans.isEmpty()) {
            terminal().out().println(table.name() + " has no orphans");
            return;
        }
        TextTable text = new TextTable("size>", "modified", "file");
        orphans.forEach(o -> text.row(Shown.bytes(o.bytes()), Shown.ago(Optional.of(o.modified()), now), o.location()));
        text.lines().forEach(terminal().out()::println);
        terminal().out().println(Shown.count(orphans.size()) + " files of "
                + Shown.bytes(orphans.stream().mapToLong(Orphan::bytes).sum())
                + (execute ? " are deleted" : "; nothing was changed; add --execute to delete them"));
    }
}

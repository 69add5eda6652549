package millrace.ops.cli;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.branch.TableBranches.Ref;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Command;

/** {@code millrace table branches}. */
@Command(name = "branches", mixinStandardHelpOptions = true, header = "The branches and tags of a table, and how far each has come.", description = {
        "",
        "Commands that look at a table take a branch or tag with it, as in silver.clicks@fix."}, footer = {"",
                "Examples:", "  millrace table branches silver.clicks", "  millrace table files silver.clicks@fix"})
final class BranchesCommand extends TableCommand.OneTable {
    @Override
    void show(TableCatalog catalog, TableView table, boolean json) {
        List<Ref> refs = TableBranches.of(Catalog.properties(where(), terminal()), table.name())
                .orElseThrow(() -> Catalog.unknown(table.name(), catalog.names()));
        if (json) {
            terminal().out().println(Result.json(refs));
            return;
        }
        Instant now = terminal().clock().instant();
        TextTable text = new TextTable("name", "", "snapshot>", "committed>", "rows of the topic>", "complete through");
        refs.forEach(r -> text.row(r.name(), r.kind().name().toLowerCase(Locale.ROOT), r.snapshot(),
                Shown.ago(Optional.of(r.at()), now),
                r.next().isEmpty() ? "" : Shown.count(r.next().values().stream().mapToLong(Long::longValue).sum()),
                r.completeThrough().map(Instant::toString).orElse("")));
        text.lines().forEach(terminal().out()::println);
    }
}

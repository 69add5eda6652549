package millrace.ops.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.sinks.iceberg.expire.SnapshotExpiry;
import millrace.sinks.iceberg.expire.SnapshotExpiry.Expired;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace table expire}. */
@Command(name = "expire", mixinStandardHelpOptions = true, header = "Takes old snapshots out of a table, and deletes the files that only they had.", description = {
        "",
        "Of the last six hours every snapshot stays (table property millrace.history.all-ms), of those before the last in each hour (millrace.history.step-ms), and none that is older than five days (history.expire.max-snapshot-age-ms). The older ones are read by their id, which table snapshots shows. What has a tag stays as long as the tag, and so does the head of a branch. Rows do not change.",
        "",
        "Shows what would be done; does it with --execute. The role maintain does it every ten minutes."}, footer = {"",
                "Examples:", "  millrace table expire silver.clicks",
                "  millrace table expire silver.clicks --execute"})
final class ExpireCommand extends TableCommand.OneTable {
    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    void show(TableCatalog catalog, TableView table, boolean json) {
        Instant now = terminal().clock().instant();
        Map<String, String> properties = Catalog.properties(where(), terminal());
        Optional<Expired> found;
        try (Waiting waiting = Waiting.sayLater(terminal().err(), "Going through the manifests of old snapshots ...")) {
            found = execute
                    ? SnapshotExpiry.run(properties, table.name(), now)
                    : SnapshotExpiry.plan(properties, table.name(), now).map(plan -> new Expired(plan, 0));
            waiting.over();
        }
        Expired expired = found.orElseThrow(() -> Catalog.unknown(table.name(), catalog.names()));
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("table", table.name());
            out.put("snapshots", expired.plan().snapshots());
            out.put("kept", expired.plan().kept());
            out.put("oldest", expired.plan().oldest());
            out.put("files", expired.files());
            out.put("executed", execute);
            terminal().out().println(Result.json(out));
            return;
        }
        TextTable text = new TextTable(table.name(), "");
        text.row("snapshots that stay", Shown.count(expired.plan().kept()) + ", the oldest of "
                + Shown.ago(Optional.of(expired.plan().oldest()), now));
        text.row("taken out", Shown.count(expired.plan().snapshots())
                + (execute ? ", and " + Shown.count(expired.files()) + " files that only they had" : ""));
        text.lines().forEach(terminal().out()::println);
        terminal().out().println(execute ? "done" : "nothing was changed; add --execute to do it");
    }
}

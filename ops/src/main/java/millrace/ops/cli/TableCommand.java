package millrace.ops.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.ops.observe.TableStatus;
import millrace.sinks.iceberg.maintain.TableCheckup;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.FileView;
import millrace.sinks.iceberg.read.TableCatalog.SnapshotView;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace table}. */
@Command(name = "table", mixinStandardHelpOptions = true, header = "Looks at tables, keeps them in shape, and makes a blocked one go on.", subcommands = {
        TableCommand.ListTables.class, TableCommand.Show.class, TableCommand.Files.class,
        TableCommand.Snapshots.class, TableCommand.Health.class, CompactCommand.class, ExpireCommand.class,
        OrphansCommand.class, ManifestsCommand.class, AgesCommand.class, BranchesCommand.class, BranchCommand.class,
        TagCommand.class, CutCommand.class, CutsCommand.class,
        AdoptCommand.class})
final class TableCommand extends Main.Group {

    /** {@code millrace table list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, header = "All tables of the catalog.", footer = {"",
            "Examples:", "  millrace table list", "  millrace table list -o json"})
    static final class ListTables extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        private record Entry(String table, long rows, long files, long bytes, Optional<Instant> lastCommit) {}

        @Override
        ExitCode run() {
            try (TableCatalog catalog = Catalog.open(where, terminal())) {
                List<Entry> entries = catalog.names().stream().map(n -> entry(catalog, n)).toList();
                if (result.isJson()) {
                    terminal().out().println(Result.json(entries));
                } else {
                    TextTable text = new TextTable("table", "rows>", "files>", "size>", "last commit>");
                    Instant now = terminal().clock().instant();
                    entries.forEach(e -> text.row(e.table(), Shown.count(e.rows()), Shown.count(e.files()),
                            Shown.bytes(e.bytes()), Shown.ago(e.lastCommit(), now)));
                    text.lines().forEach(terminal().out()::println);
                }
            }
            return ExitCode.OK;
        }

        private static Entry entry(TableCatalog catalog, String name) {
            List<FileView> files = catalog.files(name);
            return new Entry(name, files.stream().mapToLong(FileView::rows).sum(), files.size(),
                    files.stream().mapToLong(FileView::bytes).sum(),
                    catalog.snapshots(name).stream().findFirst().map(SnapshotView::at));
        }
    }

    /** A command about one table. */
    abstract static class OneTable extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Parameters(index = "0", paramLabel = "<table>", description = "Such as silver.clicks.")
        private String table;

        @Override
        final ExitCode run() throws InterruptedException {
            try (TableCatalog catalog = Catalog.open(where, terminal())) {
                TableView view = catalog.table(table)
                        .orElseThrow(() -> Catalog.unknown(table, catalog.names()));
                show(catalog, view, result.isJson());
            }
            return ExitCode.OK;
        }

        final Where where() {
            return where;
        }

        abstract void show(TableCatalog catalog, TableView table, boolean json) throws InterruptedException;
    }

    /** {@code millrace table show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, header = "One table: columns, layout, and, while an instance runs, its position per partition.", footer = {
            "", "Examples:", "  millrace table show silver.clicks"})
    static final class Show extends OneTable {
        @Override
        void show(TableCatalog catalog, TableView table, boolean json) throws InterruptedException {
            Optional<TableStatus> status = Optional.empty();
            if (where().running(terminal()).isPresent()) {
                status = StatusClient.status(where(), terminal()).table(table.name());
            }
            if (json) {
                Map<String, Object> out = new LinkedHashMap<>();
                out.put("table", table);
                status.ifPresent(s -> out.put("status", s));
                terminal().out().println(Result.json(out));
                return;
            }
            Instant now = terminal().clock().instant();
            status.ifPresentOrElse(s -> StatusView.table(s, now).forEach(terminal().out()::println),
                    () -> terminal().out().println(table.name()));
            terminal().out().println();
            terminal().out().println("  at " + table.location() + "   format v" + table.formatVersion()
                    + (table.partitioning().isEmpty()
                            ? ""
                            : "   partitioned by " + String.join(", ", table.partitioning()))
                    + (table.order().isEmpty() ? "" : "   sorted by " + String.join(", ", table.order())));
            if (!table.changesBy().isEmpty()) {
                terminal().out().println("  keeps every change of the rows by " + String.join(", ", table.changesBy())
                        + "; millrace query shows them as they are now");
            }
            TextTable columns = new TextTable("id>", "column", "type", "");
            table.columns().forEach(c -> columns.row(c.id(), c.name(), c.type(), c.required() ? "required" : ""));
            columns.lines().forEach(l -> terminal().out().println("  " + l));
        }
    }

    /** {@code millrace table files}. */
    @Command(name = "files", mixinStandardHelpOptions = true, header = "The live data files of a table.", footer = {"",
            "Examples:", "  millrace table files silver.clicks"})
    static final class Files extends OneTable {
        @Override
        void show(TableCatalog catalog, TableView table, boolean json) {
            List<FileView> files = catalog.files(table.name());
            if (json) {
                terminal().out().println(Result.json(files));
                return;
            }
            TextTable text = new TextTable("rows>", "size>", "file");
            files.forEach(f -> text.row(Shown.count(f.rows()), Shown.bytes(f.bytes()), f.path()));
            text.lines().forEach(terminal().out()::println);
        }
    }

    /** {@code millrace table health}. */
    @Command(name = "health", mixinStandardHelpOptions = true, header = "What shape a table's files are in, and what maintenance would do about it now.", description = {
            "",
            "Changes nothing. The role maintain does by itself what is shown as to be rewritten."}, footer = {
                    "", "Examples:", "  millrace table health gold.sessions",
                    "  millrace table health gold.sessions -o json"})
    static final class Health extends OneTable {
        @Override
        void show(TableCatalog catalog, TableView table, boolean json) {
            Instant now = terminal().clock().instant();
            TableCheckup found = TableCheckup.of(Catalog.properties(where(), terminal()), table.name(), now)
                    .orElseThrow(() -> Catalog.unknown(table.name(), catalog.names()));
            if (json) {
                terminal().out().println(Result.json(found));
                return;
            }
            long percent = found.rows() == 0 ? 0 : Math.round(100.0 * found.dead() / found.rows());
            TextTable text = new TextTable(table.name(), "");
            text.row("files", Shown.count(found.files()) + ", " + Shown.count(found.small()) + " of them small; "
                    + Shown.bytes(found.bytes()) + " in all, " + Shown.bytes(found.targetBytes())
                    + " is what one should have");
            text.row("rows", Shown.count(found.rows() - found.dead()) + " and " + Shown.count(found.dead())
                    + " dead ones (" + percent + " %), told by " + Shown.count(found.deleteFiles()) + " delete files");
            found.fullest().ifPresent(f -> text.row("partitions", Shown.count(found.partitions()) + "; " + f.path()
                    + " has " + Shown.count(f.files()) + " files, " + Shown.bytes(f.bytes()) + ": "
                    + String.format(Locale.ROOT, "%.1f", f.timesTheMean()) + " times as many as one has on average"));
            text.row("snapshots", Shown.count(found.snapshots()) + found.oldest()
                    .map(o -> ", the oldest of " + Shown.ago(Optional.of(o), now)).orElse(""));
            text.row("manifests", Shown.count(found.manifests()));
            text.row("to be rewritten", found.rewrites().isEmpty() ? "nothing" : "");
            text.lines().forEach(terminal().out()::println);
            if (!found.rewrites().isEmpty()) {
                planned(found.rewrites()).lines().forEach(l -> terminal().out().println("  " + l));
            }
        }

        static TextTable planned(List<TableCheckup.Planned> rewrites) {
            TextTable planned = new TextTable("files>", "size>", "why", "how");
            rewrites.forEach(r -> planned.row(Shown.count(r.files()), Shown.bytes(r.bytes()),
                    r.why().replace('_', ' '), switch (r.how()) {
                        case "copy" -> "column chunks are copied";
                        case "leave" -> "rows leave the table";
                        default -> "rows are read and written";
                    }));
            return planned;
        }
    }

    /** {@code millrace table snapshots}. */
    @Command(name = "snapshots", mixinStandardHelpOptions = true, header = "The snapshots of a table, the newest first.", footer = {
            "", "Examples:", "  millrace table snapshots silver.clicks --limit 5"})
    static final class Snapshots extends OneTable {
        @Option(names = "--limit", defaultValue = "20", paramLabel = "<n>", description = "At most so many. Default: 20.")
        private int limit;

        @Override
        void show(TableCatalog catalog, TableView table, boolean json) {
            List<SnapshotView> snapshots = catalog.snapshots(table.name()).stream().limit(limit).toList();
            if (json) {
                terminal().out().println(Result.json(snapshots));
                return;
            }
            TextTable text = new TextTable("snapshot>", "at", "operation", "added rows>", "total rows>");
            snapshots.forEach(s -> text.row(s.id(), s.at(), s.operation(),
                    s.summary().getOrDefault("added-records", "0"), s.summary().getOrDefault("total-records", "0")));
            text.lines().forEach(terminal().out()::println);
        }
    }
}

package millrace.ops.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.sinks.iceberg.maintain.AgeCheckup;
import millrace.sinks.iceberg.maintain.AgeCheckup.Partition;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import millrace.sinks.iceberg.table.TableSpec;
import picocli.CommandLine.Command;

/** {@code millrace table ages}. */
@Command(name = "ages", mixinStandardHelpOptions = true, header = "How old a table's partitions are, and which are to move to another tier or to leave the table.", description = {
        "",
        "Changes nothing. millrace.yaml says what becomes of partitions as they grow old: tables.<table>.keep and tables.<table>.tiers. The role maintain does it by itself; millrace table compact <table> --execute does it now.",
        "",
        "A partition ages from the end of its time on, by the event time through which the table is complete; one of the time of the records themselves (_timestamp), as in bronze tables, by the wall clock."}, footer = {
                "", "Examples:", "  millrace table ages bronze.clicks", "  millrace table ages bronze.clicks -o json"})
final class AgesCommand extends TableCommand.OneTable {
    @Override
    void show(TableCatalog catalog, TableView table, boolean json) {
        TableSpec spec = LandedTable.find(where(), terminal(), table.name()).spec();
        AgeCheckup found = AgeCheckup.of(Catalog.properties(where(), terminal()), spec, terminal().clock().instant())
                .orElseThrow(() -> Catalog.unknown(table.name(), catalog.names()));
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("table", table.name());
            out.put("keep", spec.ages().keep());
            out.put("tiers", spec.ages().tiers());
            out.put("completeThrough", found.completeThrough());
            out.put("notAging", found.notAging());
            out.put("partitions", found.partitions());
            terminal().out().println(Result.json(out));
            return;
        }
        if (spec.ages().isEmpty()) {
            terminal().out().println("millrace.yaml says nothing of the ages of " + table.name()
                    + ": its rows stay where they are");
        }
        found.notAging().filter(why -> !found.partitions().isEmpty()).ifPresent(
                why -> terminal().out().println("Nothing ages in " + table.name() + ": " + why + "."));
        TextTable text = new TextTable("partition", "age>", "files>", "rows>", "size>", "belongs to", "");
        found.partitions().forEach(p -> text.row(p.path().isEmpty() ? table.name() : p.path(), age(p.age()),
                Shown.count(p.files()), Shown.count(p.rows()), Shown.bytes(p.bytes()), switch (p.belongs()) {
                    case HERE -> p.age().isPresent() ? "new rows" : "not known";
                    case TIER -> p.tier().orElseThrow();
                    case NOWHERE -> "nothing";
                }, next(p)));
        text.lines().forEach(terminal().out()::println);
    }

    private static String next(Partition partition) {
        if (partition.toMove() == 0) {
            return "";
        }
        return switch (partition.belongs()) {
            case NOWHERE -> "leaves the table";
            case HERE, TIER -> Shown.count(partition.toMove()) + " files are to move";
        };
    }

    private static String age(Optional<Duration> age) {
        return age.map(a -> a.isNegative() ? "not over" : Shown.age(Optional.of(a))).orElse("");
    }
}

package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.time.Instant;
import millrace.ops.http.Shown;
import millrace.sinks.iceberg.branch.TableCuts;
import millrace.sinks.iceberg.branch.TableCuts.Cut;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Command;

/** {@code millrace table cuts}. */
@Command(name = "cuts", mixinStandardHelpOptions = true, header = "The cuts of a table: as it was for reports about a day, and as it has become since.", description = {
        "", "`millrace table cut` makes the first of a day."}, footer = {"", "Examples:",
                "  millrace table cuts gold.hourly"})
final class CutsCommand extends TableCommand.OneTable {
    /** Of a table whose topics have been ended. */
    private static final Instant THE_END = Instant.parse("9000-01-01T00:00:00Z");

    @Override
    void show(TableCatalog catalog, TableView table, boolean json) {
        List<Cut> cuts = TableCuts.of(Catalog.properties(where(), terminal()), table.name()).orElse(List.of());
        if (json) {
            terminal().out().println(Result.json(cuts.stream().map(CutsCommand::asMap).toList()));
            return;
        }
        Instant now = terminal().clock().instant();
        TextTable text = new TextTable("day", "cut", "snapshot>", "committed>", "complete through");
        cuts.forEach(c -> text.row(c.date(), c.name(), c.ref().snapshot(), Shown.ago(Optional.of(c.ref().at()), now),
                c.ref().completeThrough().map(t -> t.isAfter(THE_END) ? "the end" : t.toString()).orElse("")));
        text.lines().forEach(terminal().out()::println);
    }

    private static Map<String, Object> asMap(Cut cut) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("day", cut.date().toString());
        out.put("number", cut.number());
        out.put("cut", cut.name());
        out.put("snapshot", cut.ref().snapshot());
        out.put("committed", cut.ref().at());
        cut.ref().completeThrough().ifPresent(t -> out.put("completeThrough", t));
        return out;
    }
}

package millrace.ops.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.branch.TableBranches.Ref;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import picocli.CommandLine.Option;

/** A command that makes a branch or tag of a table, or drops one. */
abstract class RefCommand extends TableCommand.OneTable {
    @Option(names = "--drop", description = "Drop it instead.")
    private boolean drop;

    @Option(names = "--execute", description = "Really drop it.")
    private boolean execute;

    abstract String name();

    abstract void make(Map<String, String> catalog, String table, boolean json);

    @Override
    final void show(TableCatalog catalog, TableView table, boolean json) {
        Map<String, String> properties = Catalog.properties(where(), terminal());
        if (drop) {
            drop(properties, table.name(), json);
        } else {
            make(properties, table.name(), json);
        }
    }

    private void drop(Map<String, String> catalog, String table, boolean json) {
        List<Ref> refs = TableBranches.of(catalog, table).orElseThrow();
        Ref ref = refs.stream().filter(r -> r.name().equals(name())).findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.TABLE_UNKNOWN, table + "@" + name(), table
                        + " has no branch or tag \"" + name() + "\"."
                        + Nearest.hint(name(), refs.stream().map(Ref::name).toList()))
                        .withRemedy(OpsProblem.TABLE_UNKNOWN.remedy())));
        if (execute) {
            TableBranches.drop(catalog, table, name());
        }
        if (json) {
            terminal().out().println(Result.json(Map.of("table", table, "dropped", ref, "executed", execute)));
            return;
        }
        terminal().out().println("the " + ref.kind().name().toLowerCase(Locale.ROOT) + " " + table + "@" + name()
                + " of " + Shown.ago(Optional.of(ref.at()), terminal().clock().instant())
                + (execute ? " is dropped" : " would be dropped"));
        if (!execute) {
            terminal().out().println("nothing was changed; add --execute to do it");
        }
    }
}

package millrace.ops.cli;

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

/** How {@code millrace table branch} and {@code millrace table tag} drop one. */
final class DroppedRef {
    private DroppedRef() {}

    static void drop(Main.Subcommand command, Map<String, String> catalog, String table, String name, boolean execute,
            boolean json) {
        var refs = TableBranches.of(catalog, table).orElseThrow();
        Ref ref = refs.stream().filter(r -> r.name().equals(name)).findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.TABLE_UNKNOWN, table + "@" + name, table
                        + " has no branch or tag \"" + name + "\"."
                        + Nearest.hint(name, refs.stream().map(Ref::name).toList()))
                        .withRemedy(OpsProblem.TABLE_UNKNOWN.remedy())));
        if (execute) {
            TableBranches.drop(catalog, table, name);
        }
        var out = command.terminal().out();
        if (json) {
            out.println(Result.json(Map.of("table", table, "dropped", ref, "executed", execute)));
        } else {
            out.println("the " + ref.kind().name().toLowerCase(Locale.ROOT) + " " + table + "@" + name + " of "
                    + Shown.ago(Optional.of(ref.at()), command.terminal().clock().instant())
                    + (execute ? " is dropped" : " would be dropped"));
            if (!execute) {
                out.println("nothing was changed; add --execute to do it");
            }
        }
    }
}

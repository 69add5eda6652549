package millrace.ops.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Profile;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.Catalogs;

/** The catalog that a command looks at, whether or not an instance runs. */
final class Catalog {
    private Catalog() {}

    static TableCatalog open(Where where, Terminal terminal) {
        return TableCatalog.open(properties(where, terminal));
    }

    /** The profile's, else that of the data folder. */
    static Map<String, String> properties(Where where, Terminal terminal) {
        Optional<Profile> profile = where.isInProject(terminal)
                ? Optional.of(where.project(terminal).profile())
                : Optional.empty();
        if (profile.isPresent() && !profile.get().catalog().isEmpty()) {
            return profile.get().catalog().reveal();
        }
        Path data = where.data(terminal);
        Path database = data.resolve("catalog.db");
        if (!Files.exists(database)) {
            throw new ProblemException(Problem.of(OpsProblem.NOT_RUNNING, data.toString(),
                    "There are no tables in " + data + " yet.").withRemedy(OpsProblem.NOT_RUNNING.remedy()));
        }
        return Catalogs.sqlite(database, data.resolve("warehouse"));
    }

    static ProblemException unknown(String name, List<String> names) {
        return new ProblemException(Problem.of(OpsProblem.TABLE_UNKNOWN, name, "There is no table \"" + name + "\"."
                + Nearest.hint(name, names)).withRemedy(OpsProblem.TABLE_UNKNOWN.remedy()));
    }
}

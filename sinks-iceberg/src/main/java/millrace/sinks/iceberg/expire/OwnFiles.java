package millrace.sinks.iceberg.expire;

import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;

/** Whether a table's files are its own: those of one that was registered elsewhere too, or migrated, are not. */
public final class OwnFiles {
    private OwnFiles() {}

    /** Whether files that the table does not need any more may be deleted. */
    public static boolean mayBeDeleted(Table table) {
        return PropertyUtil.propertyAsBoolean(table.properties(), TableProperties.GC_ENABLED,
                TableProperties.GC_ENABLED_DEFAULT);
    }

    /** @throws ProblemException if they may not */
    static void require(Table table) {
        if (!mayBeDeleted(table)) {
            throw new ProblemException(Problem.of(SinkProblem.FILES_SHARED, table.name(),
                    "The table's property gc.enabled is false: its files may be those of another table too.")
                    .withRemedy(SinkProblem.FILES_SHARED.remedy()));
        }
    }
}

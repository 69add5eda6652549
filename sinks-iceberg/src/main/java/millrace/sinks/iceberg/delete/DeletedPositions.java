package millrace.sinks.iceberg.delete;

import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.deletes.PositionDeleteIndex;

/** Which rows of a file that is scanned are deleted by their positions. */
public final class DeletedPositions {
    private DeletedPositions() {}

    /** Reads them; empty if there are none. Deletes by value are passed over. */
    public static Optional<PositionDeleteIndex> of(Table table, FileScanTask task) {
        List<DeleteFile> deletes = task.deletes().stream().filter(d -> d.content() == FileContent.POSITION_DELETES)
                .toList();
        return deletes.isEmpty()
                ? Optional.empty()
                : Optional.of(new BaseDeleteLoader(d -> table.io().newInputFile(d.location()))
                        .loadPositionDeletes(deletes, task.file().location()));
    }

    /** @throws ProblemException with {@link SinkProblem#RANGE_UNFIT} if rows of the file are deleted by their values */
    public static void requireNoOthers(Table table, FileScanTask task) {
        if (task.deletes().stream().anyMatch(d -> d.content() == FileContent.EQUALITY_DELETES)) {
            throw new ProblemException(Problem.of(SinkProblem.RANGE_UNFIT, table.name(), task.file().location()
                    + " has rows that someone else has deleted by their values.")
                    .withRemedy(SinkProblem.RANGE_UNFIT.remedy()));
        }
    }
}

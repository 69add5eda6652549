package millrace.sinks.iceberg.delete;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.sinks.iceberg.delete.DeleteMerge.Merged;
import millrace.sinks.iceberg.moved.MovedRows;
import millrace.sinks.iceberg.moved.Moves;
import millrace.sinks.iceberg.moved.RowMove;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.util.ContentFileUtil;

/** What it takes to put rewritten files in the place of those they were made of, which have lost rows meanwhile. */
public final class Replacement {
    private Replacement() {}

    /** Whether it can be done. */
    public sealed interface Outcome {
        record Possible(Merged merged) implements Outcome {}

        record Impossible(String why) implements Outcome {}
    }

    /**
     * Of a table whose rows are followed. A file that is not there any more has left because its last row died, so its
     * rows are dead where they are now too.
     *
     * @param current as of the snapshot that the commit is built on
     * @param files that the rewrite has written
     * @param moved by this rewrite
     * @param sinceThen what other rewrites have moved after this one had read its files
     * @param name stands in the name of what is written; unique for all time
     */
    public static Outcome following(Table table, CurrentFiles current, List<DataFile> files, MovedRows moved,
            Moves sinceThen, String name) {
        Optional<String> twice = moved.files().stream().filter(sinceThen::has).findAny();
        if (twice.isPresent()) {
            return new Outcome.Impossible("another rewrite was first: " + twice.get());
        }
        Moves moves = new Moves();
        moves.add(moved);
        DeadRows dead = new DeadRows();
        List<DataFile> replaced = new ArrayList<>();
        List<DeleteFile> obsolete = new ArrayList<>();
        BaseDeleteLoader loader = new BaseDeleteLoader(d -> table.io().newInputFile(d.location()));
        for (String file : moved.files()) {
            Optional<DataFile> there = current.data(file);
            DeadRows here = new DeadRows();
            if (moved.byFile().get(file) instanceof RowMove.Leave) {
                there.ifPresent(data -> {
                    replaced.add(data);
                    current.deletesByPosition(file).stream().filter(ContentFileUtil::isFileScoped)
                            .forEach(obsolete::add);
                });
            } else if (there.isEmpty()) {
                for (long p = 0; p < moved.byFile().get(file).rows(); p++) {
                    here.add(file, p);
                }
            } else {
                replaced.add(there.get());
                List<DeleteFile> deletes = current.deletesByPosition(file);
                if (!deletes.isEmpty()) {
                    PositionDeleteIndex positions = loader.loadPositionDeletes(deletes, file);
                    positions.forEach(p -> here.add(file, p));
                    deletes.stream().filter(ContentFileUtil::isFileScoped).forEach(obsolete::add);
                }
            }
            dead.addAll(here.follow(moves));
        }
        if (replaced.isEmpty()) {
            return new Outcome.Impossible("all of its files have left the table");
        }
        return new Outcome.Possible(
                DeleteMerge.merge(table, current, files, dead, name).andWithout(replaced, obsolete));
    }
}

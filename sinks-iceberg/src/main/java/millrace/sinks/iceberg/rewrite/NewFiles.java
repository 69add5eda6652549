package millrace.sinks.iceberg.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.sinks.iceberg.file.FinishedFile;
import millrace.sinks.iceberg.moved.MovedRows;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.rewrite.Rewriter.Rewritten;
import millrace.sinks.iceberg.table.ZOrder;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data files that a rewrite writes one after the other, all of one partition. */
final class NewFiles {
    private static final Logger LOG = LoggerFactory.getLogger(NewFiles.class);

    private final Table table;
    private final SortOrder order;
    private final Destination destination;
    private final OutputFileFactory names;
    private final List<DataFile> finished = new ArrayList<>();
    private OutputFile open;

    /**
     * @param order that their rows are in
     * @param name stands in their names; unique for all time
     */
    NewFiles(Table table, Destination destination, SortOrder order, String name) {
        if (!destination.spec().equals(table.specs().get(destination.spec().specId()))) {
            throw new IllegalArgumentException(table.name() + " has no spec " + destination.spec());
        }
        this.table = table;
        this.order = order;
        this.destination = destination;
        String operation = ZOrder.of(table).map(z -> z.named(name)).orElse(name);
        names = OutputFileFactory.builderFor(table, 0, 0).operationId(destination.named(operation))
                .format(FileFormat.PARQUET).build();
    }

    OutputFile next() {
        // The factory knows names, but no place other than the table's own.
        String location = names.newOutputFile().encryptingOutputFile().location();
        open = table.io().newOutputFile(
                destination.location(table, location.substring(location.lastIndexOf('/') + 1)));
        return open;
    }

    /** The newest one is complete. */
    void finish(FinishedFile file) {
        finished.add(file.at(open.location(), destination.spec(), destination.partition(), order));
        open = null;
    }

    /** Those that are complete. */
    List<DataFile> finished() {
        return List.copyOf(finished);
    }

    /** What the rewrite has come to, if it is over. */
    Rewritten rewritten(Map<String, RowMove> moves) {
        return new Rewritten(finished(), new MovedRows(
                finished.stream().map(f -> new MovedRows.Output(f.location(), f.recordCount())).toList(), moves));
    }

    /** Deletes them all, the one too that is not complete. */
    void discard() {
        Stream.concat(Stream.ofNullable(open).map(OutputFile::location), finished.stream().map(DataFile::location))
                .forEach(location -> {
                    try {
                        table.io().deleteFile(location);
                    } catch (RuntimeException e) {
                        // Nothing of it may be written yet, and what stays is an orphan; why all this was in vain matters more.
                        LOG.debug("{} stays", location, e);
                    }
                });
    }
}

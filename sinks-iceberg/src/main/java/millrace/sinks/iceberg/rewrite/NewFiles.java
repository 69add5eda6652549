package millrace.sinks.iceberg.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.sinks.iceberg.file.FinishedFile;
import millrace.sinks.iceberg.moved.MovedRows;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.rewrite.Rewriter.Rewritten;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StructLike;
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
    private final PartitionSpec spec;
    private final StructLike partition;
    private final OutputFileFactory names;
    private final List<DataFile> finished = new ArrayList<>();
    private OutputFile open;

    /**
     * @param like is of the same partition
     * @param order that their rows are in
     * @param name stands in their names; unique for all time
     */
    NewFiles(Table table, DataFile like, SortOrder order, String name) {
        this.table = table;
        this.order = order;
        spec = table.specs().get(like.specId());
        partition = like.partition();
        names = OutputFileFactory.builderFor(table, 0, 0).operationId(name).format(FileFormat.PARQUET).build();
    }

    OutputFile next() {
        open = (spec.isPartitioned() ? names.newOutputFile(spec, partition) : names.newOutputFile())
                .encryptingOutputFile();
        return open;
    }

    /** The newest one is complete. */
    void finish(FinishedFile file) {
        finished.add(file.at(open.location(), spec, partition, order));
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

package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.sinks.iceberg.file.ColumnFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;

/**
 * Files that are read a column at a time, and what they are written as.
 *
 * @param columns leaf columns of what is written
 */
record OpenColumns(List<ColumnSource> sources, ColumnFiles target,
        List<ColumnDescriptor> columns) implements AutoCloseable {

    /** Empty if rows must be put together for it: see {@link RecordRewrite}. */
    static Optional<OpenColumns> open(Table table, List<FileScanTask> tasks, Destination destination)
            throws IOException {
        if (!tasks.stream().allMatch(Rewriter::isCopied)) {
            return Optional.empty();
        }
        Schema schema = LineageColumns.schema(table, tasks);
        Optional<ColumnFiles> target = ColumnFiles.of(table, destination.properties(table), schema);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        MessageType type = ParquetSchemaUtil.convert(schema, "table");
        OpenColumns open = new OpenColumns(new ArrayList<>(), target.get(), type.getColumns());
        boolean possible = false;
        try {
            for (FileScanTask task : tasks) {
                open.sources.add(ColumnSource.open(table, task, schema, type));
            }
            possible = open.sources.stream().allMatch(ColumnSource::isPossible);
            return possible ? Optional.of(open) : Optional.empty();
        } finally {
            if (!possible) {
                open.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        target.close();
        for (ColumnSource source : sources) {
            source.close();
        }
    }
}

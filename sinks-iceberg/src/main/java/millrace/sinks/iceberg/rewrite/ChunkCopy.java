package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.sinks.iceberg.file.FinishedFile;
import millrace.sinks.iceberg.file.ParquetTarget;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.rewrite.Rewriter.Rewritten;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;

/**
 * Puts files together without reading their rows: column chunks are copied byte by byte, one row group after the other, and
 * dead rows come along. Where the table keeps row lineage, its columns are added for files that do not hold them.
 */
final class ChunkCopy implements AutoCloseable {
    private static final int COLUMN_INDEX_BYTES = 64;
    private static final long ROW_GROUP = 128L << 20;

    private final Table table;
    private final Destination destination;
    private final List<Source> sources;
    private final Schema schema;
    private final MessageType type;

    private record Source(FileScanTask task, InputFile file, ParquetFileReader reader) {}

    private ChunkCopy(Table table, Destination destination, List<Source> sources) {
        this.table = table;
        this.destination = destination;
        this.sources = sources;
        schema = LineageColumns.schema(table, sources.stream().map(Source::task).toList());
        type = ParquetSchemaUtil.convert(schema, "table");
    }

    static ChunkCopy open(Table table, List<FileScanTask> tasks, Destination destination) throws IOException {
        List<Source> sources = new ArrayList<>();
        ChunkCopy copy = null;
        try {
            for (FileScanTask task : tasks) {
                InputFile file = table.io().newInputFile(task.file());
                sources.add(new Source(task, file, new ParquetSource(file).open()));
            }
            copy = new ChunkCopy(table, destination, sources);
            return copy;
        } finally {
            if (copy == null) {
                for (Source source : sources) {
                    source.reader().close();
                }
            }
        }
    }

    /** Whether all files have the table's columns as they would be written now, and nothing is deleted in them by value. */
    boolean isPossible() {
        return sources.stream().allMatch(s -> Rewriter.isCopied(s.task())
                && hasTheColumns(s.reader().getFooter().getFileMetaData().getSchema())
                && s.reader().getFooter().getBlocks().stream().allMatch(ChunkCopy::holdsItsLineage));
    }

    /** An id that is not there is taken from the file, and that will be another. */
    private static boolean holdsItsLineage(BlockMetaData group) {
        return group.getColumns().stream().filter(c -> LineageColumns.has(c.getPath().toArray()[0]))
                .allMatch(c -> c.getStatistics().isNumNullsSet() && c.getStatistics().getNumNulls() == 0);
    }

    private boolean hasTheColumns(MessageType file) {
        Map<String, ColumnDescriptor> has = new HashMap<>();
        file.getColumns().forEach(c -> has.put(String.join(".", c.getPath()), c));
        int known = 0;
        for (ColumnDescriptor column : type.getColumns()) {
            ColumnDescriptor there = has.get(String.join(".", column.getPath()));
            if (there != null) {
                known++;
            }
            boolean same = there != null && there.getPrimitiveType().equals(column.getPrimitiveType())
                    && there.getMaxDefinitionLevel() == column.getMaxDefinitionLevel()
                    && there.getMaxRepetitionLevel() == column.getMaxRepetitionLevel();
            if (!same && !(there == null && LineageColumns.has(column.getPath()[0]))) {
                return false;
            }
        }
        // A column that the table has no more could not be told from one that comes to it later under the same name.
        return known == has.size();
    }

    Rewritten write(String name, Pace pace) throws IOException {
        NewFiles target = new NewFiles(table, destination, SortOrder.unsorted(), name);
        boolean done = false;
        try {
            Map<String, RowMove> moves = new LinkedHashMap<>();
            target.finish(write(target.next(), moves, pace));
            done = true;
            return target.rewritten(moves);
        } finally {
            if (!done) {
                target.discard();
            }
        }
    }

    private FinishedFile write(OutputFile target, Map<String, RowMove> moves, Pace pace) throws IOException {
        ParquetFileWriter writer = new ParquetFileWriter(new ParquetTarget(target), type,
                ParquetFileWriter.Mode.CREATE, ROW_GROUP, 0, COLUMN_INDEX_BYTES, Integer.MAX_VALUE, true);
        boolean done = false;
        try {
            writer.start();
            long base = 0;
            for (Source source : sources) {
                long rows = copy(source, writer, pace);
                moves.put(source.task().file().location(), new RowMove.Shift(rows, base));
                base += rows;
            }
            writer.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
            ParquetMetadata footer = writer.getFooter();
            long length = writer.getPos();
            done = true;
            return new FinishedFile(length,
                    ParquetUtil.footerMetrics(footer, Stream.empty(), MetricsConfig.forTable(table)),
                    ParquetUtil.getSplitOffsets(footer));
        } finally {
            if (!done) {
                writer.abort();
            }
            writer.close();
        }
    }

    private long copy(Source source, ParquetFileWriter writer, Pace pace) throws IOException {
        DataFile file = source.task().file();
        long rows = 0;
        try (SeekableInputStream bytes = new ParquetSource(source.file()).newStream()) {
            for (BlockMetaData group : source.reader().getFooter().getBlocks()) {
                Map<String, ColumnChunkMetaData> chunks = new HashMap<>();
                group.getColumns().forEach(c -> chunks.put(c.getPath().toDotString(), c));
                writer.startBlock(group.getRowCount());
                for (ColumnDescriptor column : type.getColumns()) {
                    ColumnChunkMetaData chunk = chunks.get(String.join(".", column.getPath()));
                    if (chunk != null) {
                        writer.appendColumnChunk(column, bytes, chunk, source.reader().readBloomFilter(chunk),
                                source.reader().readColumnIndex(chunk), source.reader().readOffsetIndex(chunk));
                        pace.read(chunk.getTotalSize());
                    } else if (column.getPath()[0].equals(MetadataColumns.ROW_ID.name())) {
                        LineageColumns.write(writer, column, group.getRowCount(), file.firstRowId() + rows);
                    } else {
                        LineageColumns.write(writer, column, group.getRowCount(), file.dataSequenceNumber());
                    }
                }
                writer.endBlock();
                rows += group.getRowCount();
            }
        }
        return rows;
    }

    @Override
    public void close() throws IOException {
        for (Source source : sources) {
            source.reader().close();
        }
    }
}

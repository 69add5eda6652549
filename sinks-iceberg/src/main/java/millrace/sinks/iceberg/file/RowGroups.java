package millrace.sinks.iceberg.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/** Lays row groups out in a Parquet file, which begins with the first, and writes the footer. */
final class RowGroups {
    private static final int COLUMN_INDEX_BYTES = 64;
    /** Row groups end where their chunks do, and nothing is aligned. */
    private static final long UNUSED_SIZE = 1;

    private final OutputFile target;
    private final Schema schema;
    private final MessageType type;
    private ParquetFileWriter file;

    RowGroups(OutputFile target, Schema schema, MessageType type) {
        this.target = target;
        this.schema = schema;
        this.type = type;
    }

    /** @param chunks one for each leaf column of the type, in its order */
    void add(long rows, List<PageColumn.Chunk> chunks) {
        try {
            if (file == null) {
                file = new ParquetFileWriter(new ParquetTarget(target), type, ParquetFileWriter.Mode.CREATE,
                        UNUSED_SIZE, 0, COLUMN_INDEX_BYTES, Integer.MAX_VALUE, true);
                file.start();
            }
            file.startBlock(rows);
            for (PageColumn.Chunk chunk : chunks) {
                chunk.write(file);
            }
            file.endBlock();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes so far. */
    long length() {
        try {
            return file == null ? 0 : file.getPos();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Finishes the file, which has a row group at least. */
    FinishedFile close(Stream<FieldMetrics<?>> columns, MetricsConfig metrics) {
        try {
            file.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
            ParquetMetadata footer = file.getFooter();
            long length = file.getPos();
            file.close();
            return new FinishedFile(length, ParquetUtil.footerMetrics(footer, columns, metrics),
                    ParquetUtil.getSplitOffsets(footer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops without finishing; the file may exist in part. */
    void abort() {
        if (file != null) {
            file.abort();
            try {
                file.close();
            } catch (IOException | RuntimeException e) {
                // The file is deleted next; what matters of this failure was thrown before.
                return;
            }
        }
    }
}

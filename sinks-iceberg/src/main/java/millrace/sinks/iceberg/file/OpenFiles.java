package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;

/**
 * The files of one writer: at most one open file per partition. The partition longest unused is finished when too many
 * are open, and the file with most in memory writes a row group when all hold too much.
 */
final class OpenFiles {
    static final int MOST_OPEN = 256;
    static final long MOST_BUFFERED = 128L << 20;
    private static final int ROWS_BETWEEN_CHECKS = 4096;

    private final Table table;
    private final PartitionSpec spec;
    private final Partitioning partitioning;
    private final RowWriter writer;
    private final ParquetSettings settings;
    private final MetricsConfig metrics;
    private final PageCompressor compressor;
    private final OutputFileFactory names;
    private final long targetSize;
    private final SortOrder order;

    private final Map<Partitioning.Key, OpenFile> open = new LinkedHashMap<>(16, 0.75f, true);
    private final List<DataFile> finished = new ArrayList<>();
    private final List<String> locations = new ArrayList<>();
    private Partitioning.Key lastKey;
    private OpenFile last;
    private String rowFile;
    private long rowPosition;
    private long finishedBytes;
    private long bufferedBytes;
    private int rowsUnchecked;

    private record OpenFile(OutputFile target, PartitionData partition, RowFile rows) {}

    /** @param order that the rows of each file are in, or unsorted */
    OpenFiles(Table table, Partitioning partitioning, RowWriter writer, ParquetSettings settings, String name,
            long targetSize, SortOrder order) {
        this.table = table;
        this.partitioning = partitioning;
        this.writer = writer;
        this.settings = settings;
        this.targetSize = targetSize;
        this.order = order;
        spec = table.spec();
        metrics = MetricsConfig.forTable(table);
        compressor = new PageCompressor(settings.compression());
        names = OutputFileFactory.builderFor(table, 0, 0).operationId(name).format(FileFormat.PARQUET).build();
    }

    void add(RowSlots row) {
        Partitioning.Key key = partitioning.keyOf(row);
        if (last == null || !key.equals(lastKey)) {
            select(key);
        }
        rowFile = last.target().location();
        rowPosition = last.rows().rows();
        last.rows().add(row);
        if (last.rows().length() >= targetSize) {
            open.remove(lastKey);
            finish(last);
            last = null;
        }
        if (++rowsUnchecked >= ROWS_BETWEEN_CHECKS) {
            rowsUnchecked = 0;
            measure();
        }
    }

    /** Location of the file that the newest row is in. */
    String rowFile() {
        return rowFile;
    }

    /** Position of the newest row in its file. */
    long rowPosition() {
        return rowPosition;
    }

    private void select(Partitioning.Key key) {
        OpenFile file = open.get(key);
        if (file == null) {
            if (open.size() >= MOST_OPEN) {
                Map.Entry<Partitioning.Key, OpenFile> oldest = open.entrySet().iterator().next();
                open.remove(oldest.getKey());
                finish(oldest.getValue());
            }
            file = create(key);
            lastKey = key.copy();
            open.put(lastKey, file);
        } else {
            lastKey = key.copy();
        }
        last = file;
    }

    private OpenFile create(Partitioning.Key key) {
        PartitionData partition = partitioning.values(key);
        OutputFile target = (spec.isPartitioned() ? names.newOutputFile(spec, partition) : names.newOutputFile())
                .encryptingOutputFile();
        locations.add(target.location());
        return new OpenFile(target, partition, settings.ownPages()
                ? new PageFile(target, table.schema(), writer, settings, metrics, compressor)
                : new IcebergFile(target, table, writer, settings.compression(), metrics));
    }

    private void measure() {
        bufferedBytes = open.values().stream().mapToLong(f -> f.rows().bufferedBytes()).sum();
        if (bufferedBytes > MOST_BUFFERED) {
            open.values().stream().map(OpenFile::rows).max(Comparator.comparingLong(RowFile::bufferedBytes))
                    .ifPresent(RowFile::spill);
        }
    }

    private void finish(OpenFile file) {
        FinishedFile written = closed(file.rows());
        finished.add(written.at(file.target().location(), spec, file.partition(), order));
        finishedBytes += written.length();
    }

    private static FinishedFile closed(RowFile rows) {
        try {
            return rows.close();
        } catch (RuntimeException e) {
            rows.abort();
            throw e;
        }
    }

    /** Ends all files that are open; more may be opened after. */
    void finishOpen() {
        while (!open.isEmpty()) {
            OpenFile file = open.remove(open.keySet().iterator().next());
            finish(file);
        }
        last = null;
        bufferedBytes = 0;
    }

    List<DataFile> finished() {
        return List.copyOf(finished);
    }

    long bytes() {
        return finishedBytes + open.values().stream().mapToLong(f -> f.rows().length()).sum();
    }

    long bufferedBytes() {
        return bufferedBytes;
    }

    /** Where the newest file goes, for messages. */
    String location() {
        return locations.isEmpty() ? table.location() : locations.get(locations.size() - 1);
    }

    void abort() {
        open.values().forEach(f -> f.rows().abort());
        open.clear();
        for (String location : locations) {
            try {
                table.io().deleteFile(location);
            } catch (RuntimeException e) {
                // What stays is an orphan, which the committer removes once it is old enough.
                continue;
            }
        }
    }

    void release() {
        compressor.close();
    }
}

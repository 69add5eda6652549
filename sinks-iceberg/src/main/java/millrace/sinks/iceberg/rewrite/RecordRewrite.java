package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import millrace.sinks.iceberg.file.FinishedFile;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.rewrite.Rewriter.Rewritten;
import millrace.sinks.iceberg.table.Compression;
import millrace.sinks.iceberg.table.IcebergTables;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrderComparators;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.DeleteFilter;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.data.parquet.InternalWriter;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.util.PartitionUtil;

/**
 * Reads the live rows of files and writes them anew row by row, in the table's order if it has one: files that are in that
 * order are merged, others are sorted in memory first. It takes what {@link ColumnRewrite} does not: rows that are deleted
 * by their values, columns of other types, files that are to be sorted.
 */
final class RecordRewrite {
    private static final int ROWS_BETWEEN_CHECKS = 1000;

    private final Table table;
    private final List<FileScanTask> tasks;
    private final Pace pace;
    private final Schema schema;
    private final NewFiles files;
    private final long targetBytes;
    private final Map<String, String> properties;

    private FileAppender<StructLike> writer;
    private long rowsInFile;
    private long rows;

    RecordRewrite(Table table, List<FileScanTask> tasks, Destination destination, String name, Pace pace) {
        this.table = table;
        this.tasks = tasks;
        this.pace = pace;
        schema = LineageColumns.schema(table, tasks);
        files = new NewFiles(table, destination, table.sortOrder(), name);
        targetBytes = IcebergTables.targetFileSize(table);
        Map<String, String> there = destination.properties(table);
        properties = Compression.of(table.name(), there).forIceberg(there);
    }

    Rewritten run() throws IOException {
        boolean done = false;
        try {
            Map<String, RowMove> moves = table.sortOrder().isUnsorted() ? inTheirOrder() : sorted();
            close();
            done = true;
            return files.rewritten(moves);
        } finally {
            if (!done) {
                discard();
            }
        }
    }

    private Map<String, RowMove> inTheirOrder() throws IOException {
        Map<String, RowMove> moves = new LinkedHashMap<>();
        for (FileScanTask task : tasks) {
            long base = rows;
            int[] dead = new int[16];
            int count = 0;
            try (LiveRows live = new LiveRows(task, Reuse.ROWS)) {
                long expected = 0;
                while (live.next()) {
                    for (; expected < live.position; expected++) {
                        dead = put(dead, count++, expected);
                    }
                    expected++;
                    write(live.row);
                }
                for (; expected < live.read; expected++) {
                    dead = put(dead, count++, expected);
                }
                moves.put(task.file().location(), new RowMove.Rank(live.read, base, Arrays.copyOf(dead, count)));
            }
        }
        return moves;
    }

    private static int[] put(int[] numbers, int at, long number) {
        int[] room = at < numbers.length ? numbers : Arrays.copyOf(numbers, 2 * at);
        room[at] = Math.toIntExact(number);
        return room;
    }

    private Map<String, RowMove> sorted() throws IOException {
        Comparator<StructLike> order = SortOrderComparators.forSchema(schema, table.sortOrder());
        Map<String, RowMove> moves = new LinkedHashMap<>();
        PriorityQueue<Run> runs = new PriorityQueue<>(
                Comparator.comparing(Run::row, order).thenComparingInt(Run::file));
        List<LiveRows> open = new ArrayList<>();
        try {
            for (FileScanTask task : tasks) {
                int[] places = new int[Math.toIntExact(task.file().recordCount())];
                Arrays.fill(places, (int) RowMove.GONE);
                moves.put(task.file().location(), new RowMove.Permutation(places));
                LiveRows live = new LiveRows(task, Reuse.NONE);
                open.add(live);
                Run run = Rewriter.isInOrder(table, task.file())
                        ? new Streamed(open.size(), places, live)
                        : new InMemory(open.size(), places, live, order);
                if (run.next()) {
                    runs.add(run);
                }
            }
            while (!runs.isEmpty()) {
                Run run = runs.poll();
                run.places()[run.position()] = Math.toIntExact(rows);
                write(run.row());
                if (run.next()) {
                    runs.add(run);
                }
            }
            return moves;
        } finally {
            for (LiveRows live : open) {
                live.close();
            }
        }
    }

    private void write(StructLike row) throws IOException {
        if (writer == null) {
            writer = Parquet.write(files.next()).schema(schema).setAll(properties)
                    .metricsConfig(MetricsConfig.forTable(table))
                    .createWriterFunc(type -> InternalWriter.createWriter(schema, type)).build();
        }
        writer.add(row);
        rows++;
        if (++rowsInFile % ROWS_BETWEEN_CHECKS == 0 && writer.length() >= targetBytes) {
            close();
        }
    }

    private void close() throws IOException {
        if (writer == null) {
            return;
        }
        writer.close();
        files.finish(new FinishedFile(writer.length(), writer.metrics(), writer.splitOffsets()));
        writer = null;
        rowsInFile = 0;
    }

    private void discard() {
        if (writer != null) {
            try {
                writer.close();
            } catch (IOException | RuntimeException e) {
                // It is deleted next; what matters was thrown before.
                writer = null;
            }
        }
        files.discard();
    }

    private enum Reuse {
        ROWS, NONE
    }

    /** The live rows of one file with their positions. */
    private final class LiveRows implements AutoCloseable {
        private final CloseableIterator<StructLike> all;
        private final PositionDeleteIndex dead;
        private final Predicate<StructLike> notDeletedByValue;
        private final long bytesPerRow;
        private final long rowsOfFile;
        private StructLike row;
        private long position = -1;
        /** Rows that were read, dead ones too. */
        private long read;
        private long bytesUnsaid;

        LiveRows(FileScanTask task, Reuse reuse) {
            var deletes = new Deletes(task);
            dead = deletes.deletedRowPositions();
            notDeletedByValue = deletes.hasEqDeletes() ? deletes.eqDeletedRowFilter() : r -> true;
            rowsOfFile = task.file().recordCount();
            bytesPerRow = task.file().fileSizeInBytes() / Math.max(1, rowsOfFile);
            Map<Integer, ?> constants = PartitionUtil.constantsMap(task, (type, value) -> value);
            Parquet.ReadBuilder reader = Parquet.read(table.io().newInputFile(task.file())).project(schema)
                    .createReaderFunc(type -> InternalReader.create(schema, type, constants));
            String names = table.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
            if (names != null) {
                reader.withNameMapping(NameMappingParser.fromJson(names));
            }
            all = (reuse == Reuse.ROWS ? reader.reuseContainers() : reader).<StructLike>build().iterator();
        }

        boolean next() {
            while (all.hasNext()) {
                row = all.next();
                position = read++;
                bytesUnsaid += bytesPerRow;
                if (read % ROWS_BETWEEN_CHECKS == 0) {
                    pace.read(bytesUnsaid);
                    bytesUnsaid = 0;
                }
                if ((dead == null || !dead.isDeleted(position)) && notDeletedByValue.test(row)) {
                    return true;
                }
            }
            if (read != rowsOfFile) {
                throw new IllegalStateException("a file has " + read + " rows, and the table says " + rowsOfFile);
            }
            return false;
        }

        @Override
        public void close() throws IOException {
            all.close();
        }
    }

    /** Rows of one file in the table's order. */
    private interface Run {
        boolean next();

        StructLike row();

        int position();

        int file();

        int[] places();
    }

    private record Streamed(int file, int[] places, LiveRows live) implements Run {
        @Override
        public boolean next() {
            return live.next();
        }

        @Override
        public StructLike row() {
            return live.row;
        }

        @Override
        public int position() {
            return (int) live.position;
        }
    }

    private static final class InMemory implements Run {
        private final int file;
        private final int[] places;
        private final List<Held> held = new ArrayList<>();
        private int at = -1;

        private record Held(StructLike row, int position) {}

        InMemory(int file, int[] places, LiveRows live, Comparator<StructLike> order) {
            this.file = file;
            this.places = places;
            while (live.next()) {
                held.add(new Held(live.row, (int) live.position));
            }
            held.sort(Comparator.comparing(Held::row, order));
        }

        @Override
        public boolean next() {
            return ++at < held.size();
        }

        @Override
        public StructLike row() {
            return held.get(at).row();
        }

        @Override
        public int position() {
            return held.get(at).position();
        }

        @Override
        public int file() {
            return file;
        }

        @Override
        public int[] places() {
            return places;
        }
    }

    private final class Deletes extends DeleteFilter<StructLike> {
        Deletes(FileScanTask task) {
            super(task.file().location(), task.deletes(), table.schema(), schema);
        }

        @Override
        protected StructLike asStructLike(StructLike record) {
            return record;
        }

        @Override
        protected InputFile getInputFile(String location) {
            return table.io().newInputFile(location);
        }
    }
}

package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import millrace.sinks.iceberg.file.Clickstream;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.rewrite.RewritePlan.Way;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What it costs to put files together: {@code rows of a file, files, rounds} as arguments, one line of {@code key=value}
 * for each way in each round. {@code generics} reads and writes the same rows by Iceberg's own records.
 */
public final class RewriteBench {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private RewriteBench() {}

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 150_000;
        int files = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 4;
        Path folder = Files.createTempDirectory("bench");
        Table plain = table(folder, "plain", List.of(), rows, files);
        Table sorted = table(folder, "sorted", List.of("user_id"), rows, files);
        Table curve = table(folder, "curve", List.of("zorder(user_id, client_ts)"), rows, files);
        for (int round = 0; round < rounds; round++) {
            rewrite("copy", plain, Way.COPY, round);
            rewrite("records", plain, Way.RECORDS, round);
            rewrite("sorted", sorted, Way.RECORDS, round);
            rewrite("zorder", curve, Way.RECORDS, round);
            generics(plain, round);
        }
        new LocalFileIO().deletePrefix(folder.toString());
    }

    private static Table table(Path folder, String name, List<String> sortBy, int rows, int files) throws IOException {
        Clickstream events = new Clickstream(rows, 42);
        TableSpec spec = Specs.of("db", name, Clickstream.SCHEMA, Layout.ENGINE, List.of(), sortBy, Map.of());
        Table table = new IcebergTables(
                Catalogs.open("bench", Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"))))
                .loadOrCreate(spec);
        for (int file = 0; file < files; file++) {
            StagedWriter writer = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, name + file);
            for (int i = 0; i < rows; i++) {
                writer.append(0, i, events.timestamps[i], events.keys[i], events.values[i], new RecordHeaders());
            }
            AppendFiles append = table.newAppend();
            writer.close().forEach(append::appendFile);
            append.commit();
        }
        table.refresh();
        return table;
    }

    private static void rewrite(String name, Table table, RewritePlan.Way way, int round) throws IOException {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            planned.forEach(tasks::add);
        }
        long cpu = THREADS.getCurrentThreadCpuTime();
        long wall = System.nanoTime();
        var rewritten = Rewriter.rewrite(table, tasks, Destination.of(table, tasks.get(0).file()), way,
                "to-" + name + round, Pace.UNLIMITED);
        say(name, round, tasks.stream().mapToLong(t -> t.file().recordCount()).sum(),
                tasks.stream().mapToLong(t -> t.file().fileSizeInBytes()).sum(), cpu, wall);
        rewritten.files().forEach(f -> table.io().deleteFile(f.location()));
    }

    private static void generics(Table table, int round) throws IOException {
        long bytes = 0;
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            for (FileScanTask task : planned) {
                bytes += task.file().fileSizeInBytes();
            }
        }
        long cpu = THREADS.getCurrentThreadCpuTime();
        long wall = System.nanoTime();
        OutputFile target = table.io().newOutputFile(table.location() + "/generics" + round + ".parquet");
        FileAppender<Record> writer = Parquet.write(target).forTable(table)
                .metricsConfig(MetricsConfig.forTable(table)).createWriterFunc(GenericParquetWriter::create).build();
        long rows = 0;
        try (writer; CloseableIterable<Record> all = IcebergGenerics.read(table).reuseContainers().build()) {
            for (Record row : all) {
                writer.add(row);
                rows++;
            }
        }
        say("generics", round, rows, bytes, cpu, wall);
        table.io().deleteFile(target.location());
    }

    private static void say(String way, int round, long rows, long bytes, long cpu, long wall) {
        double seconds = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e9;
        System.out.printf(
                "way=%s round=%d rows=%d mb=%.1f mb_per_cpu_s=%.1f rows_per_cpu_s=%.0f cpu_s=%.2f wall_s=%.2f%n",
                way, round, rows, bytes / 1e6, bytes / 1e6 / seconds, rows / seconds, seconds,
                (System.nanoTime() - wall) / 1e9);
    }
}

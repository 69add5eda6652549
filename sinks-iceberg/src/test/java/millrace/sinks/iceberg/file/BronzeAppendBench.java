package millrace.sinks.iceberg.file;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What a bronze row costs from the bytes of a record to the closed file: {@code rows, rounds, layout} as arguments, one
 * line of {@code key=value} per round.
 */
public final class BronzeAppendBench {
    private BronzeAppendBench() {}

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Map<String, String> properties = arguments.length > 2 && arguments[2].equals("parquet-pages")
                ? Map.of("write.parquet.bloom-filter-enabled.column._error", "true")
                : Map.of();
        List<String> sortBy = arguments.length > 2 && arguments[2].equals("sorted") ? List.of("client_ts") : List.of();
        List<String> partitionBy = arguments.length > 2 && arguments[2].equals("partitioned")
                ? List.of("bucket(16, user_id)", "day(client_ts)")
                : List.of();
        Path folder = Files.createTempDirectory("bench");
        Clickstream events = new Clickstream(rows, 42);
        TableSpec spec = Specs.bronze("events", Clickstream.SCHEMA, partitionBy, sortBy, properties);
        Table table = new IcebergTables(
                Catalogs.open("bench", Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"))))
                .loadOrCreate(spec);
        for (int round = 0; round < rounds; round++) {
            run(table, spec, events, round);
        }
        new LocalFileIO().deletePrefix(folder.toString());
    }

    private static void run(Table table, TableSpec spec, Clickstream events, int round) {
        var threads = ManagementFactory.getThreadMXBean();
        var process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long processCpu = process.getProcessCpuTime();
        long wall = System.nanoTime();
        RecordHeaders none = new RecordHeaders();
        StagedWriter writer = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "bench-" + round);
        int rows = events.values.length;
        for (int i = 0; i < rows; i++) {
            writer.append(i / 500 & 3, i, events.timestamps[i], events.keys[i], events.values[i], none);
        }
        List<DataFile> files = writer.close();
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - cpu) / 1e9;
        long bytes = files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
        System.out.printf(
                "round=%d rows=%d files=%d bytes_per_row=%.1f rows_per_cpu_s=%.0f thread_cpu_s=%.2f process_cpu_s=%.2f wall_s=%.2f heap_mb=%d%n",
                round, rows, files.size(), (double) bytes / rows, rows / cpuSeconds, cpuSeconds,
                (process.getProcessCpuTime() - processCpu) / 1e9, (System.nanoTime() - wall) / 1e9,
                (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
        writer.abort();
    }
}

package millrace.sinks.iceberg.history;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.SubjectImport;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.file.Clickstream;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What it costs to give records back from bronze: {@code rows, files, rounds} as arguments, one line of {@code key=value} per
 * round.
 */
public final class HistoryBench {
    private static final int PARTITIONS = 4;

    private HistoryBench() {}

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int files = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        Path folder = Files.createTempDirectory("bench");
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        land(properties, rows, files);
        Contract contract = SubjectImport.draft("events-value", Clickstream.SCHEMA);
        for (int round = 0; round < rounds; round++) {
            try (TopicHistory history = TopicHistory.open(properties, "bronze.events", contract,
                    List.of(Clickstream.SCHEMA), false, schema -> 1).orElseThrow()) {
                run(history, rows, round);
            }
        }
        new LocalFileIO().deletePrefix(folder.toString());
    }

    private static void land(Map<String, String> properties, int rows, int files) throws Exception {
        Catalog catalog = Catalogs.open(properties);
        TableSpec spec = Specs.bronze("events", Clickstream.SCHEMA, List.of(), List.of(), Map.of());
        Table table = new IcebergTables(catalog).loadOrCreate(spec);
        Clickstream events = new Clickstream(rows, 42);
        AppendFiles append = table.newAppend();
        for (int file = 0; file < files; file++) {
            StagedWriter writer = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "bench-" + file);
            for (int i = file * (rows / files); i < (file + 1) * (rows / files); i++) {
                writer.append(i % PARTITIONS, i / PARTITIONS, events.timestamps[i], events.keys[i], events.values[i],
                        new RecordHeaders());
            }
            writer.close().forEach(append::appendFile);
        }
        CommitMark nothing = CommitMark.ofNothing("first");
        SortedMap<Integer, Long> ends = new TreeMap<>();
        for (int p = 0; p < PARTITIONS; p++) {
            ends.put(p, (long) rows);
        }
        new CommitMark(nothing.commitId(), 1, nothing.layout(), new SourcePosition("id", ends), nothing.control(),
                nothing.heads(), nothing.clocks()).toSummary().forEach(append::set);
        append.commit();
        Catalogs.close(catalog);
    }

    private static void run(TopicHistory history, int rows, int round) {
        var threads = ManagementFactory.getThreadMXBean();
        var process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = process.getProcessCpuTime();
        long wall = System.nanoTime();
        Map<Integer, OffsetRange> ranges = new HashMap<>();
        for (int p = 0; p < PARTITIONS; p++) {
            ranges.put(p, new OffsetRange(0, rows));
        }
        long given = 0;
        long bytes = 0;
        long first;
        try (HistoryReader reader = history.read("id", ranges)) {
            first = System.nanoTime() - wall;
            List<Integer> open = new ArrayList<>(ranges.keySet());
            while (!open.isEmpty()) {
                for (Integer partition : List.copyOf(open)) {
                    var next = reader.next(partition, 500);
                    given += next.size();
                    bytes += next.stream().mapToLong(r -> r.value().length).sum();
                    if (reader.isDone(partition)) {
                        open.remove(partition);
                    }
                }
            }
        }
        double seconds = (System.nanoTime() - wall) / 1e9;
        System.out.printf("round=%d rows=%d bytes=%d index_s=%.2f wall_s=%.2f cpu_s=%.2f rows_per_s=%.0f threads=%d%n",
                round, given, bytes, first / 1e9, seconds, (process.getProcessCpuTime() - cpu) / 1e9, given / seconds,
                threads.getThreadCount());
    }
}

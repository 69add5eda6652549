package millrace.sinks.iceberg.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.row.FieldType;
import millrace.schemas.topic.WritableTopics;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.maintain.MaintenanceRules;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import millrace.statestores.rocksdb.StateMemory;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Lands an existing topic up to its present end in a new table and prints what that cost, as {@code key=value} lines:
 * {@code records} in the topic, {@code rows_committed}, {@code wall_s} from the start of the sink to the commit of the
 * last row, {@code cpu_s} and {@code peak_rss_mb} of this process, its start included.
 *
 * <p>
 * Arguments: {@code brokers}, {@code topic}, {@code registry}, {@code warehouse} (a folder), and optionally
 * {@code schema} (the registry's id, 1), {@code partition}, {@code interval_ms}, {@code workers}, {@code layout}, {@code key},
 * {@code maintain=true} for maintenance meanwhile, {@code compact=true} to put all files together afterwards.
 */
public final class SinkBench {
    private SinkBench() {}

    public static void main(String[] args) throws Exception {
        Map<String, String> given = new HashMap<>();
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            given.put(pair[0], pair.length > 1 ? pair[1] : "");
        }
        run(given).forEach((key, value) -> System.out.println(key + "=" + value));
    }

    /**
     * Lands the topic; the table and its catalog stay in the warehouse folder.
     *
     * @param given the arguments by name
     * @return the figures by name, in the order they are printed
     * @throws IllegalArgumentException if an argument is missing, or the topic is empty
     * @throws millrace.schemas.problem.ProblemException if the sink is blocked
     */
    public static Map<String, Object> run(Map<String, String> given)
            throws IOException, InterruptedException, ExecutionException {
        String topic = required(given, "topic");
        Map<String, Object> kafka = Map.of("bootstrap.servers", required(given, "brokers"));
        Path warehouse = Path.of(required(given, "warehouse"));
        Files.createDirectories(warehouse);
        String run = "bench-" + System.currentTimeMillis();
        Map<String, String> catalogProperties = Catalogs.sqlite(warehouse.resolve(run + ".db"), warehouse);
        Catalog catalog = Catalogs.open(catalogProperties);
        SchemaRegistry registry = new ConfluentRegistry(required(given, "registry"), Map.of());
        FieldType.Struct columns = AvroTypes
                .fromSchema(registry.byId(Integer.parseInt(given.getOrDefault("schema", "1"))));
        String key = given.getOrDefault("key", "");
        TableSpec staying = new TableSpec("bench", run.replace('-', '_'), topic, columns,
                key.isEmpty() ? TableSpec.Layout.valueOf(given.getOrDefault("layout", "BRONZE")) : Layout.ENGINE,
                Optional.empty(),
                given.getOrDefault("partition", "").isEmpty() ? List.of() : List.of(given.get("partition")), List.of(),
                Duration.ofMillis(Long.parseLong(given.getOrDefault("interval_ms", "10000"))), 512L << 20, Map.of());
        TableSpec spec = key.isEmpty() ? staying : staying.ofNewest(List.of(key.split(",")));
        try (Admin admin = Admin.create(kafka)) {
            createControlTopic(admin);
            Map<Integer, Long> ends = ends(admin, topic);
            long records = ends.values().stream().mapToLong(Long::longValue).sum();
            if (records == 0) {
                throw new IllegalArgumentException("topic " + topic + " is empty");
            }
            SinkConfig config = SinkConfig.of(run, kafka)
                    .withWorkers(Integer.parseInt(given.getOrDefault("workers", "1")))
                    .withMaintenance(new SinkConfig.Maintenance(1,
                            Long.parseLong(given.getOrDefault("maintain_mb_s", "0")) << 20, MaintenanceRules.USUAL))
                    .withIndexes(new SinkConfig.Indexes(warehouse.resolve("indexes"), StateMemory.USUAL));
            long start = System.nanoTime();
            Set<Role> roles = Boolean.parseBoolean(given.get("maintain"))
                    ? EnumSet.allOf(Role.class)
                    : EnumSet.of(Role.STAGE, Role.COMMIT);
            try (SinkRuntime sink = SinkRuntime.start(config, List.of(spec), roles, catalog, registry,
                    Clock.systemUTC())) {
                while (!reached(sink, ends)) {
                    Thread.sleep(50);
                }
                double wall = (System.nanoTime() - start) / 1e9;
                Table table = new IcebergTables(catalog).load(spec).orElseThrow();
                String rows = table.currentSnapshot().summary().get("total-records");
                Map<String, Object> figures = new LinkedHashMap<>();
                figures.put("records", records);
                figures.put("rows_committed", rows);
                figures.put("wall_s", String.format(Locale.ROOT, "%.1f", wall));
                figures.put("cpu_s", String.format(Locale.ROOT, "%.1f", cpuSeconds()));
                figures.put("peak_rss_mb", peakRssMb());
                figures.put("snapshots", table.history().size());
                figures.put("files", table.currentSnapshot().summary().get("total-data-files"));
                figures.put("file_mb", Long.parseLong(table.currentSnapshot().summary().get("total-files-size")) >> 20);
                if (Boolean.parseBoolean(given.get("compact"))) {
                    compact(config, catalogProperties, spec, figures);
                }
                figures.put("jvm_uptime_s", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
                return figures;
            }
        }
    }

    private static void compact(SinkConfig config, Map<String, String> catalogProperties, TableSpec spec,
            Map<String, Object> figures) throws InterruptedException {
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        var done = Compaction.run(config, catalogProperties, spec, Clock.systemUTC(), () -> false, rewrites -> {})
                .rewrites();
        figures.put("compacted_files", done.filesBefore());
        figures.put("compact_mb", done.bytesBefore() >> 20);
        figures.put("compact_wall_s", String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9));
        figures.put("compact_cpu_s", String.format(Locale.ROOT, "%.1f", cpuSeconds() - cpu));
    }

    /** The mark that the committer has written is compared, so that waiting does not read the catalog. */
    private static boolean reached(SinkRuntime sink, Map<Integer, Long> ends) {
        return switch (sink.states().values().iterator().next()) {
            case SinkState.Running running -> running.mark().map(CommitMark::position).filter(p -> isAt(p, ends))
                    .isPresent();
            case SinkState.Starting s -> false;
            case SinkState.Blocked b -> throw new ProblemException(b.problem());
        };
    }

    private static boolean isAt(SourcePosition position, Map<Integer, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> end.getValue() == 0 || position.next(end.getKey()).orElse(-1) >= end.getValue());
    }

    private static void createControlTopic(Admin admin) throws InterruptedException, ExecutionException {
        WritableTopics.create(admin,
                List.of(new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS, (short) 1)));
    }

    private static Map<Integer, Long> ends(Admin admin, String topic) throws InterruptedException, ExecutionException {
        int partitions = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
        return admin.listOffsets(IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p))
                .collect(Collectors.toMap(tp -> tp, tp -> OffsetSpec.latest()))).all().get().entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset()));
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime() / 1e9;
    }

    private static long peakRssMb() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return -1;
        }
        return Files.readAllLines(status).stream().filter(l -> l.startsWith("VmHWM:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) / 1024).findFirst().orElse(-1);
    }

    private static String required(Map<String, String> given, String key) {
        String value = given.get(key);
        if (value == null) {
            throw new IllegalArgumentException(
                    "usage: SinkBench brokers=host:port topic=name registry=url warehouse=folder; " + key
                            + " is missing");
        }
        return value;
    }
}

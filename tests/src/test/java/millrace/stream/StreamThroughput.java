package millrace.stream;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.assemble.Pipeline;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;
import millrace.topology.sql.SqlCompiler;
import org.apache.avro.Schema;

/**
 * Reads a topic of the benchmark's events through one model and prints what it cost this process, JVM start included.
 * Arguments: bootstrap servers, topic, threads, the SELECT. Not a test: run it by hand.
 */
final class StreamThroughput {
    static final String SCHEMA = """
        {"type":"record","name":"Event","namespace":"bench.peers","fields":[
         {"name":"event_id","type":"string"},{"name":"session_id","type":"string"},
         {"name":"user_id","type":"string"},{"name":"device_id","type":"string"},
         {"name":"event_type","type":{"type":"enum","name":"EventType",
          "symbols":["VIEW","PLAY","PAUSE","SEARCH","CLICK","PURCHASE"]}},
         {"name":"content_id","type":"long"},{"name":"region","type":"string"},
         {"name":"client_ts","type":{"type":"long","logicalType":"timestamp-millis"}},
         {"name":"amount","type":"double"},{"name":"properties","type":["null","string"],"default":null}]}""";
    private static final int WRITER = 1;

    private StreamThroughput() {}

    public static void main(String[] arguments) throws Exception {
        String topic = arguments[1];
        int partitions = Integer.parseInt(System.getProperty("partitions", "4"));
        long began = System.nanoTime();
        Path state = Files.createTempDirectory("stream-throughput");
        String name = "bench" + Long.toString(System.currentTimeMillis(), 36);
        try (PipelineRun run = run(name, arguments[0], topic, partitions, Integer.parseInt(arguments[2]), arguments[3],
                state)) {
            run.start();
            run.await(RunState.Running.class::isInstance, Duration.ofMinutes(1));
            long running = System.nanoTime();
            boolean drained = run.drain(Duration.ofMinutes(10));
            double seconds = (System.nanoTime() - running) / 1e9;
            run.stop();
            var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            System.out.printf("RESULT stream threads=%s drained=%s wall_s=%.1f start_s=%.1f cpu_s=%.1f state=%s%n",
                    arguments[2], drained, seconds, (running - began) / 1e9, os.getProcessCpuTime() / 1e9, run.state());
        }
    }

    static PipelineRun run(String name, String servers, String topic, int partitions, int threads, String sql,
            Path state) {
        Contract contract = contract(topic, partitions);
        FunctionLibrary functions = FunctionLibrary.builtIn();
        var models = List.of(Model.of("silver", "events", "silver/events.sql", sql));
        var plans = SqlCompiler.compile(List.of(contract), models, functions).stream()
                .map(p -> new Pipeline.PlannedModel(p, Model.Config.DEFAULT)).toList();
        return new PipelineRun(new Pipeline(name, List.of(contract), plans),
                RunSettings.of(servers, state).withThreads(threads), registry(),
                new CalcCompiler(functions)::compile, InstantSource.system());
    }

    private static FixedRegistry registry() {
        return new FixedRegistry() {
            @Override
            public Schema byId(int id) {
                return id == WRITER ? new Schema.Parser().parse(SCHEMA) : super.byId(id);
            }
        };
    }

    private static Contract contract(String topic, int partitions) {
        FieldType text = new FieldType.Text();
        List<Field> fields = List.of(Field.required("event_id", text), Field.required("session_id", text),
                Field.required("user_id", text), Field.required("device_id", text), Field.required("event_type", text),
                Field.required("content_id", new FieldType.Int64()), Field.required("region", text),
                Field.required("client_ts", new FieldType.Timestamp(FieldType.TimeUnit.MILLIS, true)),
                Field.required("amount", new FieldType.Float64()), Field.optional("properties", text));
        // The benchmark's event times are made up, far from the time at which they were produced.
        return new Contract("events", "events", "1", "active", topic, "bench.peers.Event", "", "",
                fields.stream().map(Column::of).toList(), List.of(),
                Optional.of(new EventTime("client_ts", Duration.ofSeconds(30), Duration.ofSeconds(60),
                        Duration.ofDays(36500), Duration.ofMinutes(15))),
                partitions, Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(),
                List.of(Map.of()), Place.file("events.odcs.yaml"));
    }
}

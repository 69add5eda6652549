package millrace.replay;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import millrace.ops.bench.PipelineEnd;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.process.Patience;
import millrace.replay.amend.LateRecord;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.run.ReplayRun;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Place;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.topic.WritableTopics;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.stream.FixedRegistry;
import millrace.stream.FoldedTopic;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.archive.RecordArchive;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.Stretch;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.Reading;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;
import millrace.topology.source.Span;
import millrace.topology.sql.SqlCompiler;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Some topics, models over them, and pipelines of different names that all compute them from the same records. */
final class Scene implements AutoCloseable {
    static final FieldType.Struct ROW = new FieldType.Struct(List.of(Field.required("id", new FieldType.Int64()),
            Field.optional("who", new FieldType.Text()), Field.optional("amount", new FieldType.Int64()),
            Field.optional("weight", new FieldType.Float64()),
            Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));

    private static final FieldType.Struct KEY = new FieldType.Struct(
            List.of(Field.required("who", new FieldType.Text())));

    private final String servers;
    private final Path folder;
    private final List<Contract> contracts;
    private final List<Model> models;
    private final List<Plan> plans;
    private final FixedRegistry registry = new FixedRegistry();
    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroRowEncoder keys;
    private final Map<String, AvroRowEncoder> encoders = new HashMap<>();

    /**
     * A contract by the name {@code contract}, whose topic is called after the scene too.
     *
     * @param kind of a changelog the key is {@code who}, and an event without an amount deletes its row
     */
    record Source(String contract, String topic, int partitions, Duration disorder, Duration lateness,
            Duration idleTimeout, Contract.Kind kind) {
        /** Of events. */
        Source(String contract, String topic, int partitions, Duration disorder, Duration lateness,
                Duration idleTimeout) {
            this(contract, topic, partitions, disorder, lateness, idleTimeout, Contract.Kind.EVENT);
        }

        Contract toContract() {
            return new Contract(contract, contract, "1.0.0", "active", topic, "test." + contract, "", "",
                    ROW.fields().stream().map(Column::of).toList(),
                    kind == Contract.Kind.CHANGELOG ? List.of("who") : List.of(),
                    Optional.of(new EventTime("at", disorder, lateness, Duration.ofHours(1), idleTimeout)),
                    partitions, Contract.WireFormat.AVRO, kind, Optional.empty(), Optional.empty(),
                    List.of(), Place.file(contract + ".odcs.yaml"));
        }
    }

    /** @param sql by name of the model, with its layer; {@code keys} by the same name, columns joined by commas */
    Scene(String servers, Path folder, String topic, int partitions, Duration disorder, Duration lateness,
            Duration idleTimeout, Map<String, String> sql, Map<String, String> keys) throws Exception {
        this(servers, folder, List.of(new Source("events", topic, partitions, disorder, lateness, idleTimeout)),
                sql.entrySet().stream().map(e -> model(e.getKey(), e.getValue(), keys.getOrDefault(e.getKey(), "")))
                        .toList());
    }

    /** Topics that are there already, by another process of the same scene, are taken. */
    Scene(String servers, Path folder, List<Source> sources, List<Model> models) throws Exception {
        this.servers = servers;
        this.folder = folder;
        this.models = List.copyOf(models);
        contracts = sources.stream().map(Source::toContract).toList();
        plans = SqlCompiler.compile(contracts, models, FunctionLibrary.builtIn());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            WritableTopics.create(admin, contracts.stream()
                    .map(c -> new NewTopic(c.topic(), c.partitions(), (short) 1)
                            .configs(Map.of("retention.ms", "-1")))
                    .toList());
        }
        contracts.forEach(c -> encoders.put(c.name(), AvroRowEncoder.of(AvroTypes.toSchema(c), ROW,
                registry.register("", AvroTypes.toSchema(c)))));
        keys = AvroRowEncoder.of(AvroTypes.toSchema("test.Key", KEY), KEY,
                registry.register("", AvroTypes.toSchema("test.Key", KEY)));
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", servers, "linger.ms", 5),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static Model model(String name, String sql, String keys) {
        String[] parts = name.split("\\.");
        return new Model(parts[0], parts[1], name + ".sql", sql, "", List.of(),
                Model.Config.DEFAULT.withUniqueKey(keys.isEmpty() ? List.of() : List.of(keys.split(",")))
                        .withRetention(Model.Config.FOREVER));
    }

    void produce(List<History.Event> events) {
        produce("events", events);
    }

    void produce(String source, List<History.Event> events) {
        Contract contract = contract(source);
        for (History.Event e : events) {
            boolean isDelete = contract.kind() == Contract.Kind.CHANGELOG && e.amount() == null;
            producer.send(new ProducerRecord<>(contract.topic(), e.partition(), e.at() / 1000 + 100_000,
                    isDelete && e.who() != null ? keys.encode(new Object[] {e.who()}) : null,
                    isDelete ? null : encoders.get(source).encode(e.row())));
        }
        producer.flush();
    }

    /** Says that nothing comes any more, in every partition. */
    void end() {
        for (Contract contract : contracts) {
            for (int p = 0; p < contract.partitions(); p++) {
                producer.send(EndMarker.record(contract.topic(), p));
            }
        }
        producer.flush();
    }

    /** Starts one instance of a pipeline; several of one name share its work. */
    PipelineRun start(String name, String instance, int threads) {
        return start(name, instance, threads, Crash.never());
    }

    /** Starts one that crashes, and then begins again by itself. */
    PipelineRun start(String name, String instance, int threads, Crash crash) {
        return start(name, instance, threads, Optional.empty(), Map.of(), crash);
    }

    /** Starts one with settings of Kafka Streams over the usual ones. */
    PipelineRun start(String name, String instance, int threads, Map<String, String> streams) {
        return start(name, instance, threads, Optional.empty(), streams, Crash.never());
    }

    /** Starts a pipeline that obeys what another one has decided about time. */
    PipelineRun startReplay(String name, String of, int threads) {
        return start(name, "a", threads, Optional.of(of), Map.of(), Crash.never());
    }

    /** Starts one that takes late records in, beside. */
    PipelineRun startReplay(String name, String of, int threads, List<TimeEntry.Admission> admissions) {
        return start(pipeline(name), "a", threads, Optional.of(of), Map.of(), Crash.never(), new Reading(Map.of(),
                OptionalLong.empty(), RecordArchive.NONE, Reading.UpTo.THE_END, Optional.of(admissions)));
    }

    /** Starts one that reads as is said, in small pieces, and crashes. */
    PipelineRun startReplay(String name, String instance, String of, Reading reading, Crash crash) {
        return start(pipeline(name), instance, 1, Optional.of(of),
                Map.of("main.consumer.max.partition.fetch.bytes", "4000", "main.consumer.max.poll.records", "50"),
                crash,
                reading);
    }

    /** Starts a replay of a stretch of time, which obeys what the pipeline that it was planned for has decided. */
    PipelineRun startReplay(ReplayPlan plan, int threads) {
        return start(ReplayRun.pipeline(plan, pipeline(plan.pipeline())), "a", threads, Optional.of(plan.pipeline()),
                Map.of(), Crash.never(), ReplayRun.reading(plan, Reading.ALL));
    }

    /** All records of a topic, from its first on. */
    static Map<Integer, Span> everything(int partitions) {
        Map<Integer, Span> spans = new HashMap<>();
        for (int p = 0; p < partitions; p++) {
            spans.put(p, new Span(0, OptionalLong.empty(), OptionalLong.empty()));
        }
        return spans;
    }

    /** The tables of a pipeline, as a project with these files has them. */
    List<DeployedTable> tables(String pipeline) {
        Project project = new Project(pipeline, "", folder, new Project.Defaults(Duration.ofMillis(300),
                Optional.empty(), 128L << 20, Map.of()), Map.of(), Profile.embedded(folder, Profile.Ports.FREE));
        return Deployment.of(project, contracts, models, plans, FunctionLibrary.builtIn(), Aggregates.builtIn())
                .tables();
    }

    Contract contract() {
        return contracts.get(0);
    }

    private Contract contract(String name) {
        return contracts.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    SchemaRegistry registry() {
        return registry;
    }

    /** All models under a name. */
    Pipeline pipeline(String name) {
        Map<String, Model> byName = new HashMap<>();
        models.forEach(m -> byName.put(m.qualifiedName(), m));
        return new Pipeline(name, contracts, plans.stream()
                .map(p -> new Pipeline.PlannedModel(p, byName.get(p.model()).config())).toList());
    }

    private PipelineRun start(String name, String instance, int threads, Optional<String> journalOf,
            Map<String, String> streams, Crash crash) {
        return start(pipeline(name), instance, threads, journalOf, streams, crash, Reading.ALL);
    }

    private PipelineRun start(Pipeline pipeline, String instance, int threads, Optional<String> journalOf,
            Map<String, String> streams, Crash crash, Reading reading) {
        Map<String, String> given = new HashMap<>(Map.of("consumer.session.timeout.ms", "6000",
                "consumer.heartbeat.interval.ms", "500", "producer.transaction.timeout.ms", "10000",
                // Nobody looks at them here, and to register them takes longer than many a run.
                "metric.reporters", ""));
        given.putAll(streams);
        var settings = new RunSettings(servers, folder.resolve("state-" + pipeline.name() + "-" + instance), threads,
                Duration.ofMillis(100), true, (short) 1, Map.of(), given, journalOf).withReading(reading);
        PipelineRun run = new PipelineRun(pipeline, settings, registry,
                crash.within(new CalcCompiler(FunctionLibrary.builtIn())::compile), InstantSource.system());
        run.start();
        return run;
    }

    static void awaitRunning(PipelineRun run) {
        run.await(RunState.Running.class::isInstance, Duration.ofMinutes(2))
                .orElseThrow(() -> new AssertionError("not running: " + run.state()));
    }

    /** Waits until every task of every model has said that everything has come. */
    void awaitEnd(String pipeline) {
        awaitEnd(pipeline, plans.stream().map(Plan::model).toList());
    }

    /** Waits until every task of some models has said so. */
    void awaitEnd(String pipeline, List<String> models) {
        try (PipelineEnd end = new PipelineEnd(servers, pipeline, models)) {
            Patience.until("the end of " + pipeline, Duration.ofMinutes(3),
                    () -> end.isReachedWithin(Duration.ofMillis(200)), end::toString);
        }
    }

    /** The rows of a model's topic, folded by key where it has one, less some columns; sorted, as text. */
    List<String> rows(String pipeline, String model, String... without) throws Malformed {
        Plan plan = plans.stream().filter(p -> p.model().equals(model)).findFirst().orElseThrow();
        return read(pipeline + "." + model, plan.rowType(), Set.of(without));
    }

    /** Those of the rows of a model that have a time in a stretch. */
    List<String> rowsOf(String pipeline, String model, Stretch stretch) throws Malformed {
        Plan plan = plans.stream().filter(p -> p.model().equals(model)).findFirst().orElseThrow();
        int column = plan.rowType().indexOf(stretch.column());
        return FoldedTopic.rows(servers, pipeline + "." + model, plan.rowType()).stream()
                .filter(row -> (Long) row[column] >= stretch.from().orElseThrow()
                        && (Long) row[column] < stretch.to().orElseThrow())
                .map(row -> text(plan.rowType(), row, Set.of())).sorted().toList();
    }

    /** The late rows of a model, without the columns of this cluster's topic id. */
    List<String> late(String pipeline, String model) throws Malformed {
        return read(millrace.topology.late.LateRow.topicOf(pipeline + "." + model),
                millrace.topology.late.LateRow.ROW, Set.of());
    }

    /** The records that came too late for some of the models. */
    List<LateRecord> lateRecords(String pipeline) throws Malformed {
        List<LateRecord> records = new ArrayList<>();
        for (Plan plan : plans) {
            if (setsLateRowsAside(plan.model())) {
                for (Object[] row : FoldedTopic.rows(servers,
                        millrace.topology.late.LateRow.topicOf(pipeline + "." + plan.model()),
                        millrace.topology.late.LateRow.ROW)) {
                    String contract = contracts.stream().filter(c -> c.topic().equals(row[0])).findFirst()
                            .orElseThrow().name();
                    records.add(new LateRecord(plan.model(), contract, (Integer) row[2], (Long) row[3], (Long) row[5],
                            (Long) row[6], (Long) row[7]));
                }
            }
        }
        return records;
    }

    /** Kafka's id of a contract's topic. */
    String topicId(Contract contract) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            return admin.describeTopics(List.of(contract.topic())).allTopicNames().get().get(contract.topic()).topicId()
                    .toString();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a model may have late rows. */
    boolean setsLateRowsAside(String model) {
        return plans.stream().filter(p -> p.model().equals(model))
                .anyMatch(p -> new Pipeline.PlannedModel(p, Model.Config.DEFAULT).setsLateRowsAside());
    }

    private static String text(FieldType.Struct type, Object[] row, Set<String> without) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
            if (!without.contains(type.fields().get(i).name())) {
                values.add(row[i]);
            }
        }
        return values.toString();
    }

    private List<String> read(String topic, FieldType.Struct type, Set<String> without) throws Malformed {
        return FoldedTopic.rows(servers, topic, type).stream().map(row -> text(type, row, without)).sorted().toList();
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}

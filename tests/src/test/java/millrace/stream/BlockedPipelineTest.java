package millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.CommittedTopic;
import millrace.process.Patience;
import millrace.schemas.problem.ProblemCode;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.topic.WritableTopics;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunProblem;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a pipeline from running is said with its remedy, and the pipeline goes on by itself when it is cured. */
class BlockedPipelineTest {
    @TempDir
    Path folder;

    private final FixedRegistry registry = new FixedRegistry();

    @Test
    void aMissingTopicAndThenAMissingBroker() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
        String servers = broker.bootstrapServers();
        try (PipelineRun run = run(settings(servers).withoutCreatingTopics())) {
            run.start();
            assertThat(await(run, blocked(RunProblem.PIPELINE_TOPIC_MISSING))).satisfies(
                    s -> assertThat(((RunState.Blocked) s).problem().message()).contains(Clicks.TOPIC,
                            "web.watermarks"));
            try (PipelineRun creating = run(settings(servers))) {
                creating.start();
                await(creating, RunState.Running.class::isInstance);
            }
            await(run, RunState.Running.class::isInstance);
            broker.close();
            await(run, blocked(RunProblem.STREAM_BROKER_UNAVAILABLE));
            broker = EmbeddedBroker.start(folder.resolve("kafka"));
            await(run, RunState.Running.class::isInstance);
            produce(servers, 100);
            assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
            assertThat(rows(servers)).isPositive();
        } finally {
            broker.close();
        }
    }

    @Test
    void aRegistryThatIsAwayHoldsRecordsBackAndPutsNoneIntoQuarantine() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                PipelineRun run = run(settings(broker.bootstrapServers()))) {
            run.start();
            await(run, RunState.Running.class::isInstance);
            registry.goAway();
            produce(broker.bootstrapServers(), 100);
            await(run, blocked(RunProblem.STREAM_REGISTRY_UNAVAILABLE));
            registry.comeBack();
            await(run, RunState.Running.class::isInstance);
            assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
            assertThat(rows(broker.bootstrapServers())).isPositive();
        }
    }

    @Test
    void stopsWhileTheRegistryIsAway() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                PipelineRun run = run(settings(broker.bootstrapServers()))) {
            run.start();
            await(run, RunState.Running.class::isInstance);
            registry.goAway();
            produce(broker.bootstrapServers(), 10);
            await(run, blocked(RunProblem.STREAM_REGISTRY_UNAVAILABLE));
            run.stop();
            assertThat(run.state()).isInstanceOf(RunState.Stopped.class);
        }
    }

    @Test
    void aSourceTopicThatWasMadeAnewIsNotTakenForTheOldOne() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            try (PipelineRun run = run(settings(broker.bootstrapServers()))) {
                run.start();
                await(run, RunState.Running.class::isInstance);
                produce(broker.bootstrapServers(), 100);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
            }
            admin.deleteTopics(List.of(Clicks.TOPIC)).all().get();
            while (admin.listTopics().names().get().contains(Clicks.TOPIC)) {
                Thread.sleep(20);
            }
            WritableTopics.create(admin, Set.of(new NewTopic(Clicks.TOPIC, 4, (short) 1)));
            long before = rows(broker.bootstrapServers());
            produce(broker.bootstrapServers(), 100);
            try (PipelineRun run = run(settings(broker.bootstrapServers()))) {
                run.start();
                await(run, blocked(RunProblem.SOURCE_TOPIC_RECREATED));
                assertThat(rows(broker.bootstrapServers())).isEqualTo(before);
            }
        }
    }

    @Test
    void recordsThatExpiredUnreadAreNotPassedOverInSilence() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            String servers = broker.bootstrapServers();
            try (PipelineRun run = run(settings(servers))) {
                run.start();
                await(run, RunState.Running.class::isInstance);
                produce(servers, 100);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
            }
            produce(servers, 100);
            TopicPartition second = new TopicPartition(Clicks.TOPIC, 1);
            admin.deleteRecords(Map.of(second, RecordsToDelete.beforeOffset(40))).all().get();
            try (PipelineRun run = run(settings(servers))) {
                run.start();
                assertThat(await(run, blocked(RunProblem.STREAM_RECORDS_EXPIRED))).satisfies(
                        s -> assertThat(((RunState.Blocked) s).problem().message())
                                .contains("Partition 1", "goes on at offset 25", "holds offsets 40 to 50"));
                // A person decides that the gap may stay, as the remedy says.
                admin.alterConsumerGroupOffsets("web", Map.of(second, new OffsetAndMetadata(40))).all().get();
                await(run, RunState.Running.class::isInstance);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
            }
        }
    }

    @Test
    void offsetsThatTheGroupLostDoNotDoubleRows() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            String servers = broker.bootstrapServers();
            try (PipelineRun run = run(settings(servers))) {
                run.start();
                await(run, RunState.Running.class::isInstance);
                produce(servers, 100);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
            }
            long before = committedRows(servers);
            admin.deleteConsumerGroups(List.of("web")).all().get();
            try (PipelineRun run = run(settings(servers))) {
                run.start();
                await(run, RunState.Running.class::isInstance);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
                assertThat(committedRows(servers)).isEqualTo(before);
                produce(servers, 100);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
                assertThat(committedRows(servers)).isEqualTo(2 * before);
            }
        }
    }

    @Test
    void anotherNumberOfPartitionsThanTheContractsIsRefused() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                PipelineRun run = run(settings(broker.bootstrapServers()))) {
            WritableTopics.create(admin, Set.of(new NewTopic(Clicks.TOPIC, 3, (short) 1)));
            run.start();
            assertThat(await(run, blocked(RunProblem.TOPIC_PARTITIONS_DIFFER))).satisfies(
                    s -> assertThat(((RunState.Blocked) s).problem().message())
                            .contains("has 3 partitions, expected 4"));
        }
    }

    @Test
    void aSourceTopicMayGrowWhereModelsOnlyPassRowsOn() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            String servers = broker.bootstrapServers();
            try (PipelineRun run = run(settings(servers), 3)) {
                run.start();
                await(run, RunState.Running.class::isInstance);
                produce(servers, 99, 3);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
            }
            admin.createPartitions(Map.of(Clicks.TOPIC, NewPartitions.increaseTo(4))).all().get();
            try (PipelineRun run = run(settings(servers), 3)) {
                run.start();
                await(run, blocked(RunProblem.TOPIC_PARTITIONS_DIFFER));
            }
            try (PipelineRun run = run(settings(servers), 4)) {
                run.start();
                await(run, RunState.Running.class::isInstance);
                // No record has come in the new partition, and yet it holds nobody back.
                Patience.until("the new partition's watermark", Duration.ofMinutes(3),
                        () -> watermarks(servers).containsKey(Clicks.SILVER + "/3"),
                        () -> watermarks(servers).toString());
                assertThat(watermarks(servers).get(Clicks.SILVER + "/3").watermark()).isPositive();
                long before = committedRows(servers);
                produce(servers, 100, 4);
                assertThat(run.drain(Duration.ofMinutes(1))).isTrue();
                assertThat(committedRows(servers)).isGreaterThan(before);
            }
        }
    }

    /** What each task has told last, by topic and task. */
    private static Map<String, TaskWatermark> watermarks(String servers) {
        Map<String, TaskWatermark> told = new TreeMap<>();
        CommittedTopic.read(servers, TaskWatermark.topicOf("web"), "the watermarks").forEach(r -> TaskWatermark
                .of(r.key(), r.value()).ifPresent(w -> told.put(w.topic() + "/" + w.task(), w)));
        return told;
    }

    private PipelineRun run(RunSettings settings) {
        return run(settings, 4);
    }

    private PipelineRun run(RunSettings settings, int partitions) {
        registry.add(Clicks.schema());
        return new PipelineRun(Clicks.pipeline(partitions), settings, registry, Clicks.compiler(),
                InstantSource.system());
    }

    private RunSettings settings(String servers) {
        return StreamWorker.settings(servers, folder.resolve("state"));
    }

    private static Predicate<RunState> blocked(ProblemCode code) {
        return s -> s instanceof RunState.Blocked b && b.problem().code() == code;
    }

    private static RunState await(PipelineRun run, Predicate<RunState> wanted) {
        return run.await(wanted, Duration.ofMinutes(2))
                .orElseThrow(() -> new AssertionError("still " + run.state()));
    }

    private void produce(String servers, int count) {
        produce(servers, count, 4);
    }

    private void produce(String servers, int count, int partitions) {
        var encoder = Clicks.encoder(registry.add(Clicks.schema()));
        try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", servers), new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (long n = 0; n < count; n++) {
                long now = System.currentTimeMillis();
                producer.send(new ProducerRecord<>(Clicks.TOPIC, (int) (n % partitions), now, null,
                        encoder.encode(new Object[] {"k" + n, n, now * 1000})));
            }
        }
    }

    /** Rows of the model's topic as a reader of committed records finds them. */
    private static long committedRows(String servers) {
        return CommittedTopic.read(servers, Clicks.SILVER, "the model's rows").size();
    }

    /** The sum of the end offsets of the model's topic. */
    private static long rows(String servers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            long sum = 0;
            for (int p = 0; p < 4; p++) {
                TopicPartition partition = new TopicPartition(Clicks.SILVER, p);
                sum += admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition).get()
                        .offset();
            }
            return sum;
        }
    }
}

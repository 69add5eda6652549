package millrace.nexmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import millrace.ops.bench.PipelineEnd;
import millrace.ops.bench.nexmark.NexmarkGenerator;
import millrace.ops.bench.nexmark.NexmarkLoad;
import millrace.ops.bench.nexmark.NexmarkProject;
import millrace.ops.bench.nexmark.NexmarkQuery;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.ChildJvm;
import millrace.process.Patience;
import millrace.schemas.row.FieldType;
import millrace.stream.FixedRegistry;
import millrace.stream.FoldedTopic;
import millrace.topology.assemble.Pipeline;
import millrace.topology.run.PipelineRun;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All queries of Nexmark at once over a shuffled stream, in a process that is killed in the midst of it and then in
 * another one. What they come to is what DuckDB finds in the events, row for row.
 */
class NexmarkTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_128L);
    private static final int EVENTS = "long".equals(System.getProperty("millrace.suite")) ? 400_000 : 36_000;
    /** Several events in the same millisecond now and then; shuffled over less than two seconds of the disorder. */
    private static final NexmarkGenerator GENERATOR = new NexmarkGenerator(
            new NexmarkGenerator.Settings(SEED, 1_200, 2_000, Instant.parse("2015-07-15T23:59:45Z")));
    private static final List<NexmarkQuery> QUERIES = List.of(NexmarkQuery.values());
    private static final String PIPELINE = "nexmark";

    @TempDir
    Path folder;

    @Test
    void everyQueryGivesTheRowsThatAnotherEngineFindsInTheEvents() throws Exception {
        NexmarkProject project = NexmarkProject.in(folder.resolve("project"));
        Pipeline pipeline = project.pipeline(PIPELINE, QUERIES);
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"))) {
            String servers = broker.bootstrapServers();
            try (NexmarkLoad load = new NexmarkLoad(GENERATOR, project, servers, new FixedRegistry())) {
                load.createTopics(pipeline.contracts());
                if (pipeline.contracts().contains(project.sideInput())) {
                    load.produceSideInput();
                }
                killInTheMidst(load, servers);
                load.end();
            }
            try (PipelineRun run = NexmarkWorker.run(pipeline, servers, folder.resolve("worker/state"))) {
                run.start();
                try (PipelineEnd end = new PipelineEnd(servers, PIPELINE,
                        QUERIES.stream().map(NexmarkQuery::model).toList())) {
                    Patience.until("the end; seed " + SEED, Duration.ofMinutes(5),
                            () -> end.isReachedWithin(Duration.ofMillis(200)), () -> run.state() + " " + end);
                }
            }
            assertThat(differences(pipeline, servers)).as("seed %d", SEED).isEmpty();
        }
    }

    /** Produces all events while a worker reads them, and kills it when it has given out some rows and lacks others. */
    private void killInTheMidst(NexmarkLoad load, String servers) {
        String[] arguments = Stream.concat(Stream.of(servers, folder.resolve("worker").toString()),
                QUERIES.stream().map(NexmarkQuery::shortName)).toArray(String[]::new);
        load.produce(0, EVENTS / 3);
        try (ChildJvm worker = ChildJvm.start(folder.resolve("worker.log"), List.of(), NexmarkWorker.class, arguments);
                Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            Patience.until("the first rows of q0 and q15; seed " + SEED, Duration.ofMinutes(2),
                    () -> size(admin, NexmarkQuery.Q0) > 0 && size(admin, NexmarkQuery.Q15) > 0, worker::output);
            Random random = new Random(SEED);
            load.produce(EVENTS / 3, EVENTS * 2 / 3);
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
            worker.kill();
            assertThat(size(admin, NexmarkQuery.Q0)).as("not all was done before; seed %d", SEED).isLessThan(EVENTS);
        }
        load.produce(EVENTS * 2 / 3, EVENTS);
    }

    /** How many records a query's topic has, those of open transactions too. */
    private static long size(Admin admin, NexmarkQuery query) {
        String topic = PIPELINE + "." + query.model();
        try {
            if (!admin.listTopics().names().get().contains(topic)) {
                return 0;
            }
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions()
                    .forEach(p -> ends.put(new TopicPartition(topic, p.partition()), OffsetSpec.latest()));
            return admin.listOffsets(ends).all().get().values().stream().mapToLong(r -> r.offset()).sum();
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** By query, which rows are missing and which are too many. */
    private static Map<String, String> differences(Pipeline pipeline, String servers) throws Exception {
        Map<String, String> differences = new TreeMap<>();
        int partitions = pipeline.contracts().get(0).partitions();
        try (AuctionHouse house = new AuctionHouse(LongStream.range(0, EVENTS).mapToObj(GENERATOR::event).toList(),
                partitions)) {
            for (Pipeline.PlannedModel model : pipeline.models()) {
                for (NexmarkQuery query : QUERIES) {
                    if (query.model().equals(model.name())) {
                        FieldType.Struct type = model.plan().rowType();
                        List<String> found = FoldedTopic.rows(servers, pipeline.topicOf(model.name()), type).stream()
                                .map(Arrays::toString).toList();
                        difference(house.rows(query), found).forEach(d -> differences.put(query.shortName(), d));
                    }
                }
            }
        }
        return differences;
    }

    private static List<String> difference(List<String> expected, List<String> found) {
        if (expected.isEmpty()) {
            return List.of("nothing to compare");
        }
        Map<String, Integer> counts = new TreeMap<>();
        expected.forEach(row -> counts.merge(row, 1, Integer::sum));
        found.forEach(row -> counts.merge(row, -1, Integer::sum));
        List<String> wrong = new ArrayList<>();
        counts.forEach((row, count) -> {
            if (count != 0) {
                wrong.add((count > 0 ? "missing " : "too many ") + Math.abs(count) + " " + row);
            }
        });
        return wrong.isEmpty()
                ? List.of()
                : List.of(found.size() + " rows instead of " + expected.size() + "; the first that differ: "
                        + String.join("\n", wrong.subList(0, Math.min(6, wrong.size()))));
    }
}

package millrace.ops.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.replay.facts.TopicFactsReader.Bronze;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.run.BronzeArchive;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.history.TopicHistory;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import millrace.topology.assemble.Pipeline;
import millrace.topology.run.Topics;
import org.apache.avro.Schema;

/** The bronze tables of a pipeline, for replays of records that Kafka has let go. */
final class Histories {
    private final Deployment live;
    private final Map<String, String> catalog;
    private final ConfluentRegistry registry;
    private final Topics topics;

    Histories(Deployment live, Map<String, String> catalog, ConfluentRegistry registry, Topics topics) {
        this.live = live;
        this.catalog = catalog;
        this.registry = registry;
        this.topics = topics;
    }

    /** What a bronze table has. */
    Bronze bronze(DeployedTable table, TableCatalog open) {
        SourcePosition landed = open.landed(table.name());
        return new Bronze(landed.topicId(), open.firstOffsets(table.name()), landed.next(),
                forgets(table));
    }

    private static boolean forgets(DeployedTable table) {
        return table.spec().ages().keep().isPresent();
    }

    /**
     * Makes sure that bronze can give back what a plan reads from it.
     *
     * @throws ProblemException with what it does not tell
     */
    void requireAlike(ReplayPlan plan, Deployment replayed) {
        List<Problem> problems = new ArrayList<>();
        for (ReplayPlan.Read read : plan.reads()) {
            Optional<DeployedTable> table = live.bronzeOf(read.contract());
            // With the bytes of records nothing has to be told.
            if (read.fromBronze() > 0 && table.isPresent() && table.get().spec().layout() != Layout.BRONZE_RAW) {
                Contract contract = replayed.pipeline().contract(read.contract()).orElseThrow();
                TopicHistory.open(catalog, table.get().name(), contract, writers(contract),
                        forgets(table.get()), schema -> 0)
                        .ifPresent(history -> {
                            try (history) {
                                problems.addAll(history.problems());
                            }
                        });
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }

    /** All bronze tables that a replay may have to go back to. */
    BronzeArchive archive(ReplayPlan plan, Deployment replayed) {
        Map<String, Topics.Facts> described = topics.describe(plan.reads().stream().map(ReplayPlan.Read::topic)
                .toList());
        List<BronzeArchive.Source> sources = new ArrayList<>();
        for (ReplayPlan.Read read : plan.reads()) {
            live.bronzeOf(read.contract()).ifPresent(table -> {
                Contract contract = replayed.pipeline().contract(read.contract()).orElseThrow();
                boolean compacted = described.containsKey(read.topic()) && described.get(read.topic()).compacted();
                Map<Integer, Long> ends = new HashMap<>();
                read.partitions().forEach(p -> p.end().ifPresent(end -> ends.put(p.partition(), end)));
                sources.add(new BronzeArchive.Source(contract, table.name(), read.topicId(),
                        compacted ? BronzeArchive.Log.COMPACTED : BronzeArchive.Log.WHOLE, ends, forgets(table),
                        writers(contract)));
            });
        }
        return new BronzeArchive(catalog, sources, registry, plan.application());
    }

    private List<Schema> writers(Contract contract) {
        return contract.format() == Contract.WireFormat.AVRO
                ? registry.versions(Pipeline.subjectOf(contract.topic()))
                : List.of();
    }
}

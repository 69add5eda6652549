package millrace.ops.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.run.Connections;
import millrace.replay.amend.LateRecord;
import millrace.schemas.contract.Contract;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.publish.RangePublisher.Exactness.Verdict;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.Plan;
import millrace.topology.reach.Exchanges;
import millrace.topology.run.Topics;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** The records that came too late for the models of a pipeline, as its late tables have them. */
final class LateArrivals {
    private static final long LOOK_MILLIS = 500;
    private static final String EVENT_TIME = "event_time";
    private static final List<String> COLUMNS = List.of("topic_id", "partition", "offset", EVENT_TIME, "window_start",
            "window_end");

    private final Deployment live;
    private final Connections connections;
    private final Topics topics;

    /**
     * @param known by contract and partition, the offset up to which these are all that came too late
     */
    record Found(List<LateRecord> records, Map<String, Map<Integer, Long>> known) {}

    LateArrivals(Deployment live, Connections connections, Topics topics) {
        this.live = live;
        this.connections = connections;
        this.topics = topics;
    }

    /**
     * Waits until the tables have all that has come too late so far.
     *
     * @param since event time, in microseconds, before which none are wanted
     * @param stop ends the waiting
     * @param waits is told what it waits for
     * @return nothing if it was stopped
     */
    Optional<Found> await(long since, BooleanSupplier stop, Consumer<String> waits) throws InterruptedException {
        List<DeployedTable> tables = live.tables().stream().filter(t -> t.kind() == DeployedTable.Kind.LATE).toList();
        List<Plan> plans = live.pipeline().models().stream().map(Pipeline.PlannedModel::plan).toList();
        List<String> applications = new ArrayList<>(List.of(live.name()));
        live.applications().values().stream().distinct().forEach(applications::add);
        try (TableCatalog catalog = TableCatalog.open(connections.catalog());
                Passage passage = new Passage(applications,
                        Exchanges.before(tables.stream().map(DeployedTable::source).toList(), plans),
                        tables.stream().map(t -> t.spec().topic()).toList(), topics, connections.kafkaClient())) {
            Map<TopicPartition, Long> read = passage.slowest();
            for (DeployedTable table : tables) {
                while (passage.landed(read, table.spec().topic(),
                        Optional.of(catalog.landed(table.name()))) instanceof Verdict.NotYet notYet) {
                    if (stop.getAsBoolean()) {
                        return Optional.empty();
                    }
                    waits.accept(table.name() + ": " + notYet.why());
                    Thread.sleep(LOOK_MILLIS);
                }
            }
            return Optional.of(found(catalog, tables, since, read));
        }
    }

    private Found found(TableCatalog catalog, List<DeployedTable> tables, long since, Map<TopicPartition, Long> read) {
        Map<UUID, String> contracts = new HashMap<>();
        Map<String, Map<Integer, Long>> known = new HashMap<>();
        Map<String, Topics.Facts> described = topics.describe(live.pipeline().contracts().stream().map(Contract::topic)
                .toList());
        for (Contract contract : live.pipeline().contracts()) {
            Optional.ofNullable(described.get(contract.topic())).ifPresent(facts -> {
                Uuid id = facts.id();
                contracts.put(new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()), contract.name());
            });
            Map<Integer, Long> offsets = new HashMap<>();
            read.forEach((partition, next) -> {
                if (partition.topic().equals(contract.topic())) {
                    offsets.put(partition.partition(), next);
                }
            });
            known.put(contract.name(), offsets);
        }
        List<LateRecord> records = new ArrayList<>();
        for (DeployedTable table : tables) {
            catalog.rows(table.name(), new RowRange(EVENT_TIME, OptionalLong.of(since), OptionalLong.empty()), COLUMNS,
                    row -> {
                        // Of a topic that is no more nothing can be computed again.
                        String contract = contracts.get(row[0]);
                        if (contract != null) {
                            records.add(new LateRecord(table.source(), contract, (Integer) row[1], (Long) row[2],
                                    (Long) row[3], (Long) row[4], (Long) row[5]));
                        }
                    });
        }
        return new Found(records, known);
    }
}

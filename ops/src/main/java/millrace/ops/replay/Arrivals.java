package millrace.ops.replay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.replay.plan.PlanRequest.Arrived;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.PartitionRead;
import millrace.replay.plan.ReplayPlan.Read;
import millrace.replay.plan.ReplayPlan.Times;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.publish.RangePublisher.Exactness;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.topology.run.Topics;
import org.apache.kafka.common.TopicPartition;

/** Which records of a stretch of time have come, as bronze tables tell; for models that take them however late. */
final class Arrivals implements Arrived {
    private final Deployment live;
    private final Map<String, String> catalogProperties;

    Arrivals(Deployment live, Map<String, String> catalogProperties) {
        this.live = live;
        this.catalogProperties = catalogProperties;
    }

    @Override
    public Optional<SortedMap<Integer, Long>> last(String contract, Times times) {
        try (TableCatalog catalog = TableCatalog.open(catalogProperties)) {
            return bronze(contract).flatMap(bronze -> catalog.lastOffsets(bronze.name(), new RowRange(
                    timeOf(live.pipeline().contract(contract).orElseThrow()), OptionalLong.of(times.from()),
                    OptionalLong.of(times.to()))));
        }
    }

    private Optional<DeployedTable> bronze(String contract) {
        return live.tables().stream()
                .filter(t -> t.kind() == DeployedTable.Kind.BRONZE && t.source().equals(contract)).findFirst();
    }

    private static String timeOf(Contract contract) {
        return contract.eventTime().map(e -> e.column()).orElse(OriginColumn.TIMESTAMP.columnName());
    }

    /**
     * Whether a replay has read all records that the live pipeline's tables may have rows of. Offsets are committed with
     * what follows from the records, so no table has a row of one behind them.
     */
    Exactness of(ReplayPlan plan, Topics topics) {
        return () -> {
            Map<TopicPartition, Long> processed = topics.committed(plan.pipeline());
            for (Read read : plan.reads()) {
                if (read.late().isPresent()) {
                    Exactness.Verdict verdict = verdict(read, read.late().get(), processed);
                    if (!(verdict instanceof Exactness.Verdict.Exact)) {
                        return verdict;
                    }
                }
            }
            return Exactness.Verdict.EXACT;
        };
    }

    private Exactness.Verdict verdict(Read read, Times times, Map<TopicPartition, Long> processed) {
        Map<Integer, Long> landed = landed(read.contract());
        for (PartitionRead p : read.partitions()) {
            long next = processed.getOrDefault(new TopicPartition(read.topic(), p.partition()), 0L);
            if (landed.getOrDefault(p.partition(), 0L) < next) {
                return new Exactness.Verdict.NotYet("bronze." + read.contract() + " has partition " + p.partition()
                        + " up to offset " + landed.getOrDefault(p.partition(), 0L) + ", and the models up to " + next);
            }
        }
        SortedMap<Integer, Long> last = last(read.contract(), times).orElseThrow();
        for (PartitionRead p : read.partitions()) {
            if (last.getOrDefault(p.partition(), -1L) >= p.end().orElse(Long.MAX_VALUE)) {
                return new Exactness.Verdict.Inexact(Problem.of(ReplayProblem.REPLAY_LATE_RECORDS, read.contract(),
                        "Records of the range have come to " + read.topic()
                                + " since the replay was planned, the last at offset "
                                + last.get(p.partition()) + " of partition " + p.partition() + "; it has read up to "
                                + p.end().orElse(Long.MAX_VALUE) + ".")
                        .withRemedy(ReplayProblem.REPLAY_LATE_RECORDS.remedy()));
            }
        }
        return Exactness.Verdict.EXACT;
    }

    private Map<Integer, Long> landed(String contract) {
        Map<Integer, Long> landed = new HashMap<>();
        bronze(contract).ifPresent(bronze -> TableBranches.of(catalogProperties, bronze.name()).stream()
                .flatMap(List::stream).filter(r -> r.name().equals("main")).findFirst()
                .ifPresent(main -> landed.putAll(main.next())));
        return landed;
    }
}

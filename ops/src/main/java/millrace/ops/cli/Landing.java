package millrace.ops.cli;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.Condition;
import millrace.ops.observe.Status;
import millrace.ops.observe.TableStatus;
import millrace.ops.observe.TableStatus.PartitionStatus;
import millrace.schemas.contract.Contract;

/**
 * Which tables are to show the rows of a load, and which of them do. The contract's own table does so when it has passed
 * the topic's end; a model's, if the load has ended the topic and nothing else feeds the model, when it is complete
 * through the end of time.
 */
final class Landing {
    /** Beyond any event time: an end marker says that nothing is to come. */
    private static final Instant THE_END = Instant.parse("9000-01-01T00:00:00Z");

    private final String bronze;
    private final Set<String> models;
    private final Map<Integer, Long> ends = new TreeMap<>();

    private Landing(String bronze, Set<String> models) {
        this.bronze = bronze;
        this.models = models;
    }

    /** Of a load that has left its topic open. */
    static Landing open(Deployment deployment, Contract contract) {
        return new Landing(table(deployment, contract), Set.of());
    }

    /** Of a load that has ended its topic. */
    static Landing ended(Deployment deployment, Contract contract) {
        return new Landing(table(deployment, contract), deployment.tables().stream()
                .filter(t -> t.kind() == DeployedTable.Kind.MODEL
                        && deployment.contractsOf(t.source()).equals(Set.of(contract.name())))
                .map(DeployedTable::name).collect(Collectors.toSet()));
    }

    private static String table(Deployment deployment, Contract contract) {
        return deployment.bronzeOf(contract.name()).orElseThrow().name();
    }

    /** What this look tells; the first must come after the load. */
    Seen look(Status status) {
        List<TableStatus> awaited = status.tables().stream()
                .filter(t -> t.name().equals(bronze) || models.contains(t.name())).toList();
        awaited.stream().filter(t -> t.name().equals(bronze)).flatMap(t -> t.partitions().stream())
                .forEach(p -> ends.putIfAbsent(p.partition(), p.end()));
        return new Seen(names(awaited.stream().filter(this::isThere).toList()),
                names(awaited.stream().filter(t -> !isThere(t)).toList()),
                names(awaited.stream().filter(t -> !isThere(t) && t.condition() == Condition.BLOCKED).toList()));
    }

    private boolean isThere(TableStatus table) {
        if (!table.name().equals(bronze)) {
            return table.completeThrough().filter(THE_END::isBefore).isPresent();
        }
        return !table.partitions().isEmpty() && table.partitions().stream().allMatch(this::isPassed);
    }

    private boolean isPassed(PartitionStatus p) {
        return p.position() >= ends.get(p.partition());
    }

    private static List<String> names(List<TableStatus> tables) {
        return tables.stream().map(TableStatus::name).toList();
    }

    /** @param blocked those of {@code missing} that cannot go on by themselves */
    record Seen(List<String> there, List<String> missing, List<String> blocked) {}
}

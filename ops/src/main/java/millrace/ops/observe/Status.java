package millrace.ops.observe;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How everything is at one moment.
 *
 * @param at when it was looked at
 * @param condition the worst of all pipelines and tables
 * @param pipelines in the project's order
 * @param tables in the order rows reach them: bronze, models, late rows, quarantine
 * @param quarantine one entry for each contract, then for each model that may refuse rows of its own
 * @param blocked everything that cannot go on without a cure, the oldest first
 */
public record Status(Instant at, Condition condition, List<PipelineStatus> pipelines,
        List<TableStatus> tables, List<QuarantineStatus> quarantine, List<Blocked> blocked) {

    public Status {
        pipelines = List.copyOf(pipelines);
        tables = List.copyOf(tables);
        quarantine = List.copyOf(quarantine);
        blocked = List.copyOf(blocked);
    }

    /** Assembled from its parts; the condition follows from them. */
    public static Status of(Instant at, List<PipelineStatus> pipelines, List<TableStatus> tables,
            List<QuarantineStatus> quarantine, List<Blocked> blocked) {
        Condition worst = tables.stream().map(TableStatus::condition).max(Comparator.naturalOrder())
                .orElse(Condition.EMPTY);
        for (PipelineStatus pipeline : pipelines) {
            worst = Condition.worse(worst, pipeline.condition());
        }
        if (!blocked.isEmpty()) {
            worst = Condition.worse(worst, Condition.BLOCKED);
        }
        List<Blocked> oldestFirst = blocked.stream().sorted(Comparator.comparing(Blocked::since)).toList();
        return new Status(at, worst, pipelines, tables, quarantine, oldestFirst);
    }

    /** The table of this name, such as {@code silver.clicks}. */
    public Optional<TableStatus> table(String name) {
        return tables.stream().filter(t -> t.name().equals(name)).findFirst();
    }
}

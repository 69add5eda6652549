package millrace.sinks.iceberg.age;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.schemas.time.TaskWatermark;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.Tier;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;

/**
 * How old the partitions of a table are, and where their rows belong by that. Pure.
 *
 * <p>
 * A partition ages by the table's own clock, which is the event time through which the table is complete, and never runs
 * ahead of the wall clock: so rows of years ago that are read again are as old as they were then. A topic that has ended says
 * nothing of time any more, and its table stays as it is. Partitions of the time of the records themselves age by the wall
 * clock, as they do in Kafka.
 *
 * <p>
 * It ages from the end of the coarsest partition on that its rows may come to lie in: a day of a table whose tiers have months
 * ages with its month. So rows that are put together have one age before and after, and which are there does not depend on
 * when they were moved from one tier to the next.
 */
public final class PartitionAges {
    /** Of tables whose rows stay where they are. */
    public static final PartitionAges NONE = new PartitionAges(Map.of(), Map.of(), AgeRules.NONE, -1,
            OptionalLong.empty());

    private final Map<Integer, PartitionSpec> specs;
    private final Map<String, PartitionSpec> ofTiers;
    private final AgeRules rules;
    private final int column;
    private final OptionalLong clockMicros;

    private PartitionAges(Map<Integer, PartitionSpec> specs, Map<String, PartitionSpec> ofTiers, AgeRules rules,
            int column, OptionalLong clockMicros) {
        this.specs = specs;
        this.ofTiers = ofTiers;
        this.rules = rules;
        this.column = column;
        this.clockMicros = clockMicros;
    }

    /**
     * @param specs all that the table has, by their ids
     * @param current the one of new rows
     * @param ofTiers by the names of tiers, of those that have one
     * @param completeThrough event time in microseconds; empty if the table does not say it
     */
    public static PartitionAges of(Map<Integer, PartitionSpec> specs, PartitionSpec current,
            Map<String, PartitionSpec> ofTiers, AgeRules rules, OptionalLong completeThrough, Instant now) {
        Optional<PartitionTime> time = PartitionTime.of(current);
        if (time.isEmpty()) {
            return NONE;
        }
        int column = time.get().sourceId();
        long wall = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        boolean ofRecords = current.schema().findColumnName(column).equals(OriginColumn.TIMESTAMP.columnName());
        OptionalLong clock = ofRecords
                ? OptionalLong.of(wall)
                : completeThrough.stream().filter(t -> t != TaskWatermark.END).map(t -> Math.min(t, wall)).findFirst();
        return new PartitionAges(specs, ofTiers, rules, column, clock);
    }

    /** Whether partitions of new rows say of which time they are. */
    public boolean tellTime() {
        return this != NONE;
    }

    /** How long a partition's time has been over, less than nothing if it is not; empty if that is not known. */
    public Optional<Duration> ageOf(int specId, StructLike partition) {
        OptionalLong end = end(specs.get(specId), partition);
        return end.isEmpty() || clockMicros.isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.of(clockMicros.getAsLong(), ChronoUnit.MICROS).minus(Duration
                        .of(lastEnd(specs.get(specId), partition, end.getAsLong()), ChronoUnit.MICROS)));
    }

    /** Where the rows of a partition belong. */
    public Home homeOf(int specId, StructLike partition) {
        Optional<Duration> age = ageOf(specId, partition);
        if (age.isEmpty()) {
            return Home.YOUNG;
        }
        PartitionSpec spec = specs.get(specId);
        if (rules.isOver(age.get())) {
            return Home.NOWHERE;
        }
        return rules.tierAt(age.get()).<Home>map(tier -> inTier(tier, spec, partition)).orElse(Home.YOUNG);
    }

    private Home.InTier inTier(Tier tier, PartitionSpec spec, StructLike partition) {
        PartitionSpec wanted = ofTiers.get(tier.name());
        Optional<Coarsening> coarsening = wanted == null ? Optional.empty() : Coarsening.of(spec, wanted);
        return coarsening.map(c -> new Home.InTier(tier, wanted, c.of(partition)))
                .orElseGet(() -> new Home.InTier(tier, spec, partition));
    }

    /** When the last of the partitions ends that its rows may come to lie in. */
    private long lastEnd(PartitionSpec spec, StructLike partition, long own) {
        long last = own;
        for (PartitionSpec tier : ofTiers.values()) {
            Optional<Coarsening> coarsening = Coarsening.of(spec, tier);
            if (coarsening.isPresent()) {
                last = Math.max(last, end(tier, coarsening.get().of(partition)).orElse(last));
            }
        }
        return last;
    }

    private OptionalLong end(PartitionSpec spec, StructLike partition) {
        Optional<PartitionTime> time = spec == null ? Optional.empty() : PartitionTime.of(spec);
        return time.filter(t -> t.sourceId() == column).map(t -> t.endMicros(partition)).orElse(OptionalLong.empty());
    }
}

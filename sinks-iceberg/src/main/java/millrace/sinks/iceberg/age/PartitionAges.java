package millrace.sinks.iceberg.age;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
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
    public static final PartitionAges NONE = new PartitionAges(Map.of(), AgeRules.NONE, OptionalLong.empty());

    private final Map<Integer, Aging> aging;
    private final AgeRules rules;
    private final OptionalLong clockMicros;

    /**
     * A spec whose partitions have an age.
     *
     * @param coarser by the names of tiers, those of their specs that its partitions lie within
     */
    private record Aging(PartitionSpec spec, PartitionTime time, Map<String, Coarser> coarser) {}

    private record Coarser(PartitionSpec spec, Coarsening of, PartitionTime time) {}

    private PartitionAges(Map<Integer, Aging> aging, AgeRules rules, OptionalLong clockMicros) {
        this.aging = aging;
        this.rules = rules;
        this.clockMicros = clockMicros;
    }

    /**
     * @param specs all that the table has, by their ids
     * @param current the one of new rows
     * @param ofTiers by the names of tiers, of those that have one; each says the time that the current one says
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
        Map<Integer, Aging> aging = new HashMap<>();
        specs.forEach((id, spec) -> timeBy(column, spec)
                .ifPresent(t -> aging.put(id, new Aging(spec, t, coarser(spec, column, ofTiers)))));
        return new PartitionAges(aging, rules, clock);
    }

    private static Map<String, Coarser> coarser(PartitionSpec spec, int column, Map<String, PartitionSpec> ofTiers) {
        Map<String, Coarser> coarser = new HashMap<>();
        ofTiers.forEach((name, tier) -> Coarsening.of(spec, tier).ifPresent(of -> timeBy(column, tier)
                .ifPresent(time -> coarser.put(name, new Coarser(tier, of, time)))));
        return coarser;
    }

    private static Optional<PartitionTime> timeBy(int column, PartitionSpec spec) {
        return PartitionTime.of(spec).filter(t -> t.sourceId() == column);
    }

    /** Whether partitions of new rows say of which time they are. */
    public boolean tellTime() {
        return this != NONE;
    }

    /** How long a partition's time has been over, less than nothing if it is not; empty if that is not known. */
    public Optional<Duration> ageOf(int specId, StructLike partition) {
        Aging of = aging.get(specId);
        OptionalLong end = of == null ? OptionalLong.empty() : of.time().endMicros(partition);
        return end.isEmpty() || clockMicros.isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.of(clockMicros.getAsLong(), ChronoUnit.MICROS)
                        .minus(Duration.of(lastEnd(of, partition, end.getAsLong()), ChronoUnit.MICROS)));
    }

    /** Where the rows of a partition belong. */
    public Home homeOf(int specId, StructLike partition) {
        Optional<Duration> age = ageOf(specId, partition);
        if (age.isEmpty()) {
            return Home.YOUNG;
        }
        if (rules.isOver(age.get())) {
            return Home.NOWHERE;
        }
        return rules.tierAt(age.get()).<Home>map(tier -> inTier(tier, aging.get(specId), partition))
                .orElse(Home.YOUNG);
    }

    private static Home.InTier inTier(Tier tier, Aging of, StructLike partition) {
        Coarser there = of.coarser().get(tier.name());
        return there == null
                ? new Home.InTier(tier, of.spec(), partition)
                : new Home.InTier(tier, there.spec(), there.of().of(partition));
    }

    /** When the last of the partitions ends that its rows may come to lie in. */
    private static long lastEnd(Aging of, StructLike partition, long own) {
        return of.coarser().values().stream().mapToLong(c -> c.time().endMicros(c.of().of(partition)).orElse(own))
                .reduce(own, Math::max);
    }
}

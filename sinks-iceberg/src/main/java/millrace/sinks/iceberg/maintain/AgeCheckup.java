package millrace.sinks.iceberg.maintain;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.schemas.time.TaskWatermark;
import millrace.sinks.iceberg.age.PartitionAges;
import millrace.sinks.iceberg.age.TierLayout;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.Table;

/**
 * How old a table's partitions are, and what maintenance would do about it now. Changes nothing.
 *
 * @param completeThrough event time by which partitions age, unless they are of the time of the records; empty if the table
 *        does not say it
 * @param notAging why nothing in it ages, if nothing does
 * @param partitions from the oldest on; those whose age is not known last
 */
public record AgeCheckup(Optional<Instant> completeThrough, Optional<String> notAging, List<Partition> partitions) {
    private static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);

    /**
     * Files of one partition.
     *
     * @param path such as {@code at_day=2026-11-30}; empty in a table without partitions
     * @param age how long its time has been over, less than nothing if it is not; empty for rows without a time
     * @param belongs where
     * @param tier its name, where it belongs to one
     * @param toMove files that do not lie there yet
     */
    public record Partition(String path, Optional<Duration> age, Belongs belongs, Optional<String> tier, long files,
            long rows, long bytes, long toMove) {}

    /** Where the rows of a partition belong. */
    public enum Belongs {
        /** Where they came in. */
        HERE,
        /** In a tier. */
        TIER,
        /** Not in the table any more. */
        NOWHERE
    }

    /**
     * Looks at all manifests.
     *
     * @param catalogProperties Iceberg's
     * @return nothing if there is no such table
     * @throws millrace.schemas.problem.ProblemException if the rules of its tiers cannot be read
     */
    public static Optional<AgeCheckup> of(Map<String, String> catalogProperties, TableSpec spec, Instant now) {
        return Catalogs.withTable(catalogProperties, spec.qualifiedName(), t -> of(t, spec, now));
    }

    static AgeCheckup of(Table table, TableSpec spec, Instant now) {
        OptionalLong clock = TableCheckup.clock(table);
        boolean ended = clock.stream().anyMatch(t -> t == TaskWatermark.END);
        PartitionAges ages = TierLayout.ages(table, spec, clock, now);
        List<Partition> partitions = table.currentSnapshot() == null
                ? List.of()
                : TableFiles.of(table, ages).byPartition(table, ages).stream()
                        .sorted(Comparator.comparing((Partition p) -> p.age().map(Duration::negated).orElse(NEVER))
                                .thenComparing(Partition::path))
                        .toList();
        Optional<String> notAging = partitions.stream().anyMatch(p -> p.age().isPresent())
                ? Optional.empty()
                : Optional.of(!ages.tellTime()
                        ? "it is not partitioned by a time"
                        : ended
                                ? "its topic has ended, so no time passes in it any more"
                                : "it does not say through which event time it is complete");
        Optional<Instant> completeThrough = clock.stream().filter(t -> !ended)
                .mapToObj(micros -> Instant.EPOCH.plus(micros, ChronoUnit.MICROS)).findFirst();
        return new AgeCheckup(completeThrough, notAging, partitions);
    }
}

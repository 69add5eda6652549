package millrace.sinks.iceberg.age;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import millrace.schemas.time.TaskWatermark;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.Tier;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How old partitions are, and where their rows belong by that. */
class PartitionAgesTest {
    private static final Schema SCHEMA = new Schema(
            Types.NestedField.optional(1, "at", Types.TimestampType.withZone()),
            Types.NestedField.optional(2, "region", Types.StringType.get()),
            Types.NestedField.optional(3, "day", Types.DateType.get()),
            Types.NestedField.required(4, "_timestamp", Types.TimestampType.withZone()));
    private static final PartitionSpec DAYS = PartitionSpec.builderFor(SCHEMA).withSpecId(0).day("at")
            .identity("region").build();
    private static final PartitionSpec MONTHS = PartitionSpec.builderFor(SCHEMA).withSpecId(1).month("at").build();
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

    @ParameterizedTest
    @CsvSource({"2026-06-15, not over", "2026-06-01, not over", "2026-05-31, warm 2026-05", "2026-05-01, warm 2026-05",
            "2026-04-20, warm 2026-04", "2026-03-31, cold 2026-03", "2025-06-01, cold 2025-06", "2025-05-31, over"})
    void aDayThatBecomesAMonthAgesWithIt(String day, String expected) {
        PartitionAges ages = ages(micros("2026-06-15T00:00:00Z"));
        StructLike partition = days(day);
        assertThat(says(ages, partition)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"2026-06-15, not over", "2026-06-14, young", "2026-06-06, young", "2026-06-05, there",
            "2025-06-29, over"})
    void oneThatStaysADayAgesAlone(String day, String expected) {
        AgeRules rules = new AgeRules(Optional.of(Duration.ofDays(350)), List.of(new Tier("warm", Duration.ofDays(9),
                List.of(), Optional.of("gzip"), Optional.empty(), Optional.empty())));
        PartitionAges ages = PartitionAges.of(Map.of(0, DAYS), DAYS, Map.of(), rules, micros("2026-06-15T00:00:00Z"),
                NOW);
        StructLike partition = days(day);
        if (ages.homeOf(0, partition) instanceof Home.InTier there) {
            assertThat(expected).isEqualTo("there");
            assertThat(there.spec()).isEqualTo(DAYS);
            assertThat(there.partition()).isEqualTo(partition);
        } else {
            assertThat(says(ages, partition)).isEqualTo(expected);
        }
    }

    @Test
    void monthsThatRowsHaveMovedToAgeAsTheirDaysDid() {
        PartitionAges ages = ages(micros("2026-06-15T00:00:00Z"));
        PartitionData may = new PartitionData(MONTHS.partitionType());
        may.set(0, (2026 - 1970) * 12 + 4);
        assertThat(ages.ageOf(1, may)).hasValue(Duration.ofDays(14));
        assertThat(ages.homeOf(1, may)).isInstanceOfSatisfying(Home.InTier.class, home -> {
            assertThat(home.tier().name()).isEqualTo("warm");
            assertThat(home.spec()).isEqualTo(MONTHS);
            assertThat(home.partition().get(0, Integer.class)).isEqualTo((2026 - 1970) * 12 + 4);
        });
    }

    @Test
    void whatIsNotKnownStays() {
        assertThat(ages(OptionalLong.empty()).homeOf(0, days("2020-01-01"))).isEqualTo(Home.YOUNG);
        assertThat(ages(OptionalLong.of(TaskWatermark.END)).homeOf(0, days("2020-01-01"))).as("a topic that has ended")
                .isEqualTo(Home.YOUNG);
        PartitionAges ages = ages(micros("2026-06-15T00:00:00Z"));
        assertThat(ages.ageOf(0, new PartitionData(DAYS.partitionType()))).isEmpty();
        assertThat(ages.homeOf(0, new PartitionData(DAYS.partitionType()))).isEqualTo(Home.YOUNG);
        assertThat(ages.homeOf(7, days("2020-01-01"))).isEqualTo(Home.YOUNG);
    }

    @Test
    void whatIsForEverIsNeverOver() {
        PartitionAges ages = ages(micros("2026-06-15T00:00:00Z"));
        for (int day : new int[] {Integer.MAX_VALUE, 106_751_991}) {
            PartitionData partition = new PartitionData(DAYS.partitionType());
            partition.set(0, day);
            assertThat(ages.homeOf(0, partition)).isEqualTo(Home.YOUNG);
        }
        PartitionData first = new PartitionData(DAYS.partitionType());
        first.set(0, Integer.MIN_VALUE);
        assertThat(ages.homeOf(0, first)).isEqualTo(Home.NOWHERE);
    }

    @Test
    void theWallClockCountsForPartitionsOfRecordsAndIsNeverOvertaken() {
        PartitionSpec arrival = PartitionSpec.builderFor(SCHEMA).withSpecId(0).day("_timestamp").build();
        PartitionData first = new PartitionData(arrival.partitionType());
        first.set(0, (int) LocalDate.parse("2026-06-13").toEpochDay());
        PartitionAges ages = PartitionAges.of(Map.of(0, arrival), arrival, Map.of(), rules(), OptionalLong.empty(),
                NOW);
        assertThat(ages.ageOf(0, first)).hasValue(Duration.ofHours(36));
        assertThat(ages(micros("2030-01-01T00:00:00Z")).ageOf(0, days("2026-05-31"))).hasValue(Duration.ofHours(348));
    }

    @Test
    void tiersGoOnWithWhatTheyDoNotSay() {
        AgeRules rules = new AgeRules(Optional.empty(),
                List.of(new Tier("b", Duration.ofDays(9), List.of(), Optional.empty(), Optional.of("9"),
                        Optional.of("s3://x/")),
                        new Tier("a", Duration.ofDays(3), List.of("month(at)"), Optional.of("zstd"), Optional.of("3"),
                                Optional.empty()),
                        new Tier("c", Duration.ofDays(12), List.of("year(at)"), Optional.of("gzip"),
                                Optional.empty(), Optional.empty())));
        assertThat(rules.tiers()).containsExactly(
                new Tier("a", Duration.ofDays(3), List.of("month(at)"), Optional.of("zstd"), Optional.of("3"),
                        Optional.empty()),
                new Tier("b", Duration.ofDays(9), List.of("month(at)"), Optional.of("zstd"), Optional.of("9"),
                        Optional.of("s3://x")),
                new Tier("c", Duration.ofDays(12), List.of("year(at)"), Optional.of("gzip"), Optional.empty(),
                        Optional.of("s3://x")));
    }

    /** Rows of one partition are rows of one coarser partition, and that is where Iceberg puts them itself. */
    @Test
    void coarserPartitionsAreThoseOfIceberg() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            int fine = random.nextInt(4);
            int coarse = fine + random.nextInt(4 - fine);
            PartitionSpec from = spec(fine, true);
            PartitionSpec to = spec(coarse, random.nextBoolean());
            long micros = (long) (random.nextGaussian() * 3e15);
            GenericRecord row = GenericRecord.create(SCHEMA);
            row.setField("at", random.nextInt(20) == 0
                    ? null
                    : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(java.time.ZoneOffset.UTC));
            row.setField("region", random.nextBoolean() ? "eu" : null);
            row.setField("day", LocalDate.EPOCH.plusDays(random.nextInt(40_000) - 20_000));
            row.setField("_timestamp", Instant.EPOCH.atOffset(java.time.ZoneOffset.UTC));
            StructLike coarser = Coarsening.of(from, to).orElseThrow().of(partition(from, row));
            for (int i = 0; i < to.fields().size(); i++) {
                assertThat(coarser.get(i, Object.class)).as("round %d: %s of %s", round, to, row)
                        .isEqualTo(partition(to, row).get(i, Object.class));
            }
            PartitionTime time = PartitionTime.of(from).orElseThrow();
            if (row.getField("at") != null) {
                long end = time.endMicros(partition(from, row)).orElseThrow();
                assertThat(end).as("round %d", round).isGreaterThan(micros);
                GenericRecord after = row.copy();
                after.setField("at", Instant.EPOCH.plus(end, ChronoUnit.MICROS).atOffset(java.time.ZoneOffset.UTC));
                assertThat(partition(from, after).get(0, Integer.class))
                        .isEqualTo(partition(from, row).get(0, Integer.class) + 1);
            }
        }
    }

    @Test
    void finerPartitionsAreNone() {
        assertThat(Coarsening.of(MONTHS, DAYS)).isEmpty();
        assertThat(Coarsening.of(spec(3, true), spec(2, true))).isEmpty();
        assertThat(Coarsening.of(DAYS, PartitionSpec.builderFor(SCHEMA).bucket("region", 4).build())).isEmpty();
        assertThat(Coarsening.of(DAYS, PartitionSpec.unpartitioned())).isPresent();
    }

    private static PartitionSpec spec(int unit, boolean regions) {
        PartitionSpec.Builder builder = PartitionSpec.builderFor(SCHEMA);
        switch (unit) {
            case 0 -> builder.hour("at");
            case 1 -> builder.day("at");
            case 2 -> builder.month("at");
            default -> builder.year("at");
        }
        return (regions ? builder.bucket("region", 5).identity("day") : builder).build();
    }

    private static PartitionKey partition(PartitionSpec spec, GenericRecord row) {
        PartitionKey key = new PartitionKey(spec, SCHEMA);
        key.partition(new InternalRecordWrapper(SCHEMA.asStruct()).wrap(row));
        return key.copy();
    }

    private static AgeRules rules() {
        return new AgeRules(Optional.of(Duration.ofDays(350)),
                List.of(new Tier("warm", Duration.ofDays(9), List.of("month(at)"), Optional.empty(), Optional.empty(),
                        Optional.empty()),
                        new Tier("cold", Duration.ofDays(50), List.of(), Optional.empty(), Optional.of("19"),
                                Optional.empty())));
    }

    private static PartitionAges ages(OptionalLong completeThrough) {
        return PartitionAges.of(Map.of(0, DAYS, 1, MONTHS), DAYS, new HashMap<>(Map.of("warm", MONTHS, "cold", MONTHS)),
                rules(), completeThrough, NOW);
    }

    private static StructLike days(String day) {
        PartitionData partition = new PartitionData(DAYS.partitionType());
        partition.set(0, (int) LocalDate.parse(day).toEpochDay());
        partition.set(1, "eu");
        return partition;
    }

    private static String says(PartitionAges ages, StructLike partition) {
        return switch (ages.homeOf(0, partition)) {
            case Home.Young young -> ages.ageOf(0, partition).orElseThrow().isNegative() ? "not over" : "young";
            case Home.InTier there -> there.tier().name() + " " + LocalDate.EPOCH
                    .plusMonths(there.partition().get(0, Integer.class)).toString().substring(0, 7);
            case Home.Nowhere nowhere -> "over";
        };
    }

    private static OptionalLong micros(String time) {
        return OptionalLong.of(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time)));
    }
}

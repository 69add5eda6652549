package millrace.sinks.iceberg.age;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.Tier;
import org.junit.jupiter.api.Test;

/** What is said of rules for ages that a table cannot keep. */
class AgeRulesCheckTest {
    @Test
    void aTableByDaysCanKeepCoarserTiers() {
        assertThat(said(List.of("day(at)", "region"), List.of("month(at)"), Optional.of("19"))).isEmpty();
        assertThat(said(List.of("day(at)", "region"), List.of("year(at)", "region"), Optional.empty())).isEmpty();
        assertThat(said(List.of("day(at)"), List.of(), Optional.empty())).isEmpty();
    }

    @Test
    void withoutATimeNothingHasAnAge() {
        assertThat(said(List.of("region"), List.of(), Optional.empty())).singleElement().asString()
                .contains("partitioned by region", "does not say how old");
        assertThat(said(List.of(), List.of(), Optional.empty())).singleElement().asString()
                .contains("partitioned by nothing");
    }

    @Test
    void aTierIsNoFinerAndSaysTheTime() {
        assertThat(said(List.of("month(at)"), List.of("day(at)"), Optional.empty())).singleElement().asString()
                .contains("Tier old is partitioned by day(at) and the table by month(at)");
        assertThat(said(List.of("day(at)", "region"), List.of("region"), Optional.empty())).singleElement()
                .asString().contains("has to say its time");
        assertThat(said(List.of("day(at)"), List.of("month(att)"), Optional.empty())).singleElement().asString()
                .contains("no column \"att\"");
    }

    @Test
    void aLevelIsOneOfItsCodec() {
        assertThat(said(List.of("day(at)"), List.of(), Optional.of("99"))).singleElement().asString()
                .contains("compression-level is \"99\"");
    }

    @Test
    void ofATableOfChangesTheNewestOfAKeyDoesNotLeaveBeforeOthers() {
        AgeRules keep = new AgeRules(Optional.of(Duration.ofDays(9)), List.of());
        TableSpec changes = spec(List.of("day(at)")).aging(keep);
        assertThat(AgeRulesCheck.problems(changes.ofChanges(List.of("region")))).singleElement()
                .satisfies(p -> assertThat(p.message()).contains("keeps every change",
                        "among the columns of the key (region)"));
        assertThat(AgeRulesCheck.problems(changes.ofChanges(List.of("region", "at")))).isEmpty();
        assertThat(AgeRulesCheck.problems(changes.ofNewest(List.of("region")))).isEmpty();
    }

    private static TableSpec spec(List<String> partitionBy) {
        FieldType.Struct row = new FieldType.Struct(List.of(
                Field.optional("at", new FieldType.Timestamp(TimeUnit.MICROS, true)),
                Field.optional("region", new FieldType.Text())));
        return new TableSpec("gold", "t", "t", row, TableSpec.Layout.ENGINE, Optional.empty(), partitionBy, List.of(),
                Duration.ofSeconds(1), 1L << 20, Map.of());
    }

    private static List<String> said(List<String> partitionBy, List<String> ofTier, Optional<String> level) {
        AgeRules rules = new AgeRules(Optional.empty(), List.of(
                new Tier("old", Duration.ofDays(9), ofTier, Optional.empty(), level, Optional.empty())));
        return AgeRulesCheck.problems(spec(partitionBy).aging(rules)).stream()
                .map(Problem::message).toList();
    }
}

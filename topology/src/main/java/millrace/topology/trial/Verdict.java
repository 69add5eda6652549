package millrace.topology.trial;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.late.LateRow;
import millrace.topology.quarantine.QuarantineRecord;

/** What became of a model test. */
public sealed interface Verdict {
    /** Everything is as expected. */
    record Passed() implements Verdict {}

    /** @param differences by what was compared: {@code rows}, {@code late} or {@code quarantine}; at least one */
    record Failed(Map<String, Comparison> differences) implements Verdict {
        public Failed {
            differences = new LinkedHashMap<>(differences);
        }
    }

    /** What is shown of rows that nobody expected to be late, or refused. */
    List<String> LATE = List.of("event_time", "window_end", "row");
    List<String> REFUSED = List.of("offset", "reason", "model", "field", "expected", "actual", "expression");

    /** Judges. Late rows and refused records that a test does not speak of are not expected. */
    static Verdict of(ModelTest test, Trial.Outcome outcome) {
        Map<String, Comparison> differences = new LinkedHashMap<>();
        test.rows().ifPresent(expected -> note(differences, "rows", Comparison.of(expected, outcome.rows(),
                expected.type().fields().stream().map(Field::name).toList())));
        note(differences, "late", Comparison.of(test.late().orElse(none(LateRow.ROW)), outcome.late(), LATE));
        note(differences, "quarantine", Comparison.of(test.refused().orElse(none(QuarantineRecord.ROW)),
                outcome.refused(), REFUSED));
        return differences.isEmpty() ? new Passed() : new Failed(differences);
    }

    private static ModelTest.Expected none(FieldType.Struct type) {
        return new ModelTest.Expected(type, List.of());
    }

    private static void note(Map<String, Comparison> differences, String what, Comparison comparison) {
        if (!comparison.isEqual()) {
            differences.put(what, comparison);
        }
    }
}

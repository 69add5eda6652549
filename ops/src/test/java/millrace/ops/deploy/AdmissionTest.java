package millrace.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.topology.change.ModelChange;
import millrace.topology.change.ModelShape;
import org.junit.jupiter.api.Test;

/** A pipeline that was started before, and is to start with what a folder says now. */
class AdmissionTest {
    private static final Instant NOON = Instant.parse("2026-12-01T12:00:00Z");
    private static final ModelShape COUNTS = shape("long", "counts");
    private static final ModelShape FILTERS = new ModelShape(List.of(), "some", List.of(), reads(), List.of(),
            "rows that stay", "");

    @Test
    void whatNeverRanStarts() {
        Deployed wanted = deployed(Map.of("gold.n", COUNTS), "one");
        assertThat(Admission.decide(Optional.empty(), wanted))
                .isEqualTo(new Admission.Rolls(wanted, List.of()));
    }

    @Test
    void theSameTextStartsAgainAndNothingIsWritten() {
        assertThat(decide(deployed(Map.of("gold.n", COUNTS), "one"), deployed(Map.of("gold.n", COUNTS), "one")))
                .isInstanceOf(Admission.Same.class);
    }

    @Test
    void aRemarkIsWrittenDown() {
        assertThat(decide(deployed(Map.of("gold.n", COUNTS), "one"), deployed(Map.of("gold.n", COUNTS), "-- one")))
                .isInstanceOfSatisfying(Admission.Rolls.class, r -> assertThat(r.changed()).isEmpty());
    }

    @Test
    void whatIsRememberedInAnotherWayIsRefused() {
        Admission admission = decide(deployed(Map.of("gold.n", COUNTS, "silver.s", FILTERS), "one"),
                deployed(Map.of("gold.n", shape("text", "counts"), "silver.s", FILTERS), "two"));
        assertThat(admission).isInstanceOfSatisfying(Admission.Refused.class, r -> {
            assertThat(r.problems()).hasSize(1);
            assertThat(r.problems().get(0).toText()).contains("STATE_OF_OTHER_TEXT", "gold.n",
                    "\"counts\" remembers other columns");
        });
    }

    @Test
    void aModelLessLeavesWhatItRemembered() {
        Admission gone = decide(deployed(Map.of("gold.n", COUNTS, "silver.s", FILTERS), "one"),
                deployed(Map.of(), "two"));
        Deployed next = ((Admission.Rolls) gone).next();
        assertThat(next.left()).containsOnlyKeys("gold.n");
        assertThat(((Admission.Rolls) gone).changed()).extracting(ModelChange::verdict)
                .containsOnly(ModelChange.Verdict.REMOVED);

        assertThat(Admission.decide(Optional.of(next), deployed(Map.of("silver.s", FILTERS), "three")))
                .as("one that remembers nothing comes again").isInstanceOf(Admission.Rolls.class);
        assertThat(Admission.decide(Optional.of(next), deployed(Map.of("gold.n", COUNTS), "one")))
                .isInstanceOfSatisfying(Admission.Refused.class,
                        r -> assertThat(r.problems().get(0).message()).contains("ran before, was taken away"));
    }

    @Test
    void aTextThatWasReplacedIsKnown() {
        Deployed one = deployed(Map.of("gold.n", COUNTS), "one");
        Deployed two = one.next(deployed(Map.of("gold.n", COUNTS), "two"), Map.of());
        assertThat(two.replaced(one)).isTrue();
        assertThat(two.replaced(two)).isFalse();
        Deployed back = two.next(one, Map.of());
        assertThat(back.replaced(one)).as("it runs again").isFalse();
        assertThat(back.replaced(two)).isTrue();
    }

    @Test
    void contractsKeepTheirNumbersWhoeverComesAndGoes() {
        Deployed one = numbered("one", "orders", "visits");
        Deployed more = one.next(numbered("two", "accounts", "orders", "visits"), Map.of());
        assertThat(more.numbers()).isEqualTo(Map.of("orders", 0, "visits", 1, "accounts", 2));
        Deployed less = more.next(numbered("three", "accounts", "visits"), Map.of());
        assertThat(less.next(numbered("four", "accounts", "more", "visits"), Map.of()).numbers())
                .isEqualTo(Map.of("orders", 0, "visits", 1, "accounts", 2, "more", 3));
    }

    @Test
    void modelsStayWhereTheyAreGivenOut() {
        Deployed one = deployed(Map.of("gold.n", COUNTS, "silver.s", FILTERS), "one");
        Deployed moved = one.next(deployed(Map.of("gold.n", COUNTS, "silver.s", FILTERS), "two"),
                Map.of("gold.n", "shop-replay-1"));
        assertThat(moved.next(deployed(Map.of("gold.n", COUNTS), "three"), Map.of()).applications())
                .isEqualTo(Map.of("gold.n", "shop-replay-1"));
        assertThat(moved.next(deployed(Map.of("silver.s", FILTERS), "three"), Map.of()).applications()).isEmpty();
    }

    private static Deployed numbered(String text, String... contracts) {
        SortedMap<String, Integer> numbers = new TreeMap<>();
        for (String contract : contracts) {
            numbers.put(contract, numbers.size());
        }
        return new Deployed("shop", new TreeMap<>(Map.of("millrace.yaml", text)), new TreeMap<>(), new TreeMap<>(),
                new TreeMap<>(), new TreeMap<>(), numbers, List.of(), NOON, "ann");
    }

    @Test
    void otherPipelinesThatReadWhatGoesAreNamed() {
        ModelShape was = new ModelShape(List.of(new ModelShape.Column("who", "text", "a"),
                new ModelShape.Column("n", "int", "b")), "some", List.of(), reads(), List.of(), "rows that stay", "");
        ModelShape is = new ModelShape(was.columns().subList(0, 1), "some", List.of(), reads(), List.of(),
                "rows that stay", "");
        Deployed readsIt = reader("billing", "n");
        FolderChange change = FolderChange.of(deployed(Map.of("silver.s", was), "one"),
                deployed(Map.of("silver.s", is), "two"), List.of(readsIt, reader("other", "who")));
        assertThat(change.broken()).extracting(FolderChange.Broken::words)
                .containsExactly("pipeline billing reads it by its contract s: column n is gone");
        assertThat(change.rollout().rolls()).containsExactly("silver.s");
    }

    private static Deployed reader(String pipeline, String column) {
        SortedMap<String, Deployed.Reads> reads = new TreeMap<>(
                Map.of("shop.silver.s", new Deployed.Reads("s", new TreeSet<>(List.of(column)))));
        return new Deployed(pipeline, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), reads, new TreeMap<>(),
                new TreeMap<>(), List.of(), NOON, "ann");
    }

    private static Admission decide(Deployed runs, Deployed wanted) {
        return Admission.decide(Optional.of(runs), wanted);
    }

    private static Deployed deployed(Map<String, ModelShape> models, String text) {
        return new Deployed("shop", new TreeMap<>(Map.of("models/a.sql", text)), new TreeMap<>(models),
                new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), List.of(), NOON, "ann");
    }

    private static ModelShape shape(String layout, String says) {
        return new ModelShape(List.of(), "all", List.of(new ModelShape.Step("at", says, layout, "by clicks")), reads(),
                List.of(), "rows that stay", "");
    }

    private static SortedMap<String, ModelShape.Read> reads() {
        return new TreeMap<>(Map.of("clicks", new ModelShape.Read(new TreeMap<>(Map.of("who", "a")), "all of them")));
    }
}

package millrace.topology.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.PlanNode.Scan.Kind;
import millrace.topology.plan.WindowColumns.Bound;
import millrace.topology.plan.WindowColumns.Role;
import org.junit.jupiter.api.Test;

/** What can be said of a plan's columns and rows: event times, bounds of windows, and whether rows change. */
class PlanFactsTest {
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final WindowSpec MINUTE = new WindowSpec.Tumble(60, 0);
    private static final WindowSpec HOUR = new WindowSpec.Tumble(3600, 0);

    // Columns: x, at.
    private final PlanNode clicks = scan("clicks", Kind.CONTRACT, 0, 1);
    // x, at, start, end, time
    private final PlanNode minutes = windows(clicks, MINUTE, 1);
    // x, start, end, time, n
    private final PlanNode byMinute = aggregate(minutes, OptionalInt.of(2), 0, 2, 3, 4);

    @Test
    void theEventTimeIsFollowedThroughWhatPassesItOn() {
        assertThat(times(clicks)).containsExactly(1);
        assertThat(times(scan("clicks", Kind.CONTRACT, 1))).containsExactly(0);
        assertThat(times(scan("clicks", Kind.CONTRACT, 0))).isEmpty();
        assertThat(times(scan("untimed", Kind.CONTRACT, 0, 1))).isEmpty();
        assertThat(times(calc(clicks, 1, 0, 1))).containsExactlyInAnyOrder(0, 2);
        assertThat(times(computed(clicks))).isEmpty();
        assertThat(times(minutes)).as("the bounds are none of a row").containsExactly(1);
        assertThat(times(new PlanNode.Exchange(calc(clicks, 1), List.of()))).containsExactly(0);
    }

    @Test
    void ofAUnionItIsWhatEveryInputHasThere() {
        assertThat(times(union(clicks, clicks))).containsExactly(1);
        assertThat(times(union(clicks, calc(clicks, 1, 0)))).isEmpty();
        assertThat(times(union(calc(clicks, 1, 1), calc(clicks, 1, 0)))).containsExactly(0);
    }

    @Test
    void ofAnAggregateItIsTheTimeOfItsWindowInWhateverFormItIsCarriedOut() {
        assertThat(times(byMinute)).containsExactly(3);
        PlanNode.PartialAggregate partial = new PlanNode.PartialAggregate(minutes, List.of(4, 0), List.of(),
                OptionalInt.empty(), row(3));
        assertThat(times(partial)).containsExactly(0);
        assertThat(times(merge(new PlanNode.Exchange(partial, List.of(0, 1)), OptionalInt.empty(), 2)))
                .containsExactly(0);
        assertThat(times(aggregate(minutes, OptionalInt.empty(), 1))).as("a row's own time is no group's").isEmpty();
    }

    @Test
    void itIsFollowedIntoTheModelsThatAreRead() {
        Plan below = new Plan("silver.m", byMinute, byMinute.rowType());
        EventTimeColumns times = new EventTimeColumns(PlanFactsTest::eventTime, List.of(below));
        assertThat(times.of(scan("silver.m", Kind.MODEL, 4, 3, 2))).containsExactly(1);
    }

    @Test
    void boundsOfWindowsAreFollowedWhereTheyArePassedOn() {
        assertThat(bounds(minutes)).containsExactly("", "", "START", "END", "TIME");
        assertThat(bounds(byMinute)).containsExactly("", "START", "END", "TIME", "");
        assertThat(bounds(calc(byMinute, 2, 0, 2))).containsExactly("END", "", "END");
        assertThat(bounds(computed(byMinute))).containsExactly("");
        assertThat(bounds(new PlanNode.Exchange(byMinute, List.of(0)))).isEqualTo(bounds(byMinute));
        assertThat(bounds(scan("silver.m", Kind.MODEL, 0, 1))).as("another model's").containsExactly("", "");
    }

    @Test
    void theBoundsOfAUnionAreThoseOfOneKindOfWindows() {
        assertThat(bounds(union(minutes, minutes))).containsExactly("", "", "START", "END", "TIME");
        assertThat(bounds(union(minutes, windows(clicks, HOUR, 1)))).containsOnly("");
    }

    @Test
    void windowsOverWindowsAreThoseOfTheUpper() {
        PlanNode twice = windows(byMinute, HOUR, 3);
        assertThat(bounds(twice)).containsExactly("", "", "", "", "", "START", "END", "TIME");
        assertThat(WindowColumns.of(twice).at(6)).contains(new Bound(Role.END, HOUR));
    }

    @Test
    void rowsChangeWhereRowsMayAmendOrGroupsHaveNoWindow() {
        RowChanges never = new RowChanges(Set.of(), List.of());
        RowChanges amended = new RowChanges(Set.of("clicks"), List.of());
        assertThat(never.in(clicks)).isFalse();
        assertThat(amended.in(clicks)).as("a record stays what it is").isFalse();
        assertThat(amended.in(minutes)).isFalse();
        assertThat(never.in(byMinute)).isFalse();
        assertThat(amended.in(byMinute)).isTrue();
        assertThat(amended.in(calc(byMinute, 0))).isTrue();
        assertThat(amended.in(union(clicks, clicks))).isFalse();
        assertThat(amended.in(union(calc(clicks, 0), calc(byMinute, 0)))).isTrue();
        assertThat(new RowChanges(Set.of("other"), List.of()).in(byMinute)).isFalse();
        assertThat(never.in(aggregate(clicks, OptionalInt.empty(), 0))).isTrue();
        assertThat(never.in(windows(aggregate(clicks, OptionalInt.empty(), 0), MINUTE, 0))).isTrue();
    }

    @Test
    void aWindowOverRowsThatChangeChangesToo() {
        RowChanges never = new RowChanges(Set.of(), List.of());
        PlanNode changing = aggregate(clicks, OptionalInt.empty(), 1);
        assertThat(never.in(aggregate(windows(changing, MINUTE, 0), OptionalInt.of(0), 3))).isTrue();
    }

    @Test
    void changesAreFollowedIntoTheModelsThatAreRead() {
        Plan below = new Plan("silver.m", byMinute, byMinute.rowType());
        Plan above = new Plan("gold.m", calc(scan("silver.m", Kind.MODEL, 0, 1), 0), row(1));
        PlanNode top = scan("gold.m", Kind.MODEL, 0);
        RowChanges amended = new RowChanges(Set.of("clicks"), List.of(below, above));
        assertThat(amended.in(top)).isTrue();
        assertThat(amended.amendingBelow(top)).containsExactly("clicks");
        RowChanges never = new RowChanges(Set.of(), List.of(below, above));
        assertThat(never.in(top)).isFalse();
        assertThat(never.amendingBelow(top)).isEmpty();
    }

    private static Set<Integer> times(PlanNode node) {
        return new EventTimeColumns(PlanFactsTest::eventTime, List.of()).of(node);
    }

    private static Optional<Integer> eventTime(String contract) {
        return contract.equals("clicks") ? Optional.of(1) : Optional.empty();
    }

    private static List<String> bounds(PlanNode node) {
        WindowColumns bounds = WindowColumns.of(node);
        return IntStream.range(0, node.rowType().fields().size())
                .mapToObj(i -> bounds.at(i).map(b -> b.role().name()).orElse("")).toList();
    }

    private static FieldType.Struct row(int columns) {
        return new FieldType.Struct(
                IntStream.range(0, columns).mapToObj(i -> Field.required("c" + i, INSTANT)).toList());
    }

    private static PlanNode scan(String source, Kind kind, Integer... columns) {
        return new PlanNode.Scan(source, kind, List.of(columns), row(columns.length));
    }

    private static PlanNode calc(PlanNode input, int... columns) {
        List<Expression> projections = new ArrayList<>();
        for (int column : columns) {
            projections.add(new Expression.Column(column, "c" + column, INSTANT, false));
        }
        return new PlanNode.Calc(input, Optional.empty(), projections, row(columns.length));
    }

    /** One column that is made of the second. */
    private static PlanNode computed(PlanNode input) {
        return new PlanNode.Calc(input, Optional.empty(), List.of(new Expression.Call("+",
                List.of(new Expression.Column(1, "c1", INSTANT, false)), INSTANT, false)), row(1));
    }

    private static PlanNode union(PlanNode... inputs) {
        return new PlanNode.Union(List.of(inputs), inputs[0].rowType());
    }

    private static PlanNode windows(PlanNode input, WindowSpec spec, int time) {
        return new PlanNode.Windows(input, spec, time, PlanNode.Windows.Late.KEPT,
                row(input.rowType().fields().size() + PlanNode.Windows.COLUMNS));
    }

    private static PlanNode aggregate(PlanNode input, OptionalInt windowEnd, Integer... groups) {
        AggregateCall count = new AggregateCall("COUNT", List.of(), AggregateCall.Over.ALL, OptionalInt.empty(),
                List.of(), INSTANT, false);
        return new PlanNode.Aggregate(input, List.of(groups), List.of(count), windowEnd, row(groups.length + 1));
    }

    private static PlanNode merge(PlanNode input, OptionalInt windowEnd, int groups) {
        AggregateCall count = new AggregateCall("COUNT", List.of(), AggregateCall.Over.ALL, OptionalInt.empty(),
                List.of(), INSTANT, false);
        return new PlanNode.MergeAggregate(input, row(5), List.of(count), windowEnd, row(groups + 1));
    }
}

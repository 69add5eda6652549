package millrace.topology.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.explain.PlanPrinter;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Expression.Call;
import millrace.topology.plan.Expression.Column;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.WindowSpec;
import org.junit.jupiter.api.Test;

class RewritesTest {
    private static final FieldType INT = new FieldType.Int32();

    @Test
    void unionsInsideUnionsAreOne() {
        assertThat(text(FlattenUnions.apply(union(union(scan("a", "x"), scan("b", "x")), scan("c", "x")))))
                .isEqualTo("""
                    emit m
                      union all
                        scan a [x]
                        scan b [x]
                        scan c [x]""");
    }

    @Test
    void aCalcAboveAUnionGoesIntoItsInputs() {
        assertThat(text(PushCalcThroughUnion.apply(calc(union(scan("a", "x"), scan("b", "x")),
                Optional.of(positive(column(0, "x"))), plus(column(0, "x"))))))
                .isEqualTo("""
                    emit m
                      union all
                        calc x + x AS c0
                             where x > x
                          scan a [x]
                        calc x + x AS c0
                             where x > x
                          scan b [x]""");
    }

    @Test
    void calcsMergeAndTheLowerConditionComesFirst() {
        PlanNode lower = calc(scan("a", "x", "y"), Optional.of(positive(column(1, "y"))), plus(column(0, "x")));
        assertThat(text(MergeCalcs.apply(calc(lower, Optional.of(positive(column(0, "c0"))), plus(column(0, "c0"))))))
                .isEqualTo("""
                    emit m
                      calc x + x + (x + x) AS c0
                           where y > y AND x + x > x + x
                        scan a [x, y]""");
    }

    @Test
    void calcsThatWouldGrowWithoutBoundStayApart() {
        PlanNode node = scan("a", "x");
        for (int i = 0; i < 40; i++) {
            node = calc(node, Optional.empty(), plus(column(0, "c0")));
        }
        PlanNode merged = Rewrites.apply(node);
        assertThat(depth(merged)).isBetween(3, 10);
        assertThat(text(merged).length()).isLessThan(400_000);
    }

    @Test
    void columnsNobodyReadsAreNotScanned() {
        PlanNode lower = calc(scan("a", "x", "y", "z"), Optional.of(positive(column(2, "z"))), column(0, "x"),
                column(1, "y"));
        assertThat(text(PruneColumns.apply(calc(lower, Optional.empty(), column(1, "y"))))).isEqualTo("""
            emit m
              calc y AS c0
                calc y AS c1
                     where z > z
                  scan a [y, z]""");
    }

    @Test
    void aCalcThatChangesNothingIsDropped() {
        PlanNode.Scan scan = scan("a", "x");
        PlanNode same = new PlanNode.Calc(scan, Optional.empty(), List.of(column(0, "x")), scan.rowType());
        assertThat(DropIdentityCalcs.apply(same)).isEqualTo(scan);
        PlanNode renamed = calc(scan, Optional.empty(), column(0, "x"));
        assertThat(DropIdentityCalcs.apply(renamed)).isEqualTo(renamed);
    }

    @Test
    void windowsKeepTheirTimeAndTheBoundsThatAreRead() {
        PlanNode windows = windows(scan("a", "x", "at", "y"), 1);
        assertThat(text(PruneColumns.apply(calc(windows, Optional.empty(), column(4, "window_end"), column(2, "y")))))
                .isEqualTo("""
                    emit m
                      calc window_end AS c0, y AS c1
                        windows tumble 1m on at
                          scan a [at, y]""");
    }

    @Test
    void callsNobodyReadsGoAndGroupsStay() {
        PlanNode aggregate = aggregate(windows(scan("a", "x", "at", "y", "z"), 1), OptionalInt.of(1),
                List.of(0, 5), sum(2), sum(3));
        PlanNode pruned = PruneColumns.apply(calc(aggregate, Optional.empty(), column(3, "s1")));
        assertThat(text(pruned)).isEqualTo("""
            emit m
              calc s1 AS c0
                aggregate by x, window_end: SUM(z) AS s1, given out at window_end
                  windows tumble 1m on at
                    scan a [x, at, z]""");
    }

    @Test
    void whatAFilterOfACallReadsIsKept() {
        AggregateCall filtered = new AggregateCall("COUNT", List.of(), AggregateCall.Over.ALL, OptionalInt.of(2),
                List.of(), new FieldType.Int64(), false);
        PlanNode aggregate = aggregate(scan("a", "x", "y", "z"), OptionalInt.empty(), List.of(1), filtered);
        assertThat(text(PruneColumns.apply(aggregate))).isEqualTo("""
            emit m
              aggregate by y: COUNT(*) FILTER (WHERE z) AS s0
                scan a [y, z]""");
    }

    @Test
    void lateRowsAreSetAsideBelowWhatClosesTheirWindowsOnly() {
        PlanNode kept = windows(scan("a", "x", "at"), 1);
        assertThat(SetLateRowsAside.apply(calc(kept, Optional.empty(), column(0, "x"))))
                .isEqualTo(calc(kept, Optional.empty(), column(0, "x")));
        PlanNode windowless = aggregate(kept, OptionalInt.empty(), List.of(0));
        assertThat(SetLateRowsAside.apply(windowless)).isEqualTo(windowless);
        assertThat(text(SetLateRowsAside.apply(
                aggregate(union(calc(kept, Optional.empty(), column(3, "window_end")),
                        calc(kept, Optional.empty(), column(3, "window_end"))), OptionalInt.of(0), List.of(0)))))
                .as("also through what lies between").isEqualTo("""
                    emit m
                      aggregate by c0, given out at c0
                        union all
                          calc window_end AS c0
                            windows tumble 1m on at, late rows set aside
                              scan a [x, at]
                          calc window_end AS c0
                            windows tumble 1m on at, late rows set aside
                              scan a [x, at]""");
    }

    @Test
    void anAggregateIsSplitAroundAnExchangeOfItsGroups() {
        PlanNode aggregate = aggregate(windows(scan("a", "x", "at", "y"), 1), OptionalInt.of(1), List.of(0, 4),
                sum(2));
        PlanNode split = SplitAggregates.apply(aggregate);
        assertThat(text(split)).isEqualTo("""
            emit m
              aggregate by x, window_end: SUM(y) AS s0, given out at window_end
                exchange by x, window_end
                  partial aggregate by x, window_end
                    windows tumble 1m on at
                      scan a [x, at, y]""");
        assertThat(split.rowType()).isEqualTo(aggregate.rowType());
        assertThat(SplitAggregates.apply(split)).as("nothing is left to split").isEqualTo(split);
    }

    @Test
    void everyAggregateOfAPlanIsSplit() {
        PlanNode below = aggregate(scan("a", "x", "y"), OptionalInt.empty(), List.of(0), sum(1));
        PlanNode above = aggregate(below, OptionalInt.empty(), List.of(1), sum(1));
        String text = text(Rewrites.apply(above));
        assertThat(text.lines().filter(l -> l.contains("exchange by"))).hasSize(2);
    }

    private static int depth(PlanNode node) {
        return node instanceof PlanNode.Calc c ? 1 + depth(c.input()) : 1;
    }

    private static String text(PlanNode node) {
        return PlanPrinter.print(new Plan("m", node, node.rowType()));
    }

    private static PlanNode.Scan scan(String source, String... columns) {
        return new PlanNode.Scan(source, PlanNode.Scan.Kind.CONTRACT, IntStream.range(0, columns.length).boxed()
                .toList(), new FieldType.Struct(List.of(columns).stream().map(c -> Field.required(c, INT)).toList()));
    }

    private static PlanNode union(PlanNode... inputs) {
        return new PlanNode.Union(List.of(inputs), inputs[0].rowType());
    }

    private static PlanNode calc(PlanNode input, Optional<Expression> condition, Expression... projections) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < projections.length; i++) {
            fields.add(Field.required("c" + i, INT));
        }
        return new PlanNode.Calc(input, condition, List.of(projections), new FieldType.Struct(fields));
    }

    private static PlanNode windows(PlanNode input, int time) {
        List<Field> fields = new ArrayList<>(input.rowType().fields());
        List.of("window_start", "window_end", "window_time").forEach(n -> fields.add(Field.required(n, INT)));
        return new PlanNode.Windows(input, new WindowSpec.Tumble(60_000_000, 0), time, PlanNode.Windows.Late.KEPT,
                new FieldType.Struct(fields));
    }

    private static PlanNode aggregate(PlanNode input, OptionalInt windowEnd, List<Integer> groups,
            AggregateCall... calls) {
        List<Field> fields = new ArrayList<>(groups.stream().map(input.rowType().fields()::get).toList());
        for (AggregateCall call : calls) {
            fields.add(new Field("s" + (fields.size() - groups.size()), call.type(), call.nullable()));
        }
        return new PlanNode.Aggregate(input, groups, List.of(calls), windowEnd, new FieldType.Struct(fields));
    }

    private static AggregateCall sum(int column) {
        return new AggregateCall("SUM", List.of(column), AggregateCall.Over.ALL, OptionalInt.empty(), List.of(),
                new FieldType.Int64(), true);
    }

    private static Expression column(int i, String name) {
        return new Column(i, name, INT, false);
    }

    private static Expression plus(Expression e) {
        return new Call("+", List.of(e, e), INT, false);
    }

    private static Expression positive(Expression e) {
        return new Call(">", List.of(e, e), new FieldType.Bool(), false);
    }
}

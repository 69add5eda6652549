package millrace.topology.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.explain.PlanPrinter;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Expression.Call;
import millrace.topology.plan.Expression.Column;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
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

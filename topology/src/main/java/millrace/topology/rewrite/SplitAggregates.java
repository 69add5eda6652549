package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.PlanNode;

/**
 * Rows of a group meet in one task; what each task has seen of it is put together before it travels.
 *
 * <pre>
 * aggregate by page: COUNT(*)       merge COUNT(*)
 *   scan clicks                 ->    exchange by page
 *                                       partial aggregate by page: COUNT(*)
 *                                         scan clicks
 * </pre>
 */
final class SplitAggregates {
    /** The column that holds what the calls of a part have seen. */
    private static final Field PART = Field.required("part", new FieldType.Bytes());

    private SplitAggregates() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> switch (node) {
            case PlanNode.Aggregate a -> split(a);
            case PlanNode.SessionAggregate s -> split(s);
            default -> node;
        });
    }

    private static PlanNode split(PlanNode.SessionAggregate s) {
        int groups = s.groups().size();
        List<Field> fields = new ArrayList<>(s.rowType().fields().subList(0, groups));
        Field time = s.input().rowType().fields().get(s.timeColumn());
        fields.add(Field.required("first", time.type()));
        fields.add(Field.required("last", time.type()));
        fields.add(PART);
        PlanNode partial = new PlanNode.PartialSession(s.input(), s.timeColumn(), s.gap(), s.groups(), s.filter(),
                s.calls(), new FieldType.Struct(fields));
        PlanNode exchange = new PlanNode.Exchange(partial, IntStream.range(0, groups).boxed().toList());
        return new PlanNode.MergeSession(exchange, s.gap(), s.input().rowType(), s.calls(), s.rowType());
    }

    private static PlanNode split(PlanNode.Aggregate a) {
        int groups = a.groups().size();
        List<Field> fields = new ArrayList<>(a.rowType().fields().subList(0, groups));
        fields.add(PART);
        PlanNode partial = new PlanNode.PartialAggregate(a.input(), a.groups(), a.calls(), a.windowEnd(),
                new FieldType.Struct(fields));
        PlanNode exchange = new PlanNode.Exchange(partial, IntStream.range(0, groups).boxed().toList());
        return new PlanNode.MergeAggregate(exchange, a.input().rowType(), a.calls(), a.windowEnd(), a.rowType());
    }
}

package millrace.topology.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.FieldType;
import millrace.topology.model.Model;
import millrace.topology.plan.PassedOn;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;
import millrace.topology.plan.WindowColumns;
import millrace.topology.plan.WindowSpec;

/**
 * Two groups with one key would overwrite each other, and which of them is left would depend on which came last. A bound
 * of a window stands for the window where it tells its windows apart. Groups of a model that is read are as good as the
 * model's own.
 */
final class EveryKeyTellsGroupsApart {
    private EveryKeyTellsGroupsApart() {}

    static List<Problem> check(Model model, Plan plan, List<Plan> below, RowChanges changes) {
        if (model.config().uniqueKey().isEmpty()) {
            return List.of();
        }
        PlanNode node = plan.root();
        int[] groupOf = new int[node.rowType().fields().size()];
        for (int i = 0; i < groupOf.length; i++) {
            groupOf[i] = i;
        }
        boolean filtered = false;
        while (true) {
            if (node instanceof PlanNode.Calc calc) {
                filtered |= calc.condition().isPresent();
                for (int i = 0; i < groupOf.length; i++) {
                    groupOf[i] = groupOf[i] >= 0 ? PassedOn.columnOf(calc.projections().get(groupOf[i])) : -1;
                }
                node = calc.input();
            } else if (node instanceof PlanNode.Scan scan && scan.kind() == PlanNode.Scan.Kind.MODEL) {
                for (int i = 0; i < groupOf.length; i++) {
                    groupOf[i] = groupOf[i] >= 0 ? scan.columns().get(groupOf[i]) : -1;
                }
                node = below.stream().filter(p -> p.model().equals(scan.source())).findFirst().orElseThrow().root();
            } else {
                break;
            }
        }
        boolean all = !filtered;
        return switch (node) {
            case PlanNode.MergeAggregate a -> missing(model, plan, a, first(a.groups()), groupOf);
            case PlanNode.MergeSession s -> missing(model, plan, s, first(s.groups() + PlanNode.Windows.COLUMNS),
                    groupOf);
            case PlanNode.TopN t when changes.in(t) -> ofRow(model, plan, t, ranked(t), groupOf);
            // Rows of several keys come from several tasks: nothing says which of them was the last.
            case PlanNode.Newest n when !model.config().keepsForever() -> missing(model, plan, n, n.keys(), groupOf);
            case PlanNode.Newest n -> ofRow(model, plan, n, n.keys(), groupOf);
            case PlanNode.Deduplicate d when changes.in(d) -> ofRow(model, plan, d, timed(d), groupOf);
            // Of a model that is read; a condition may leave the current version of each key.
            case PlanNode.Versions v when v != plan.root() && all -> ofRow(model, plan, v, versioned(v), groupOf);
            default -> List.of();
        };
    }

    private static List<Integer> first(int columns) {
        return IntStream.range(0, columns).boxed().toList();
    }

    private static List<Integer> ranked(PlanNode.TopN top) {
        List<Integer> columns = new ArrayList<>(top.keys());
        if (top.most() > 1) {
            columns.add(top.rankColumn());
        }
        return columns;
    }

    /** Of rows that no other comes shortly before, several of one key are in the table, each of another time. */
    private static List<Integer> timed(PlanNode.Deduplicate d) {
        List<Integer> columns = new ArrayList<>(d.keys());
        if (d.keep() == PlanNode.Deduplicate.Keep.FIRST) {
            columns.add(d.timeColumn());
        }
        return columns;
    }

    private static List<Integer> versioned(PlanNode.Versions v) {
        List<Integer> columns = new ArrayList<>(v.keys());
        columns.add(v.input().rowType().fields().size());
        return columns;
    }

    /** A key of another column of the row is as the author says: it may tell all rows apart. */
    private static List<Problem> ofRow(Model model, Plan plan, PlanNode node, List<Integer> columns, int[] groupOf) {
        boolean another = model.config().uniqueKey().stream().map(plan.rowType()::indexOf)
                .anyMatch(at -> at >= 0 && !columns.contains(groupOf[at]));
        return another ? List.of() : missing(model, plan, node, columns, groupOf);
    }

    private static List<Problem> missing(Model model, Plan plan, PlanNode aggregate, List<Integer> groups,
            int[] groupOf) {
        Set<Integer> named = new HashSet<>();
        for (String column : model.config().uniqueKey()) {
            int at = plan.rowType().indexOf(column);
            if (at >= 0 && groups.contains(groupOf[at])) {
                named.add(groupOf[at]);
            }
        }
        WindowColumns bounds = WindowColumns.of(aggregate);
        boolean windowNamed = named.stream().anyMatch(g -> bounds.at(g).filter(EveryKeyTellsGroupsApart::tells)
                .isPresent());
        Set<String> missing = new TreeSet<>();
        for (int g : groups) {
            FieldType.Struct type = aggregate.rowType();
            Optional<WindowColumns.Bound> bound = g < type.fields().size() ? bounds.at(g) : Optional.empty();
            if (!named.contains(g) && !(bound.isPresent() && windowNamed)
                    && bound.map(b -> b.role() == WindowColumns.Role.END).orElse(true)) {
                missing.add(aggregate instanceof PlanNode.TopN t && g == t.rankColumn()
                        ? "the number of ROW_NUMBER"
                        : "\"" + type.fields().get(g).name() + "\"");
            }
        }
        return missing.isEmpty()
                ? List.of()
                : List.of(Problem.at(CheckProblem.KEY_UNUSABLE,
                        model.config().place("unique_key").orElse(Place.file(model.sqlFile())),
                        "unique_key does not tell the groups of " + model.qualifiedName() + " apart: rows that differ "
                                + "only in " + String.join(", ", missing)
                                + " would overwrite each other. Select and add "
                                + String.join(", ", missing).replace("\"", "") + "."));
    }

    /** All windows of CUMULATE that begin together have one start. */
    private static boolean tells(WindowColumns.Bound bound) {
        return bound.role() != WindowColumns.Role.START || !(bound.spec() instanceof WindowSpec.Cumulate);
    }
}

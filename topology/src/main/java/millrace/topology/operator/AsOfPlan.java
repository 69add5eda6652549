package millrace.topology.operator;

import java.util.OptionalLong;
import millrace.topology.plan.PlanNode;

/**
 * What an as-of join does.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param kind {@code INNER} or {@code LEFT}
 * @param leftTime the event time, in the left
 * @param rightTime the event time, in the right
 * @param oldest how much older than the left row the right one may be, in microseconds
 * @param inputs how many inputs tell a task their progress
 */
public record AsOfPlan(String name, JoinPlan.Side left, JoinPlan.Side right, PlanNode.Join.Kind kind, int leftTime,
        int rightTime, PlanNode.AsOfJoin.Match match, OptionalLong oldest, AggregatePlan.InputsOfTask inputs) {}

package millrace.topology.operator;

import java.util.OptionalInt;

/**
 * What one half of a session aggregate does.
 *
 * @param aggregate its groups and calls; the groups are the session's key
 * @param gap microseconds that a session waits for its next row
 * @param timeColumn of the first half: position of the event time in the input
 * @param filter of the first half: a boolean column that says what is counted
 */
public record SessionPlan(AggregatePlan aggregate, long gap, int timeColumn, OptionalInt filter) {}

package millrace.ops.replay;

import millrace.ops.query.TableComparison.Difference;

/**
 * How the branch of a replay differs from the table.
 *
 * @param branch as a query calls it
 * @param difference the table is its left side
 */
public record BranchDifference(String table, String branch, Difference difference) {}

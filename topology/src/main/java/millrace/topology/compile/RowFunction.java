package millrace.topology.compile;

/** A compiled {@link millrace.topology.plan.PlanNode.Calc}. One instance serves one task: it need not be thread safe. */
public interface RowFunction {
    /**
     * The output row for an input row, or null if the condition is not TRUE on it. The input is not changed.
     *
     * @throws ExpressionFailure if an expression has no value for this row; the row belongs into quarantine then
     */
    Object[] apply(Object[] row) throws ExpressionFailure;

    /**
     * The same, where whatever else goes wrong, such as in a user's function, is one row's trouble too and not the
     * stream's.
     */
    default Object[] compute(Object[] row) throws ExpressionFailure {
        try {
            return apply(row);
        } catch (RuntimeException e) {
            throw new ExpressionFailure("", e.toString());
        }
    }
}

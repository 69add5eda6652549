package millrace.topology.plan;

/** Which column an expression passes on as it is, perhaps tested. */
public final class PassedOn {
    /** The function that gives its first operand if its second, a test of it, is TRUE. */
    public static final String TESTED = "TESTED";

    private PassedOn() {}

    /** The position of the column; -1 if the expression computes something. */
    public static int columnOf(Expression e) {
        return switch (e) {
            case Expression.Column c -> c.index();
            case Expression.Call c when c.function().equals(TESTED) -> columnOf(c.operands().get(0));
            default -> -1;
        };
    }
}

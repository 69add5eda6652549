package millrace.topology.compile;

/** An expression has no value for a row: division by zero, a cast that does not fit, an overflow. Carries no stack. */
public final class ExpressionFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String expression;
    private final String reason;

    /**
     * @param expression as the model's author wrote it or would recognise it
     * @param reason what was found and what was expected
     */
    public ExpressionFailure(String expression, String reason) {
        super(expression + ": " + reason, null, false, false);
        this.expression = expression;
        this.reason = reason;
    }

    public String expression() {
        return expression;
    }

    public String reason() {
        return reason;
    }
}

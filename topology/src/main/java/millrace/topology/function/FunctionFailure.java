package millrace.topology.function;

/** A function or operator has no result for its arguments. Carries no stack: many rows may fail. */
public final class FunctionFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FunctionFailure(String reason) {
        super(reason, null, false, false);
    }
}

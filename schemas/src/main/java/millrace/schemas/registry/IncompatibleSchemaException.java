package millrace.schemas.registry;

/** The registry refused a schema that would break its subject. */
public final class IncompatibleSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public IncompatibleSchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}

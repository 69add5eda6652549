package millrace.schemas.problem;

/** Says in words what an exception says in several. */
public final class Failure {
    private static final int DEEPEST = 32;

    private Failure() {}

    /**
     * The message of an exception and, where it says more, that of its deepest cause: the first often names only the
     * step that failed, such as "Error occurred while processing GET request", the last why: "Connection refused".
     */
    public static String words(Throwable thrown) {
        Throwable outer = thrown;
        // A wrapper without words of its own has those of its cause, under the name of its class.
        while (outer.getCause() != null
                && (outer.getMessage() == null || outer.getMessage().equals(outer.getCause().toString()))) {
            outer = outer.getCause();
        }
        Throwable root = outer;
        for (int depth = 0; root.getCause() != null && depth < DEEPEST; depth++) {
            root = root.getCause();
        }
        String first = own(outer);
        String last = own(root);
        return first.contains(last) ? first : first + ": " + last;
    }

    private static String own(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message.strip();
    }
}

package millrace.ops.project;

/**
 * The text of a setting in which secrets are named, never written: {@code ${ENV}} or {@code ${file:path}}. Wherever it
 * is shown, logged or compared it is the text as written; only {@link #reveal()} gives what the setting stands for.
 */
public final class Secret {
    private final String written;
    private final String value;

    Secret(String written, String value) {
        this.written = written;
        this.value = value;
    }

    /** The text with every secret in its place; to be handed to a client, never to a log or an output. */
    public String reveal() {
        return value;
    }

    /** Whether anything in it is hidden. */
    public boolean isSecret() {
        return !written.equals(value);
    }

    @Override
    public String toString() {
        return written;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Secret s && s.written.equals(written);
    }

    @Override
    public int hashCode() {
        return written.hashCode();
    }
}

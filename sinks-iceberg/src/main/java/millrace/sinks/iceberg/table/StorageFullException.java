package millrace.sinks.iceberg.table;

import java.io.IOException;
import java.util.Locale;

/**
 * The storage behind a table has no space left. Nothing that was being written is part of a table; the same work can be
 * done again once there is room.
 */
public final class StorageFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageFullException(String location, Throwable cause) {
        super("No space left to write " + location, cause);
    }

    /**
     * Whether a failure says, at any depth, that there is no space; file systems report it only in the text of an
     * {@link IOException}, which Iceberg wraps.
     */
    public static boolean isIn(Throwable failure) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 32; t = t.getCause(), depth++) {
            if (t instanceof StorageFullException || t instanceof IOException && saysFull(t.getMessage())) {
                return true;
            }
        }
        return false;
    }

    /** The failure itself, or, if it says that there is no space, a {@link StorageFullException} around it. */
    public static RuntimeException of(String location, RuntimeException failure) {
        return !(failure instanceof StorageFullException) && isIn(failure)
                ? new StorageFullException(location, failure)
                : failure;
    }

    private static boolean saysFull(String message) {
        if (message == null) {
            return false;
        }
        String text = message.toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("not enough space") || text.contains("quota exceeded");
    }
}

package millrace.topology.flow;

/** What a row does to the result it belongs to. */
public enum Change {
    INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE;

    private static final Change[] ALL = values();

    /** Whether the row takes away what an earlier one gave. */
    public boolean retracts() {
        return this == UPDATE_BEFORE || this == DELETE;
    }

    /** By {@link #ordinal}, as bytes keep it. */
    public static Change of(int ordinal) {
        return ALL[ordinal];
    }
}

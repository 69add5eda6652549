package millrace.schemas.evolve;

/** What a new version owes to those who read and write the topic; the seven modes of a schema registry. */
public enum Compatibility {
    NONE(false, false, false), BACKWARD(true, false, false), BACKWARD_TRANSITIVE(true, false, true), FORWARD(false,
            true, false),
    FORWARD_TRANSITIVE(false, true, true), FULL(true, true, false), FULL_TRANSITIVE(true, true,
            true);

    private final boolean newReaders;
    private final boolean oldReaders;
    private final boolean everyVersion;

    Compatibility(boolean newReaders, boolean oldReaders, boolean everyVersion) {
        this.newReaders = newReaders;
        this.oldReaders = oldReaders;
        this.everyVersion = everyVersion;
    }

    /** Whether readers of the new version must be able to read what older writers wrote. */
    boolean protectsNewReaders() {
        return newReaders;
    }

    /** Whether readers of older versions must be able to read what new writers write. */
    boolean protectsOldReaders() {
        return oldReaders;
    }

    /** Whether that holds towards every earlier version, or only the last one. */
    boolean isTransitive() {
        return everyVersion;
    }
}

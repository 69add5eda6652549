package millrace.schemas.evolve;

import java.util.List;

/** Whether a version may follow the earlier ones, and what stands against it. */
public record Verdict(Compatibility mode, List<Break> breaks) {
    public Verdict {
        breaks = List.copyOf(breaks);
    }

    public boolean isCompatible() {
        return breaks.isEmpty();
    }

    /** Who could no longer read. */
    public enum Whom {
        /** Readers of the new version, of records that are in the topic already. */
        NEW_READERS,
        /** Readers of the earlier version, of records that new producers write. */
        OLD_READERS
    }

    /** @param version the earlier version that the change is against */
    public record Break(Change change, String version, Whom whom) {
        public String describe() {
            return change.describe() + (whom == Whom.NEW_READERS
                    ? ": its readers cannot read records of " + version
                    : ": readers of " + version + " cannot read its records");
        }
    }
}

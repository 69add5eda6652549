package millrace.sinks.iceberg.event;

import java.time.Instant;

/** Files that are to take the place of others in a table, proposed by someone else than a stage worker. */
public sealed interface Replacing permits Rewrite, Publication {
    /** Unique for all time; the same id always means the same files. */
    String id();

    /** Of the table when it was read for this. */
    long layout();

    /** When that began, or was proposed; what is too old is refused, so that orphans can be removed. */
    Instant created();
}

package millrace.sinks.iceberg.maintain;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

/** How long work on a table is left off that takes the longer the larger the table is: most of the time it is not done. */
final class Leaving {
    private static final int SHARE = 20;

    private Leaving() {}

    /** At least as long as usual. */
    static Duration after(Duration took, Duration usual) {
        return Collections.max(List.of(took.multipliedBy(SHARE), usual));
    }
}

package millrace.ops.schedule;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import millrace.ops.deploy.Deployment;
import millrace.ops.project.Schedule.Action;

/** Does what schedules ask for. */
@FunctionalInterface
interface Doing {
    /**
     * Does it, or goes on with it.
     *
     * @param due when it was due
     * @param stop ends it between two steps
     * @return what came of it, in words; nothing if it was stopped
     * @throws Exception if it has failed; it may be tried again
     */
    Optional<String> perform(Deployment deployment, Action action, Instant due, ZoneId zone, BooleanSupplier stop)
            throws Exception;
}

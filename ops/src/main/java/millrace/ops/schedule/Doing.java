package millrace.ops.schedule;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import millrace.ops.deploy.Deployment;
import millrace.ops.project.Schedule;

/** Does what schedules ask for. */
@FunctionalInterface
interface Doing {
    /**
     * Does it, or goes on with it.
     *
     * @param run that it is done for, as it was begun
     * @param stop ends it between two steps
     * @return what came of it, in words; nothing if it was stopped
     * @throws Exception if it has failed; it may be tried again
     */
    Optional<String> perform(Deployment deployment, Schedule schedule, ScheduledRun run, BooleanSupplier stop)
            throws Exception;
}

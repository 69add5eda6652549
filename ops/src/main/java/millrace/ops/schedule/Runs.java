package millrace.ops.schedule;

import java.util.List;
import millrace.schemas.problem.ProblemException;

/** The runs of schedules as other programs see them: those of a platform, or some made up by a test. */
public interface Runs {
    /** All that are kept, the oldest first. */
    List<ScheduledRun> all();

    /**
     * Asks for a run beside those that are due.
     *
     * @param key that tells it apart: who asks with the same again gets the same run, whatever it has come to
     * @throws ProblemException if there is no such pipeline or schedule, or the key is none
     */
    ScheduledRun ask(String pipeline, String schedule, String key);
}

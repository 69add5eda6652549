package millrace.topology.run;

import millrace.schemas.problem.ProblemException;

/** Asked before each start of a pipeline, when its cluster can be reached and before anything is made there. */
@FunctionalInterface
public interface StartGate {
    /** Nothing keeps it. */
    StartGate OPEN = topics -> {};

    /**
     * @param topics stays the caller's to close
     * @throws ProblemException with what keeps it from starting; it is asked again after a pause
     */
    void admit(Topics topics);
}

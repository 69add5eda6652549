package millrace.replay.publish;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.time.TimeEntry;

/**
 * Whether a replay would undo what another one has done or is about to do. Pure. Who takes a step that cannot be taken back
 * writes it down first and then asks: of two that do so at once, one at least sees the other.
 */
public final class Rivals {
    private Rivals() {}

    /**
     * What keeps a replay from taking the place of what is there: late records count otherwise by now, or soon will, than it
     * has taken them, or another that is under way does not have those that this one takes in.
     *
     * @param admitted everything that is admitted
     * @param all replays, itself among them
     */
    public static Optional<Problem> ofPublication(ReplayPlan plan, Collection<TimeEntry.Admission> admitted,
            Collection<ReplayEntry> all) {
        List<TimeEntry.Admission> counts = new ArrayList<>(admitted);
        List<TimeEntry.Admission> leaving = new ArrayList<>();
        List<TimeEntry.Admission> withOwn = new ArrayList<>(admitted);
        withOwn.addAll(plan.amends());
        for (ReplayEntry other : all) {
            if (other.plan().id().equals(plan.id())) {
                continue;
            }
            if (other.status() == Status.PUBLISHING) {
                counts.addAll(other.plan().amends());
                if (other.plan().otherThan(withOwn).stream().anyMatch(plan.amends()::contains)) {
                    return Optional.of(problem(plan, "Replay " + other.plan().id() + " of " + other.by()
                            + " takes the place of what is there meanwhile, without the late records that "
                            + plan.id() + " takes in."));
                }
            } else if (other.status() == Status.ROLLING_BACK) {
                leaving.addAll(other.plan().amends());
            }
        }
        int others = plan.otherThan(counts).size();
        if (others > 0) {
            return Optional.of(problem(plan, "Of " + others + (others == 1 ? " stretch" : " stretches")
                    + " late records count otherwise by now than replay " + plan.id() + " has taken them."));
        }
        return plan.reads().stream().flatMap(r -> r.admissions().stream()).anyMatch(leaving::contains)
                ? Optional.of(problem(plan, "Late records are being left out again that replay " + plan.id()
                        + " has taken in."))
                : Optional.empty();
    }

    /** What keeps a replay from being taken back: a later one has the same stretch, and would go with it. */
    public static Optional<Problem> ofRollback(ReplayEntry entry, Collection<ReplayEntry> all) {
        return all.stream().filter(o -> o.status() == Status.PUBLISHED || o.status() == Status.PUBLISHING)
                .filter(o -> o.plan().kind() instanceof Kind.Bounded && !o.plan().id().equals(entry.plan().id()))
                .filter(o -> o.at().isAfter(entry.at()) && o.plan().overlaps(entry.plan())).findFirst()
                .map(o -> Problem.of(ReplayProblem.REPLAY_LATER_ONE, entry.plan().id(), "Replay " + o.plan().id()
                        + " has been published later over rows of the same time, and would go with replay "
                        + entry.plan().id() + ".").withRemedy("Run millrace replay rollback " + o.plan().id()
                                + " --execute first."));
    }

    private static Problem problem(ReplayPlan plan, String message) {
        return Problem.of(ReplayProblem.REPLAY_AMENDED_SINCE, plan.id(), message)
                .withRemedy(ReplayProblem.REPLAY_AMENDED_SINCE.remedy());
    }
}

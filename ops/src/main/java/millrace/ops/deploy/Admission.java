package millrace.ops.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.topology.change.ModelChange;
import millrace.topology.change.ModelChange.Verdict;
import millrace.topology.change.PipelineChange;

/** Whether a pipeline may go on by the text of a folder, where another may have run. Pure. */
public sealed interface Admission {
    /** It has run by this text before. */
    record Same() implements Admission {}

    /**
     * It goes on by this text.
     *
     * @param changed what it means for each model that is another; empty if nothing ran before
     */
    record Rolls(Deployed next, List<ModelChange> changed) implements Admission {
        public Rolls {
            changed = List.copyOf(changed);
        }
    }

    /** What is remembered means nothing to this text. */
    record Refused(List<Problem> problems) implements Admission {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /**
     * @param runs what is written down; absent if nothing ever ran
     * @param wanted what the folder says, with nothing left behind
     */
    static Admission decide(Optional<Deployed> runs, Deployed wanted) {
        if (runs.isEmpty()) {
            return new Rolls(wanted, List.of());
        }
        Deployed before = runs.get();
        SortedMap<String, ModelChange> changes = PipelineChange.between(before.models(), wanted.models());
        List<Problem> problems = new ArrayList<>();
        for (ModelChange change : changes.values()) {
            if (change.verdict() == Verdict.NEEDS_REPLAY) {
                problems.add(refused(change.model(), String.join("; ", change.because())));
            } else if (change.verdict() == Verdict.NEW && before.left().containsKey(change.model())
                    && wanted.models().get(change.model()).remembers()) {
                problems.add(
                        refused(change.model(), "it ran before, was taken away, and what it remembers is from then"));
            }
        }
        if (!problems.isEmpty()) {
            return new Refused(problems);
        }
        Deployed next = before.next(wanted, Map.of());
        return next.saysTheSameAs(before)
                ? new Same()
                : new Rolls(next, changes.values().stream().filter(c -> c.verdict() != Verdict.UNCHANGED).toList());
    }

    private static Problem refused(String model, String because) {
        return Problem.of(OpsProblem.STATE_OF_OTHER_TEXT, model, model + " cannot go on from where it stopped: "
                + because + ".").withRemedy(OpsProblem.STATE_OF_OTHER_TEXT.remedy());
    }
}

package millrace.topology.change;

import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.Collections;
import millrace.topology.change.ModelChange.Verdict;

/**
 * How another text comes to be what runs. Pure.
 *
 * @param rolls models whose rows that come from now on are by the new text, without a look at those before
 * @param replays models that are computed from the first record on beside what runs, and then take its place
 * @param leaves models that nothing computes any longer
 */
public record Rollout(SortedSet<String> rolls, SortedSet<String> replays, SortedSet<String> leaves) {
    public Rollout {
        rolls = Collections.unmodifiableSortedSet(new TreeSet<>(rolls));
        replays = Collections.unmodifiableSortedSet(new TreeSet<>(replays));
        leaves = Collections.unmodifiableSortedSet(new TreeSet<>(leaves));
    }

    /**
     * A stateless change rolls, unless a model behind it is replayed: then its rows are computed anyway, and come along, so
     * that the tables go on telling the same story.
     *
     * @param now shapes of all models that are to run
     */
    public static Rollout of(SortedMap<String, ModelChange> changes, Map<String, ModelShape> now) {
        SortedSet<String> replays = new TreeSet<>();
        SortedSet<String> leaves = new TreeSet<>();
        changes.forEach((model, change) -> {
            switch (change.verdict()) {
                case STATE_KEPT, NEEDS_REPLAY, NEW -> replays.add(model);
                case REMOVED -> leaves.add(model);
                case UNCHANGED, TABLE, STATELESS -> {
                    // Depends on who reads it.
                }
            }
        });
        SortedSet<String> before = new TreeSet<>();
        replays.forEach(m -> collectBefore(m, now, before));
        SortedSet<String> rolls = new TreeSet<>();
        changes.forEach((model, change) -> {
            if (change.verdict() == Verdict.STATELESS && before.contains(model)) {
                replays.add(model);
            } else if (change.verdict() == Verdict.STATELESS || change.verdict() == Verdict.TABLE) {
                rolls.add(model);
            }
        });
        return new Rollout(rolls, replays, leaves);
    }

    private static void collectBefore(String model, Map<String, ModelShape> shapes, SortedSet<String> into) {
        shapes.get(model).reads().forEach((source, read) -> {
            if (read.isOfModel() && into.add(source)) {
                collectBefore(source, shapes, into);
            }
        });
    }

    public boolean isEmpty() {
        return rolls.isEmpty() && replays.isEmpty() && leaves.isEmpty();
    }
}

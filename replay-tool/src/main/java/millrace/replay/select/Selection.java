package millrace.replay.select;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/**
 * Models as dbt selects them. Pure.
 *
 * <pre>
 *   silver.clicks        this model          silver.*  silver   those of a layer
 *   silver.clicks+       and what reads it   clicks+            what reads a contract
 *   2+gold.sessions      and what it reads, at most two steps away
 *   &#64;silver.clicks      what reads it, with everything that this reads
 *   a b                  both                a,b                what is in both
 * </pre>
 */
public final class Selection {
    private static final Pattern WORD = Pattern.compile("(@)?(?:(\\d*)(\\+))?([A-Za-z0-9_.*?-]+?)(?:(\\+)(\\d*))?");

    private final ModelGraph graph;

    public Selection(ModelGraph graph) {
        this.graph = graph;
    }

    /**
     * The models that are meant.
     *
     * @param selected none stands for all
     * @throws ProblemException with {@code REPLAY_SELECTS_NOTHING} if a word means no model
     */
    public SortedSet<String> of(Collection<String> selected, Collection<String> excluded) {
        SortedSet<String> models = selected.isEmpty() ? graph.models() : union(selected);
        models.removeAll(union(excluded));
        if (models.isEmpty()) {
            throw nothing(String.join(" ", selected), "Every model that is selected is excluded.");
        }
        return models;
    }

    private SortedSet<String> union(Collection<String> words) {
        SortedSet<String> models = new TreeSet<>();
        for (String text : words) {
            for (String word : text.strip().split("\\s+")) {
                models.addAll(intersection(word));
            }
        }
        return models;
    }

    private SortedSet<String> intersection(String text) {
        SortedSet<String> models = graph.models();
        for (String word : text.split(",")) {
            models.retainAll(of(word));
        }
        if (models.isEmpty()) {
            throw nothing(text, "No model is in all of " + text.replace(",", " and ") + ".");
        }
        return models;
    }

    private SortedSet<String> of(String word) {
        Matcher m = WORD.matcher(word);
        List<String> named = m.matches() ? named(m.group(4)) : List.of();
        if (named.isEmpty()) {
            throw nothing(word, "There is no model \"" + word + "\"."
                    + Nearest.hint(m.matches() ? m.group(4) : word, graph.names()));
        }
        SortedSet<String> models = new TreeSet<>(named);
        for (String name : named) {
            if (m.group(3) != null) {
                models.addAll(graph.upstream(name, steps(m.group(2))));
            }
            if (m.group(5) != null || m.group(1) != null) {
                models.addAll(graph.downstream(name, steps(m.group(6))));
            }
        }
        if (m.group(1) != null) {
            List.copyOf(models).forEach(reader -> models.addAll(graph.upstream(reader, Integer.MAX_VALUE)));
        }
        models.retainAll(graph.models());
        if (models.isEmpty()) {
            throw nothing(word, named.get(0) + " is a contract, which is not computed from anything."
                    + " Write \"" + named.get(0) + "+\" for the models that read it.");
        }
        return models;
    }

    private List<String> named(String pattern) {
        List<String> named = new ArrayList<>();
        String expression = pattern.codePoints().mapToObj(Character::toString)
                .map(c -> c.equals("*") ? ".*" : c.equals("?") ? "." : Pattern.quote(c)).collect(Collectors.joining());
        for (String name : graph.names()) {
            if (name.matches(expression) || name.startsWith(pattern + ".")) {
                named.add(name);
            }
        }
        return named;
    }

    /** Without a number, however many. */
    private static int steps(String number) {
        return number == null || number.isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(number);
    }

    private static ProblemException nothing(String subject, String message) {
        return new ProblemException(Problem.of(ReplayProblem.REPLAY_SELECTS_NOTHING, subject, message)
                .withRemedy(ReplayProblem.REPLAY_SELECTS_NOTHING.remedy()));
    }
}

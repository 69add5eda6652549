package millrace.schemas.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The known word a mistyped one most likely means. */
public final class Nearest {
    private Nearest() {}

    /** The closest known word by edit distance, ignoring case, if it is near enough to be worth a suggestion. */
    public static Optional<String> to(String word, Collection<String> known) {
        int most = Math.max(1, word.length() / 3);
        var distance = new LevenshteinDistance(most + 1);
        String lower = word.toLowerCase(Locale.ROOT);
        record Scored(String name, int score) {}
        return known.stream().map(k -> new Scored(k, distance.apply(lower, k.toLowerCase(Locale.ROOT))))
                .filter(s -> s.score() >= 0 && s.score() <= most)
                .min(Comparator.comparingInt(Scored::score).thenComparing(Scored::name)).map(Scored::name);
    }

    /** {@code  Did you mean "x"?} with a leading space, or nothing. */
    public static String hint(String word, Collection<String> known) {
        return to(word, known).map(n -> " Did you mean \"" + n + "\"?").orElse("");
    }
}

package millrace.schemas.problem;

import java.util.Optional;

/**
 * One problem, ready to be shown.
 *
 * @param subject the thing it is about when there is no file: a table, topic, subject or flag
 * @param message what was found and what was expected, in whole sentences
 * @param remedy what to do now; empty where the message says it already
 */
public record Problem(ProblemCode code, Optional<Place> place, String subject, String message, String remedy) {

    public static Problem at(ProblemCode code, Place place, String message) {
        return new Problem(code, Optional.of(place), "", message, "");
    }

    public static Problem of(ProblemCode code, String subject, String message) {
        return new Problem(code, Optional.empty(), subject, message, "");
    }

    public Problem withRemedy(String text) {
        return new Problem(code, place, subject, message, text);
    }

    /** Header, excerpt with a caret, message, remedy: several lines without a trailing line break. */
    public String toText() {
        return toText("error");
    }

    /** The same with another first word, such as {@code blocked} or {@code warning}. */
    public String toText(String severity) {
        StringBuilder text = new StringBuilder(severity).append(' ').append(code.name()).append("   ")
                .append(place.map(Place::toString).orElse(subject));
        place.ifPresent(p -> p.excerpt().ifPresent(line -> {
            text.append("\n  ").append(line);
            if (p.column() > 0) {
                text.append("\n  ").append(" ".repeat(p.column() - 1)).append("^".repeat(p.length()));
            }
        }));
        message.lines().forEach(line -> text.append("\n  ").append(line));
        remedy.lines().forEach(line -> text.append("\n  ").append(line));
        return text.toString();
    }
}

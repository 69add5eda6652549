package millrace.topology.function;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The regular expression of one place in an expression: kept while the text stays the same. */
public final class Regex {
    /** How a text is read as a regular expression. */
    public enum Syntax {
        JAVA, LIKE, ILIKE, SIMILAR
    }

    private final Syntax syntax;
    private String text;
    private String escape;
    private Pattern pattern;

    public Regex(Syntax syntax) {
        this.syntax = syntax;
    }

    public Pattern of(String newText) {
        return of(newText, "");
    }

    /** @throws FunctionFailure if the text is not a pattern */
    public Pattern of(String newText, String newEscape) {
        if (pattern == null || !newText.equals(text) || !newEscape.equals(escape)) {
            pattern = switch (syntax) {
                case JAVA -> compile(newText, 0);
                case LIKE -> PatternFunctions.like(newText, newEscape);
                case ILIKE -> PatternFunctions.ilike(newText, newEscape);
                case SIMILAR -> PatternFunctions.similar(newText, newEscape);
            };
            text = newText;
            escape = newEscape;
        }
        return pattern;
    }

    static Pattern compile(String text, int flags) {
        try {
            return Pattern.compile(text, flags);
        } catch (PatternSyntaxException e) {
            throw new FunctionFailure("'" + text + "' is not a regular expression: " + e.getDescription());
        }
    }
}

package millrace.topology.function;

import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;

/** The date pattern of one place in an expression: kept while the text stays the same. */
public final class DateFormat {
    private String text;
    private DateTimeFormatter format;

    /** @throws FunctionFailure if the text is not a pattern */
    public DateTimeFormatter of(String newText) {
        if (format == null || !newText.equals(text)) {
            try {
                // Days that do not exist must fail, which needs "u" for years: "y" waits for an era then.
                format = DateTimeFormatter.ofPattern(yearsWithoutEra(newText), Locale.ROOT)
                        .withChronology(IsoChronology.INSTANCE).withResolverStyle(ResolverStyle.STRICT);
            } catch (IllegalArgumentException e) {
                throw new FunctionFailure("'" + newText + "' is not a date pattern: " + e.getMessage());
            }
            text = newText;
        }
        return format;
    }

    private static String yearsWithoutEra(String pattern) {
        StringBuilder out = new StringBuilder(pattern);
        boolean quoted = false;
        for (int i = 0; i < out.length(); i++) {
            quoted ^= out.charAt(i) == '\'';
            if (!quoted && out.charAt(i) == 'y') {
                out.setCharAt(i, 'u');
            }
        }
        return out.toString();
    }
}

package millrace.topology.function;

import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Functions by regular expression, in Java's syntax. */
public final class PatternFunctions {
    private PatternFunctions() {}

    @Sql(value = "REGEXP_LIKE(text, regex) -> bool", doc = "Whether the expression matches anywhere in the text.", examples = {
            "REGEXP_LIKE('order-17', '[0-9]+')", "NOT REGEXP_LIKE('order', '^[0-9]')"})
    public static boolean regexpLike(String s, Pattern regex) {
        return deepEnough(() -> regex.matcher(s).find());
    }

    @Sql(value = "REGEXP_REPLACE(text, regex, text) -> text", doc = "The text with every match replaced; $1 stands for the first group.", examples = {
            "REGEXP_REPLACE('a1b22', '[0-9]+', '#') = 'a#b#'",
            "REGEXP_REPLACE('2026-11', '(\\d+)-(\\d+)', '$2/$1') = '11/2026'"})
    public static String regexpReplace(String s, Pattern regex, String by) {
        return deepEnough(() -> regex.matcher(s).replaceAll(by));
    }

    @Sql(value = "REGEXP_EXTRACT(text, regex) -> text", mayGiveNull = true, doc = "The first match, or one group of it; NULL if nothing matches.", examples = {
            "REGEXP_EXTRACT('order-17', '[0-9]+') = '17'",
            "REGEXP_EXTRACT('k=v', '(\\w)=(\\w)', 2) = 'v'", "REGEXP_EXTRACT('abc', '[0-9]') IS NULL"})
    public static String regexpExtract(String s, Pattern regex) {
        return regexpExtract(s, regex, 0);
    }

    @Sql(value = "REGEXP_EXTRACT(text, regex, int) -> text", mayGiveNull = true)
    public static String regexpExtract(String s, Pattern regex, int group) {
        return deepEnough(() -> {
            Matcher m = regex.matcher(s);
            if (group < 0 || group > m.groupCount()) {
                throw new FunctionFailure("the expression " + regex + " has no group " + group);
            }
            return m.find() ? m.group(group) : null;
        });
    }

    @Sql(value = "REGEXP_COUNT(text, regex) -> int", doc = "The number of matches.", examples = "REGEXP_COUNT('a1b22', '[0-9]') = 3")
    public static int regexpCount(String s, Pattern regex) {
        return deepEnough(() -> (int) regex.matcher(s).results().count());
    }

    /** Whether the whole text matches a pattern of LIKE, ILIKE or SIMILAR TO. */
    public static boolean matches(String s, Pattern pattern) {
        return deepEnough(() -> pattern.matcher(s).matches());
    }

    /** The regular expression that {@code LIKE} means. */
    public static Pattern like(String pattern, String escape) {
        return Pattern.compile(likeRegex(pattern, escape), Pattern.DOTALL);
    }

    /** The regular expression that {@code ILIKE} means. */
    public static Pattern ilike(String pattern, String escape) {
        return Pattern.compile(likeRegex(pattern, escape),
                Pattern.DOTALL | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    private static String likeRegex(String pattern, String escape) {
        if (escape.length() > 1) {
            throw new FunctionFailure("the escape must be one character, found '" + escape + "'");
        }
        char mark = escape.isEmpty() ? '\0' : escape.charAt(0);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (!escape.isEmpty() && c == mark) {
                if (++i == pattern.length()) {
                    throw new FunctionFailure("the pattern '" + pattern + "' ends with its escape");
                }
                out.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
            } else if (c == '%') {
                out.append(".*");
            } else if (c == '_') {
                out.append('.');
            } else if (Character.isLetterOrDigit(c) || Character.isSurrogate(c) || c == ' ') {
                out.append(c);
            } else {
                out.append('\\').append(c);
            }
        }
        return out.toString();
    }

    /** The regular expression that {@code SIMILAR TO} means. */
    public static Pattern similar(String pattern, String escape) {
        StringBuilder out = new StringBuilder();
        boolean inSet = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (!escape.isEmpty() && c == escape.charAt(0) && i + 1 < pattern.length()) {
                out.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
            } else if (inSet) {
                inSet = c != ']';
                out.append(c == '\\' ? "\\\\" : String.valueOf(c));
            } else if (c == '[') {
                inSet = true;
                out.append(c);
            } else if (c == '%') {
                out.append(".*");
            } else if (c == '_') {
                out.append('.');
            } else if (".^$\\".indexOf(c) >= 0) {
                out.append('\\').append(c);
            } else {
                out.append(c);
            }
        }
        return Regex.compile(out.toString(), Pattern.DOTALL);
    }

    /** Java's matcher recurses: a long text against nested alternatives must not take the task down. */
    private static <T> T deepEnough(Supplier<T> match) {
        try {
            return match.get();
        } catch (StackOverflowError e) {
            throw new FunctionFailure("the text is too long for this regular expression");
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new FunctionFailure("the replacement names a group that does not exist: " + e.getMessage());
        }
    }
}

package millrace.topology.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Functions on text. Characters are Unicode code points, counted from 1. */
public final class TextFunctions {
    private static final int LONGEST = 1 << 24;

    private TextFunctions() {}

    @Sql(value = "UPPER(text) -> text", doc = "The text in upper case.", examples = "UPPER('straße') = 'STRASSE'")
    public static String upper(String s) {
        return s.toUpperCase(Locale.ROOT);
    }

    @Sql(value = "LOWER(text) -> text", doc = "The text in lower case.", examples = "LOWER('ABC') = 'abc'")
    public static String lower(String s) {
        return s.toLowerCase(Locale.ROOT);
    }

    @Sql(value = "INITCAP(text) -> text", doc = "Each word with a capital first letter and the rest in lower case.", examples = "INITCAP('hello wORLD') = 'Hello World'")
    public static String initcap(String s) {
        StringBuilder out = new StringBuilder(s.length());
        boolean inside = false;
        for (int i = 0; i < s.length();) {
            int c = s.codePointAt(i);
            out.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inside = Character.isLetterOrDigit(c);
            i += Character.charCount(c);
        }
        return out.toString();
    }

    @Sql(value = "CHAR_LENGTH(text) -> int", doc = "The number of characters.", examples = {"CHAR_LENGTH('héllo') = 5",
            "CHAR_LENGTH('') = 0"})
    public static int charLength(String s) {
        return s.codePointCount(0, s.length());
    }

    @Sql(value = "CHARACTER_LENGTH(text) -> int", doc = "As CHAR_LENGTH.", examples = "CHARACTER_LENGTH('abc') = 3")
    public static int characterLength(String s) {
        return charLength(s);
    }

    @Sql(value = "LENGTH(text) -> int", doc = "As CHAR_LENGTH; of bytes, their number.", examples = {
            "LENGTH('abc') = 3", "LENGTH(X'00FF') = 2"})
    public static int length(String s) {
        return charLength(s);
    }

    @Sql("LENGTH(bytes) -> int")
    public static int length(byte[] bytes) {
        return bytes.length;
    }

    @Sql(value = "OCTET_LENGTH(text) -> int", doc = "The number of bytes, of text in UTF-8.", examples = {
            "OCTET_LENGTH('é') = 2", "OCTET_LENGTH(X'00FF') = 2"})
    public static int octetLength(String s) {
        return s.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }

    @Sql("OCTET_LENGTH(bytes) -> int")
    public static int octetLength(byte[] bytes) {
        return bytes.length;
    }

    @Sql(value = "BTRIM(text) -> text", doc = "The text without blanks, or the given characters, at both ends; "
            + "TRIM([BOTH | LEADING | TRAILING] chars FROM text) says the same.", examples = {"BTRIM('  a ') = 'a'",
                    "TRIM(BOTH 'x' FROM 'xxaxx') = 'a'", "TRIM('  a ') = 'a'"})
    public static String btrim(String s) {
        return btrim(s, " ");
    }

    @Sql("BTRIM(text, text) -> text")
    public static String btrim(String s, String chars) {
        return ltrim(rtrim(s, chars), chars);
    }

    @Sql(value = "LTRIM(text) -> text", doc = "The text without blanks, or the given characters, at its start.", examples = {
            "LTRIM('  a ') = 'a '", "LTRIM('xyxa', 'xy') = 'a'"})
    public static String ltrim(String s) {
        return ltrim(s, " ");
    }

    @Sql("LTRIM(text, text) -> text")
    public static String ltrim(String s, String chars) {
        int i = 0;
        while (i < s.length() && chars.indexOf(s.codePointAt(i)) >= 0) {
            i += Character.charCount(s.codePointAt(i));
        }
        return s.substring(i);
    }

    @Sql(value = "RTRIM(text) -> text", doc = "The text without blanks, or the given characters, at its end.", examples = {
            "RTRIM('  a ') = '  a'", "RTRIM('axy', 'xy') = 'a'"})
    public static String rtrim(String s) {
        return rtrim(s, " ");
    }

    @Sql("RTRIM(text, text) -> text")
    public static String rtrim(String s, String chars) {
        int i = s.length();
        while (i > 0 && chars.indexOf(s.codePointBefore(i)) >= 0) {
            i -= Character.charCount(s.codePointBefore(i));
        }
        return s.substring(0, i);
    }

    @Sql(value = "SUBSTRING(text, int) -> text", doc = "The characters from a position on, at most as many as said; SUBSTRING(text FROM n FOR m) says the "
            + "same. A negative length fails.", examples = {"SUBSTRING('hello', 2) = 'ello'",
                    "SUBSTRING('hello', 2, 3) = 'ell'",
                    "SUBSTRING('hello' FROM 4 FOR 9) = 'lo'", "SUBSTRING('hello', -1, 3) = 'h'",
                    "SUBSTRING('hello', 9) = ''"})
    public static String substring(String s, int from) {
        return substring(s, from, Integer.MAX_VALUE);
    }

    @Sql("SUBSTRING(text, int, int) -> text")
    public static String substring(String s, int from, int length) {
        if (length < 0) {
            throw new FunctionFailure("a substring cannot have the length " + length);
        }
        int size = charLength(s);
        long start = Math.max(1L, from);
        long end = Math.min((long) size + 1, (long) from + length);
        if (start >= end) {
            return "";
        }
        int first = s.offsetByCodePoints(0, (int) start - 1);
        return s.substring(first, s.offsetByCodePoints(first, (int) (end - start)));
    }

    @Sql(value = "SUBSTR(text, int) -> text", doc = "As SUBSTRING.", examples = "SUBSTR('hello', 2, 3) = 'ell'")
    public static String substr(String s, int from) {
        return substring(s, from);
    }

    @Sql("SUBSTR(text, int, int) -> text")
    public static String substr(String s, int from, int length) {
        return substring(s, from, length);
    }

    @Sql(value = "LEFT(text, int) -> text", doc = "The first characters.", examples = {"LEFT('hello', 2) = 'he'",
            "LEFT('a', 5) = 'a'", "LEFT('a', -1) = ''"})
    public static String left(String s, int n) {
        return substring(s, 1, Math.max(0, n));
    }

    @Sql(value = "RIGHT(text, int) -> text", doc = "The last characters.", examples = {"RIGHT('hello', 2) = 'lo'",
            "RIGHT('a', 5) = 'a'"})
    public static String right(String s, int n) {
        int size = charLength(s);
        return n <= 0 ? "" : n >= size ? s : s.substring(s.offsetByCodePoints(0, size - n));
    }

    @Sql(value = "POSITION(text, text) -> int", doc = "Where the first text begins in the second, 0 if nowhere; written POSITION(part IN text).", examples = {
            "POSITION('l' IN 'hello') = 3", "POSITION('z' IN 'hello') = 0"})
    public static int position(String part, String s) {
        int i = s.indexOf(part);
        return i < 0 ? 0 : s.codePointCount(0, i) + 1;
    }

    @Sql(value = "STRPOS(text, text) -> int", doc = "Where the second text begins in the first, 0 if nowhere.", examples = "STRPOS('hello', 'lo') = 4")
    public static int strpos(String s, String part) {
        return position(part, s);
    }

    @Sql(value = "OVERLAY(text, text, int) -> text", doc = "The text with a part replaced; written OVERLAY(text PLACING other FROM n [FOR m]).", examples = {
            "OVERLAY('abcdef' PLACING 'XY' FROM 3) = 'abXYef'",
            "OVERLAY('abcdef' PLACING 'X' FROM 2 FOR 4) = 'aXf'"})
    public static String overlay(String s, String other, int from) {
        return overlay(s, other, from, charLength(other));
    }

    @Sql("OVERLAY(text, text, int, int) -> text")
    public static String overlay(String s, String other, int from, int length) {
        if (from < 1 || length < 0) {
            throw new FunctionFailure("cannot replace " + length + " characters from position " + from);
        }
        long rest = Math.min((long) from + length, Integer.MAX_VALUE);
        return substring(s, 1, from - 1) + other + substring(s, (int) rest);
    }

    @Sql(value = "REPLACE(text, text, text) -> text", doc = "The text with every occurrence of the second replaced.", examples = {
            "REPLACE('banana', 'an', 'AN') = 'bANANa'", "REPLACE('abc', '', 'x') = 'abc'"})
    public static String replace(String s, String part, String by) {
        return part.isEmpty() ? s : bounded(s.replace(part, by));
    }

    @Sql(value = "TRANSLATE(text, text, text) -> text", doc = "The text with each character of the second replaced by the one at its place in the third, or removed.", examples = "TRANSLATE('hello', 'elo', 'ip') = 'hipp'")
    public static String translate(String s, String from, String to) {
        int[] source = from.codePoints().toArray();
        int[] target = to.codePoints().toArray();
        StringBuilder out = new StringBuilder(s.length());
        s.codePoints().forEach(c -> {
            int i = 0;
            while (i < source.length && source[i] != c) {
                i++;
            }
            if (i == source.length) {
                out.appendCodePoint(c);
            } else if (i < target.length) {
                out.appendCodePoint(target[i]);
            }
        });
        return out.toString();
    }

    @Sql(value = "REVERSE(text) -> text", doc = "The characters in reverse order.", examples = "REVERSE('abc') = 'cba'")
    public static String reverse(String s) {
        return new StringBuilder(s).reverse().toString();
    }

    @Sql(value = "REPEAT(text, int) -> text", doc = "The text so many times; longer than 16 M characters fails.", examples = {
            "REPEAT('ab', 3) = 'ababab'", "REPEAT('ab', -1) = ''"})
    public static String repeat(String s, int n) {
        if ((long) s.length() * Math.max(0, n) > LONGEST) {
            throw new FunctionFailure("the text would be longer than " + LONGEST + " characters");
        }
        return s.repeat(Math.max(0, n));
    }

    @Sql(value = "LPAD(text, int) -> text", doc = "The text filled at its start, or cut at its end, to a length.", examples = {
            "LPAD('7', 3, '0') = '007'", "LPAD('hello', 2) = 'he'", "LPAD('a', 3) = '  a'"})
    public static String lpad(String s, int length) {
        return lpad(s, length, " ");
    }

    @Sql("LPAD(text, int, text) -> text")
    public static String lpad(String s, int length, String fill) {
        return length <= charLength(s) ? left(s, length) : padding(s, length, fill) + s;
    }

    @Sql(value = "RPAD(text, int) -> text", doc = "The text filled or cut at its end to a length.", examples = {
            "RPAD('7', 3, 'ab') = '7ab'", "RPAD('hello', 2) = 'he'"})
    public static String rpad(String s, int length) {
        return rpad(s, length, " ");
    }

    @Sql("RPAD(text, int, text) -> text")
    public static String rpad(String s, int length, String fill) {
        return length <= charLength(s) ? left(s, length) : s + padding(s, length, fill);
    }

    private static String padding(String s, int length, String fill) {
        if (fill.isEmpty()) {
            return "";
        }
        int missing = length - charLength(s);
        return left(repeat(fill, missing / charLength(fill) + 1), missing);
    }

    @Sql(value = "SPLIT_PART(text, text, int) -> text", doc = "The n-th part between separators, counted from 1, from the end if negative; empty if there is none.", examples = {
            "SPLIT_PART('a,b,c', ',', 2) = 'b'", "SPLIT_PART('a,b', ',', 5) = ''",
            "SPLIT_PART('a,b,c', ',', -1) = 'c'"})
    public static String splitPart(String s, String separator, int n) {
        if (n == 0) {
            throw new FunctionFailure("parts are counted from 1, or from -1 at the end");
        }
        List<String> parts = split(s, separator);
        int i = n > 0 ? n - 1 : parts.size() + n;
        return i < 0 || i >= parts.size() ? "" : parts.get(i);
    }

    @Sql(value = "SPLIT_INDEX(text, text, int) -> text", mayGiveNull = true, doc = "The part between separators with an index counted from 0; NULL if there is none.", examples = {
            "SPLIT_INDEX('a,b,c', ',', 0) = 'a'", "SPLIT_INDEX('a,b', ',', 5) IS NULL"})
    public static String splitIndex(String s, String separator, int index) {
        List<String> parts = split(s, separator);
        return index < 0 || index >= parts.size() ? null : parts.get(index);
    }

    @Sql(value = "SPLIT(text, text) -> array<text>", doc = "The parts between separators.", examples = {
            "SPLIT('a,b', ',')[2] = 'b'", "CARDINALITY(SPLIT('', ',')) = 1"})
    public static List<String> split(String s, String separator) {
        List<String> parts = new ArrayList<>();
        if (separator.isEmpty()) {
            parts.add(s);
            return parts;
        }
        int start = 0;
        for (int i = s.indexOf(separator); i >= 0; i = s.indexOf(separator, start)) {
            parts.add(s.substring(start, i));
            start = i + separator.length();
        }
        parts.add(s.substring(start));
        return parts;
    }

    @Sql(value = "STARTS_WITH(text, text) -> bool", doc = "Whether the first text begins with the second.", examples = {
            "STARTS_WITH('hello', 'he')", "NOT STARTS_WITH('hello', 'lo')"})
    public static boolean startsWith(String s, String part) {
        return s.startsWith(part);
    }

    @Sql(value = "ENDS_WITH(text, text) -> bool", doc = "Whether the first text ends with the second.", examples = "ENDS_WITH('hello', 'lo')")
    public static boolean endsWith(String s, String part) {
        return s.endsWith(part);
    }

    @Sql(value = "CONTAINS(text, text) -> bool", doc = "Whether the second text occurs in the first.", examples = "CONTAINS('hello', 'ell')")
    public static boolean contains(String s, String part) {
        return s.contains(part);
    }

    @Sql(value = "ASCII(text) -> int", doc = "The code point of the first character; 0 for empty text.", examples = "ASCII('A') = 65")
    public static int ascii(String s) {
        return s.isEmpty() ? 0 : s.codePointAt(0);
    }

    @Sql(value = "CHR(int) -> text", doc = "The character with a code point.", examples = "CHR(65) = 'A'")
    public static String chr(int codePoint) {
        if (!Character.isValidCodePoint(codePoint) || codePoint == 0) {
            throw new FunctionFailure(codePoint + " is not the code point of a character");
        }
        return Character.toString(codePoint);
    }

    /** The parts that are not null with a separator between them. */
    public static String concatWithSeparator(String separator, Object[] parts) {
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Object part : parts) {
            if (part != null) {
                out.append(first ? "" : separator).append(part);
                first = false;
            }
        }
        return out.toString();
    }

    private static String bounded(String s) {
        if (s.length() > LONGEST) {
            throw new FunctionFailure("the text would be longer than " + LONGEST + " characters");
        }
        return s;
    }
}

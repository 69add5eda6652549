package millrace.schemas.wire;

/** One record cannot be read. Carries what quarantine shows and no stack trace, so that poison costs little. */
public final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    private final WireProblem code;
    private final String field;
    private final String expected;
    private final String actual;

    private Malformed(WireProblem code, String field, String expected, String actual) {
        super((field.isEmpty() ? "" : field + ": ") + "expected " + expected + ", found " + actual, null, false, false);
        this.code = code;
        this.field = field;
        this.expected = expected;
        this.actual = actual;
    }

    /** The bytes do not mean anything of the kind expected. */
    public static Malformed bytes(String expected, String actual) {
        return new Malformed(WireProblem.RECORD_MALFORMED, "", expected, actual);
    }

    static Malformed missing() {
        return new Malformed(WireProblem.RECORD_NULL, "", "a value", "null");
    }

    /** The same inside a field of an outer row. */
    Malformed in(String outer) {
        String path = field.isEmpty() ? outer : field.startsWith("[") ? outer + field : outer + "." + field;
        return new Malformed(code, path, expected, actual);
    }

    public WireProblem code() {
        return code;
    }

    /** Path of the column, such as {@code address.city} or {@code tags[2]}; empty if the record as a whole is meant. */
    public String field() {
        return field;
    }

    public String expected() {
        return expected;
    }

    /** What was found instead, cut to a length that can be shown. */
    public String actual() {
        return actual;
    }

    static String shown(String value) {
        return '"' + (value.length() > 80 ? value.substring(0, 80) + "..." : value) + '"';
    }
}

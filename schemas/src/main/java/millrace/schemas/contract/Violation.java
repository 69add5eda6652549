package millrace.schemas.contract;

/**
 * What a record breaks first.
 *
 * @param field path of the column, such as {@code customer.email} or {@code lines[2].price}
 * @param expected the promise, in words
 * @param actual the value, cut to a length that can be shown
 */
public record Violation(String field, String expected, String actual) {
    Violation in(String outer) {
        return new Violation(field.isEmpty() ? outer : field.startsWith("[") ? outer + field : outer + "." + field,
                expected, actual);
    }
}

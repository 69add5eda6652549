package millrace.topology.quarantine;

import millrace.schemas.problem.ProblemCode;
import millrace.schemas.wire.Malformed;
import millrace.topology.compile.ExpressionFailure;

/**
 * Why one record is not taken. Texts are empty where they do not apply.
 *
 * @param model whose row could not be made; empty if the record itself is at fault
 * @param field path of the column, such as {@code address.city}
 * @param expression as the model's author wrote it
 */
public record Refusal(ProblemCode reason, String model, String field, String expected, String actual,
        String expression) {

    /** The record itself is at fault. */
    public static Refusal of(ProblemCode reason, String field, String expected, String actual) {
        return new Refusal(reason, "", field, expected, actual, "");
    }

    public static Refusal of(Malformed malformed) {
        return of(malformed.code(), malformed.field(), malformed.expected(), malformed.actual());
    }

    public static Refusal of(String model, ExpressionFailure failure) {
        return new Refusal(QuarantineReason.EXPRESSION_FAILED, model, "", "", failure.reason(), failure.expression());
    }

    /** A row of a model cannot be written. */
    public static Refusal ofRow(QuarantineReason reason, String model, String field, String expected, String actual) {
        return new Refusal(reason, model, field, expected, actual, "");
    }
}

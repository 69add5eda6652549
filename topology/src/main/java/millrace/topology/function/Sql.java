package millrace.topology.function;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a public static method callable from SQL. A NULL argument makes the result NULL without a call; a result of
 * null is NULL; {@link FunctionFailure} says that there is no result.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Sql {
    /**
     * Name, arguments and result, such as {@code LPAD(text, int, text) -> text}; the words are those of
     * {@link Parameter} and {@link FunctionSignature.Result}.
     */
    String value();

    /** Whether it may give NULL though no argument is. */
    boolean mayGiveNull() default false;

    /** What it gives, in one sentence; empty for the second and later signatures of a name. */
    String doc() default "";

    /** Expressions that are TRUE; shown in the documentation, and run as tests. */
    String[] examples() default {};
}

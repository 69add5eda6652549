package millrace.schemas.problem;

/**
 * A stable name for one kind of problem. Each module lists its codes in an enum; {@code docs/errors.md} is generated
 * from all of them, so both texts are written for a user who has never seen the code.
 */
public interface ProblemCode {
    /** Upper snake case, unique over all modules, never reused for something else. */
    String name();

    /** One sentence: what this code means. */
    String meaning();

    /** One sentence: what a user does about it. */
    String remedy();
}

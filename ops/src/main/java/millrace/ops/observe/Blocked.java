package millrace.ops.observe;

import java.time.Instant;

/**
 * Something stands still, loses nothing, and goes on by itself once the reason is cured.
 *
 * @param subject the table or pipeline
 * @param code a problem code, explained in the list of errors
 * @param reason what was found
 * @param remedy what to do
 */
public record Blocked(String subject, String code, String reason, String remedy, Instant since) {}

package millrace.ops.observe;

/** Where a status comes from: a live platform, or a value made up by a test. */
public interface StatusSource {
    /** The status now, or at most a moment old. Always answers; what cannot be reached is Blocked in it. */
    Status status();
}

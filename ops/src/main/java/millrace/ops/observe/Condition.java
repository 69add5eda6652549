package millrace.ops.observe;

/** How a table or pipeline is, in one word; a later one is worse. */
public enum Condition {
    /** Nothing has come yet, and nothing waits. */
    EMPTY,
    /** Everything that there is has been taken in, or soon will be. */
    CURRENT,
    /** Records wait longer than a commit takes; they are being worked on. */
    BEHIND,
    /** Nothing waits, but the newest record is older than the contract's freshness objective allows. */
    STALE,
    /** Records wait and nobody works on them. */
    STOPPED,
    /** It cannot go on until somebody cures the reason given. */
    BLOCKED;

    static Condition worse(Condition a, Condition b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}

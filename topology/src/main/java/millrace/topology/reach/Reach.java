package millrace.topology.reach;

/**
 * Which rows of an input decide what is given out for a moment: those from {@code back} before it up to {@code ahead} after
 * it.
 */
public record Reach(Distance back, Distance ahead) {
    /** Those of the moment alone. */
    public static final Reach NONE = new Reach(Distance.NONE, Distance.NONE);

    static Reach back(Distance back) {
        return new Reach(back, Distance.NONE);
    }

    static Reach ahead(Distance ahead) {
        return new Reach(Distance.NONE, ahead);
    }

    static Reach around(Distance distance) {
        return new Reach(distance, distance);
    }

    /** What is reached by way of rows that this one reaches. */
    public Reach plus(Reach beyond) {
        return new Reach(back.plus(beyond.back), ahead.plus(beyond.ahead));
    }

    /** What is reached in one of two ways. */
    public Reach or(Reach other) {
        return new Reach(back.or(other.back), ahead.or(other.ahead));
    }

    /** Whether it ends in both directions. */
    public boolean isBounded() {
        return back instanceof Distance.Within && ahead instanceof Distance.Within;
    }
}

package millrace.topology.aggregate;

/** Which end of an order is asked for. */
enum End {
    FIRST, LAST;

    /** Whether something that compares so to the best one yet is better. */
    boolean prefers(int comparison) {
        return this == FIRST ? comparison < 0 : comparison > 0;
    }
}

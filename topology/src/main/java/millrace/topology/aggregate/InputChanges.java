package millrace.topology.aggregate;

/** Whether rows that were added may be taken back later, which some functions pay for with more state. */
public enum InputChanges {
    /** Rows only come. */
    APPEND_ONLY,
    /** Rows may be retracted, by a row with the same values, event time and origin. */
    RETRACTING
}

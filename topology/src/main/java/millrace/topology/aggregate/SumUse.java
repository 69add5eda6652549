package millrace.topology.aggregate;

/** What becomes of a sum. */
enum SumUse {
    SUM, AVERAGE
}

package millrace.sinks.iceberg.event;

/** What a proposal builds on; it counts only if that was accepted. */
public sealed interface Predecessor {
    /** The proposal before it in the chain of its worker. */
    record AfterProposal(String id) implements Predecessor {}

    /** The first of a chain: the worker started from the position of a table's snapshot; 0 for a table without one. */
    record AfterSnapshot(long snapshotId) implements Predecessor {}
}

package millrace.sinks.iceberg.commit;

import java.util.List;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Replacing;
import millrace.sinks.iceberg.event.SinkEvent.Reason;
import millrace.sinks.iceberg.event.SourcePosition;

/** What a committer has to do because of an event, or because time has passed. */
public sealed interface CommitDecision {
    /** Nothing yet. */
    record Wait(Why why) implements CommitDecision {}

    /** Add these proposals' files, in this order, and mark the table so, under a commit id of the committer's own. */
    record Commit(List<Proposal> proposals, CommitMark mark) implements CommitDecision {
        public Commit {
            proposals = List.copyOf(proposals);
        }
    }

    /** Tell the worker to drop the proposal and its successors and to go on from a position. */
    record Reject(String proposal, Reason reason, SourcePosition goOnFrom) implements CommitDecision {}

    /** Tell the worker again what it has not heard. */
    record AlreadyCommitted(String proposal) implements CommitDecision {}

    /**
     * Someone has seen a newer state of the table than the ledger's: start over from the table.
     *
     * @param proposal whose worker that is; empty if it is another committer
     */
    record LookAgain(String proposal) implements CommitDecision {}

    /** Put files in the place of others, once what is accepted is committed. */
    record Replace(Replacing replacing) implements CommitDecision {}

    /** Tell whoever proposed it again what it has not heard. */
    record AlreadyReplaced(String rewrite) implements CommitDecision {}

    /** Tell whoever proposed it that its rewrite or publication is in vain. */
    record RefuseRewrite(String rewrite, String message) implements CommitDecision {}

    /** See to it that the table can hold records of the registry's schema. */
    record Evolve(int schemaId) implements CommitDecision {}

    /** What is being waited for. */
    enum Why {
        /** The proposal is accepted and will be part of the next commit. */
        ACCEPTED,
        /** The proposal it builds on has not been seen. */
        PREDECESSOR,
        /** The event is none that a committer acts on, or was acted on before. */
        NOTHING
    }
}

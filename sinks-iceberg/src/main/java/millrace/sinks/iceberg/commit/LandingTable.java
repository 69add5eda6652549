package millrace.sinks.iceberg.commit;

import java.util.Optional;

/** One table, as the protocol reads and changes it. */
public interface LandingTable {
    /** The table as it is now; never throws. */
    TableLook look();

    /** The branch of the table that is fed by a topic, if one is, for a table that is not fed by it itself; never throws. */
    default Optional<String> branchFedBy(String topicId) {
        return Optional.empty();
    }

    /**
     * Adds the request's files and writes its mark, all in one atomic change of the table, if and only if the newest
     * mark in the table's ancestry is still the expected one. Never throws; the outcome says what is true afterwards.
     * No outcome deletes a data file.
     */
    CommitOutcome commit(CommitRequest request);
}

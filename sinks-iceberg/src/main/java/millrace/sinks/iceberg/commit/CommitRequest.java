package millrace.sinks.iceberg.commit;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Rewrite;

/**
 * One change of a table.
 *
 * @param expected the table's state that the change was decided on
 * @param mark what the table says afterwards
 * @param proposals whose files are added; may be empty
 * @param rewrite whose files take the place of others; then there are no proposals
 * @param evolveFor the registry's id of a schema that the table has to be able to hold afterwards
 */
public record CommitRequest(TableState expected, CommitMark mark, List<Proposal> proposals, OptionalInt evolveFor,
        Optional<Rewrite> rewrite) {
    public CommitRequest {
        if (rewrite.isPresent() && !proposals.isEmpty()) {
            throw new IllegalArgumentException("a rewrite is committed alone");
        }
        proposals = List.copyOf(proposals);
    }

    /** One that adds rows, or nothing but a mark. */
    public CommitRequest(TableState expected, CommitMark mark, List<Proposal> proposals, OptionalInt evolveFor) {
        this(expected, mark, proposals, evolveFor, Optional.empty());
    }

    /** One that puts files in the place of others. */
    public static CommitRequest of(TableState expected, CommitMark mark, Rewrite rewrite) {
        return new CommitRequest(expected, mark, List.of(), OptionalInt.empty(), Optional.of(rewrite));
    }

    /** The table's history afterwards. */
    public LayoutHistory history() {
        return rewrite.map(r -> expected.history().and(LayoutHistory.Step.of(mark.layout(), r.id(), r.moved())))
                .orElse(expected.history());
    }
}

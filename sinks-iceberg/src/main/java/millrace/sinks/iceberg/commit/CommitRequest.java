package millrace.sinks.iceberg.commit;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.Publication;
import millrace.sinks.iceberg.event.Replacing;
import millrace.sinks.iceberg.event.Rewrite;

/**
 * One change of a table.
 *
 * @param expected the table's state that the change was decided on
 * @param mark what the table says afterwards
 * @param proposals whose files are added; may be empty
 * @param replacing whose files take the place of others; then there are no proposals
 * @param evolveFor the registry's id of a schema that the table has to be able to hold afterwards
 */
public record CommitRequest(TableState expected, CommitMark mark, List<Proposal> proposals, OptionalInt evolveFor,
        Optional<Replacing> replacing) {
    public CommitRequest {
        if (replacing.isPresent() && !proposals.isEmpty()) {
            throw new IllegalArgumentException("what replaces files is committed alone");
        }
        proposals = List.copyOf(proposals);
    }

    /** One that adds rows, or nothing but a mark. */
    public CommitRequest(TableState expected, CommitMark mark, List<Proposal> proposals, OptionalInt evolveFor) {
        this(expected, mark, proposals, evolveFor, Optional.empty());
    }

    /** One that puts files in the place of others. */
    public static CommitRequest of(TableState expected, CommitMark mark, Replacing replacing) {
        return new CommitRequest(expected, mark, List.of(), OptionalInt.empty(), Optional.of(replacing));
    }

    /** The table's history afterwards. */
    public LayoutHistory history() {
        return replacing.map(r -> expected.history().and(switch (r) {
            case Rewrite rewrite -> LayoutHistory.Step.of(mark.layout(), rewrite.id(), rewrite.moved());
            case Publication p -> LayoutHistory.Step.of(mark.layout(), p.id(), Optional.empty());
        })).orElse(expected.history());
    }

    /** The rewrite, if it is one that replaces files. */
    public Optional<Rewrite> rewrite() {
        return replacing.filter(Rewrite.class::isInstance).map(Rewrite.class::cast);
    }

    /** The publication, if it is one. */
    public Optional<Publication> publication() {
        return replacing.filter(Publication.class::isInstance).map(Publication.class::cast);
    }
}

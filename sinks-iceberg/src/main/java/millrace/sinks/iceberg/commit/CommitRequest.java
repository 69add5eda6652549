package millrace.sinks.iceberg.commit;

import java.util.List;
import java.util.OptionalInt;
import millrace.sinks.iceberg.event.Proposal;

/**
 * One change of a table.
 *
 * @param expected the table's state that the change was decided on
 * @param mark what the table says afterwards
 * @param proposals whose files are added; may be empty
 * @param evolveFor the registry's id of a schema that the table has to be able to hold afterwards
 */
public record CommitRequest(TableState expected, CommitMark mark, List<Proposal> proposals, OptionalInt evolveFor) {
    public CommitRequest {
        proposals = List.copyOf(proposals);
    }
}

package millrace.sinks.iceberg.commit;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import millrace.sinks.iceberg.event.SourcePosition;

/**
 * A table as its catalog showed it at one moment, as far as the protocol is concerned.
 *
 * @param snapshotId the branch's head; 0 if it has no snapshot
 * @param mark of our newest commit in the head's ancestry, expired ones included; empty before the first
 * @param newestInAncestry commit id of our newest commit whose snapshot is still there; empty if there is none
 * @param schemaIds every schema that the table has or had
 * @param schemaId the current one
 * @param others of a table whose rows stay it is {@link Others#LEFT_ROWS_ALONE}, always
 * @param history how the table came to its layout
 */
public record TableState(UUID table, long snapshotId, Optional<CommitMark> mark, Optional<String> newestInAncestry,
        Set<Integer> schemaIds, int schemaId, Others others, LayoutHistory history) {
    /** The layout that a table has from its first commit on, if it was empty. */
    public static final long FIRST_LAYOUT = 1;

    /** What others than the table's committers have done since our newest commit. */
    public enum Others {
        /** Nothing that adds or removes rows, or what they have done does not matter. */
        LEFT_ROWS_ALONE,
        /** They have added, removed or moved rows of a table whose rows are known by their positions. */
        CHANGED_ROWS
    }

    public TableState {
        schemaIds = Set.copyOf(schemaIds);
    }

    public long epoch() {
        return mark.map(CommitMark::epoch).orElse(0L);
    }

    public long layout() {
        return mark.map(CommitMark::layout).orElse(0L);
    }

    /** Event time in microseconds through which the table is complete; empty if it does not say it. */
    public OptionalLong completeThrough() {
        return mark.map(CommitMark::completeThrough).orElse(OptionalLong.empty());
    }

    /** Whether rows can be found that were at some position in an older layout. */
    public boolean canFollowFrom(long layout) {
        return history.leads(layout, layout());
    }

    /** Absent before anything of the topic has been committed, and after a take-over of an empty table. */
    public Optional<SourcePosition> position() {
        return mark.map(CommitMark::position).filter(p -> !p.topicId().isEmpty());
    }

    public boolean isMarkedBy(String commitId) {
        return mark.isPresent() && mark.get().commitId().equals(commitId);
    }
}

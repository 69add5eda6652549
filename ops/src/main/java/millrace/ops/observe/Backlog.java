package millrace.ops.observe;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import millrace.ops.observe.TableStatus.PartitionStatus;

/**
 * How long records have waited for a table, told from offsets alone: for topics whose records bear old times by their
 * nature, such as rows that came too late. What is told is at least so long; who has just begun to look tells nothing.
 */
final class Backlog {
    private Optional<Mark> mark = Optional.empty();

    /** Where the topic ended at some time while records waited. */
    private record Mark(Instant at, List<PartitionStatus> partitions) {
        /** Whether something that was there then still waits. */
        boolean stands(List<PartitionStatus> now) {
            return now.stream().anyMatch(p -> partitions.stream()
                    .anyMatch(then -> then.partition() == p.partition() && p.position() < then.end()));
        }
    }

    /** To be called at each look; empty if nothing waits. */
    Optional<Instant> since(List<PartitionStatus> partitions, Instant now) {
        if (partitions.stream().allMatch(p -> p.lag() == 0)) {
            mark = Optional.empty();
        } else if (mark.isEmpty() || !mark.get().stands(partitions)) {
            mark = Optional.of(new Mark(now, List.copyOf(partitions)));
        }
        return mark.map(Mark::at);
    }
}

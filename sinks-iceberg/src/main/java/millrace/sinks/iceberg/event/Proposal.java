package millrace.sinks.iceberg.event;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files that hold exactly the records of some offset ranges of a table's topic, proposed for a commit.
 *
 * @param id unique for all time; the same id always means the same files
 * @param worker the incarnation of the stage worker that wrote them
 * @param layout the table's layout epoch that the worker started from; an older one is refused
 * @param topicId of the topic that was read
 * @param ranges what a partition's range holds that is not in a file (aborted records, transaction markers) is no row;
 *        empty if only clocks have moved, and then no other proposal builds on this one
 * @param schemaIds of the table, that the files were written with
 * @param files empty when the ranges held no row
 * @param deletes rows that the ranges' records replace or delete, of the table as its predecessor left it; only of tables
 *        whose rows change by key
 * @param clocks event time in microseconds up to which each partition is known to be complete
 * @param created when the first row came in; a proposal that is too old is refused, so that orphans can be removed
 */
public record Proposal(String id, String worker, Predecessor predecessor, long layout, String topicId,
        SortedMap<Integer, OffsetRange> ranges, List<Integer> schemaIds, List<StagedFile> files,
        Optional<StagedDeletes> deletes, SortedMap<Integer, Long> clocks, Instant created) {
    public Proposal {
        if (ranges.isEmpty() && (clocks.isEmpty() || !files.isEmpty() || deletes.isPresent())) {
            throw new IllegalArgumentException("proposal " + id + " of nothing");
        }
        ranges = Collections.unmodifiableSortedMap(new TreeMap<>(ranges));
        schemaIds = List.copyOf(schemaIds);
        files = List.copyOf(files);
        clocks = Collections.unmodifiableSortedMap(new TreeMap<>(clocks));
    }

    public long rows() {
        return files.stream().mapToLong(StagedFile::rows).sum();
    }

    public long bytes() {
        return files.stream().mapToLong(StagedFile::bytes).sum();
    }

    /** The later of two clocks per partition. */
    public static SortedMap<Integer, Long> laterClocks(Map<Integer, Long> a, Map<Integer, Long> b) {
        var merged = new TreeMap<>(a);
        b.forEach((partition, clock) -> merged.merge(partition, clock, Math::max));
        return merged;
    }
}

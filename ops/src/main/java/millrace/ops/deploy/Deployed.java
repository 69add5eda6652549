package millrace.ops.deploy;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.topology.change.ModelShape;

/**
 * What a pipeline runs by, as it is written down in its cluster.
 *
 * @param files of its folder, by path: contracts, models and {@code millrace.yaml}
 * @param models what decides whether another text of each can go on from here
 * @param left the same of models that ran once and left something behind that they remembered
 * @param reads what is read of each topic, by whom outside of this pipeline it may be written
 */
public record Deployed(String pipeline, SortedMap<String, String> files, SortedMap<String, ModelShape> models,
        SortedMap<String, ModelShape> left, SortedMap<String, Reads> reads, Instant at, String by) {
    public Deployed {
        files = sorted(files);
        models = sorted(models);
        left = sorted(left);
        reads = sorted(reads);
    }

    /**
     * A contract's topic with the columns that models read.
     *
     * @param contract that describes it
     */
    public record Reads(String contract, SortedSet<String> columns) {
        public Reads {
            columns = Collections.unmodifiableSortedSet(new TreeSet<>(columns));
        }
    }

    private static <V> SortedMap<String, V> sorted(SortedMap<String, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /** Whether another says the same, whoever wrote it when. */
    boolean saysTheSameAs(Deployed other) {
        return files.equals(other.files) && models.equals(other.models) && left.equals(other.left)
                && reads.equals(other.reads);
    }
}

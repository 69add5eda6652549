package millrace.ops.deploy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.topology.assemble.Pipeline;
import millrace.topology.change.ModelShape;

/**
 * What a pipeline runs by, as it is written down in its cluster.
 *
 * @param files of its folder, by path: contracts, models and {@code millrace.yaml}
 * @param models what decides whether another text of each can go on from here
 * @param left the same of models that ran once and left something behind that they remembered
 * @param reads what is read of each topic, by whom outside of this pipeline it may be written
 * @param applications by model, which application gives out its rows, of those that the pipeline's own does not
 * @param numbers by contract, which its records carry as long as anything remembers them
 * @param former digests of texts that ran before and were replaced, the newest last
 */
public record Deployed(String pipeline, SortedMap<String, String> files, SortedMap<String, ModelShape> models,
        SortedMap<String, ModelShape> left, SortedMap<String, Reads> reads, SortedMap<String, String> applications,
        SortedMap<String, Integer> numbers, List<String> former, Instant at, String by) {
    private static final int FORMER = 100;

    public Deployed {
        files = sorted(files);
        models = sorted(models);
        left = sorted(left);
        reads = sorted(reads);
        // What was written down by older versions has none.
        applications = applications == null ? sorted(new TreeMap<>()) : sorted(applications);
        numbers = numbers == null ? sorted(new TreeMap<>()) : sorted(numbers);
        former = former == null ? List.of() : List.copyOf(former);
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

    /**
     * What is to run next in its place.
     *
     * @param wanted what a folder says
     * @param moved models that another application gives out from now on
     */
    public Deployed next(Deployed wanted, Map<String, String> moved) {
        SortedMap<String, String> placed = new TreeMap<>(applications);
        placed.putAll(moved);
        placed.keySet().retainAll(wanted.models.keySet());
        SortedMap<String, ModelShape> leaving = new TreeMap<>(left);
        models.forEach((model, shape) -> {
            if (shape.remembers()) {
                leaving.put(model, shape);
            }
        });
        leaving.keySet().removeAll(wanted.models.keySet());
        List<String> past = new ArrayList<>(former);
        if (!wanted.files.equals(files)) {
            past.add(text());
            past.removeIf(wanted.text()::equals);
        }
        return new Deployed(pipeline, wanted.files, wanted.models, leaving, wanted.reads, placed,
                // Contracts keep their numbers, also those that are gone; new ones get others.
                Pipeline.numbered(numbers, wanted.numbers.keySet()),
                past.subList(Math.max(0, past.size() - FORMER), past.size()), wanted.at, wanted.by);
    }

    /** A digest of the files. */
    public String text() {
        return Revisions.digest(files.toString());
    }

    /** Whether this text ran before, and another has replaced it. */
    boolean replaced(Deployed other) {
        return former.contains(other.text());
    }

    /** Whether another says the same, whoever wrote it when. */
    boolean saysTheSameAs(Deployed other) {
        return files.equals(other.files) && models.equals(other.models) && left.equals(other.left)
                && reads.equals(other.reads) && applications.equals(other.applications);
    }
}

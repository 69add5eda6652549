package millrace.topology.change;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What decides of a model whether another text of it can go on from where this one stopped. Digests and texts only, so that
 * it can be kept longer than the version of Millrace that made it.
 *
 * @param columns that it gives, in order
 * @param rows which rows it gives, whatever is in them
 * @param steps those that remember something, by place
 * @param reads by contract or model
 * @param key columns that tell its rows apart; empty if nothing does
 * @param keeps how its rows come: {@code rows that stay}, {@code rows that change}
 * @param table what it says of its table alone
 */
public record ModelShape(List<Column> columns, String rows, List<Step> steps, SortedMap<String, Read> reads,
        List<String> key, String keeps, String table) {
    public ModelShape {
        columns = List.copyOf(columns);
        steps = List.copyOf(steps);
        reads = Collections.unmodifiableSortedMap(new TreeMap<>(reads));
        key = List.copyOf(key);
    }

    /**
     * A column of the result.
     *
     * @param type as SQL writes it
     * @param origin of what its values are computed, and how
     */
    public record Column(String name, String type, String origin) {}

    /**
     * A step that remembers something.
     *
     * @param place names its stores and topics
     * @param says what it does, as {@code explain} shows it
     * @param layout of what it remembers, and what it means
     * @param fed by which steps of the same model
     */
    public record Step(String place, String says, String layout, String fed) {}

    /**
     * Something that is read.
     *
     * @param columns that are read of it, with what a contract says of each; nothing of a model's
     * @param takes of a contract, which of its records there are; empty for a model
     */
    public record Read(SortedMap<String, String> columns, String takes) {
        public Read {
            columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
        }

        boolean isOfModel() {
            return takes.isEmpty();
        }
    }

    /** Whether it remembers anything. */
    public boolean remembers() {
        return !steps.isEmpty();
    }

    Map<String, Step> byPlace() {
        Map<String, Step> byPlace = new TreeMap<>();
        steps.forEach(s -> byPlace.put(s.place(), s));
        return byPlace;
    }
}

package millrace.sinks.iceberg.moved;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What several rewrites have moved, one after the other. A file is rewritten once and then gone, so a place is followed by
 * its file's name alone, and one that is followed twice stays where it is. One thread uses it.
 */
public final class Moves {
    private final List<MovedRows> inOrder = new ArrayList<>();

    public void add(MovedRows later) {
        inOrder.add(later);
    }

    public void addAll(Moves later) {
        inOrder.addAll(later.inOrder);
    }

    public boolean isEmpty() {
        return inOrder.isEmpty();
    }

    public int size() {
        return inOrder.size();
    }

    /** Forgets the first ones. */
    public void forget(int first) {
        inOrder.subList(0, first).clear();
    }

    /** The first ones. */
    public Moves first(int count) {
        Moves moves = new Moves();
        moves.inOrder.addAll(inOrder.subList(0, count));
        return moves;
    }

    public boolean has(String file) {
        for (MovedRows moved : inOrder) {
            if (moved.has(file)) {
                return true;
            }
        }
        return false;
    }

    /** Of all files that are no more. */
    public Set<String> files() {
        Set<String> files = new HashSet<>();
        inOrder.forEach(moved -> files.addAll(moved.files()));
        return files;
    }

    /** Of all files that rows were put into. */
    public Set<String> outputs() {
        Set<String> outputs = new HashSet<>();
        inOrder.forEach(moved -> moved.outputs().forEach(o -> outputs.add(o.location())));
        return outputs;
    }

    /** Where a row is now; nothing if no file has it any more. */
    public Optional<RowPlace> follow(String file, long position) {
        RowPlace place = new RowPlace(file, position);
        for (MovedRows moved : inOrder) {
            if (moved.has(place.file())) {
                Optional<RowPlace> next = moved.follow(place.file(), place.position());
                if (next.isEmpty()) {
                    return next;
                }
                place = next.get();
            }
        }
        return Optional.of(place);
    }
}

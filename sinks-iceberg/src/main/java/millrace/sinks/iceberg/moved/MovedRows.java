package millrace.sinks.iceberg.moved;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one rewrite has moved: rows of some files into others. */
public final class MovedRows {
    private final List<Output> outputs;
    private final Map<String, RowMove> byFile;
    /** Of each output the place of its first row, and then how many rows there are. */
    private final long[] starts;

    /** A file that the rewrite has written. */
    public record Output(String location, long rows) {}

    /**
     * @param outputs in the order in which their rows are counted
     * @param byFile by location of each file that was rewritten
     */
    public MovedRows(List<Output> outputs, Map<String, RowMove> byFile) {
        this.outputs = List.copyOf(outputs);
        this.byFile = Map.copyOf(byFile);
        starts = new long[outputs.size() + 1];
        for (int i = 0; i < outputs.size(); i++) {
            starts[i + 1] = starts[i] + outputs.get(i).rows();
        }
    }

    /** What several have moved that have no file in common, as one. */
    public static MovedRows together(List<MovedRows> parts) {
        List<Output> outputs = new ArrayList<>();
        Map<String, RowMove> byFile = new LinkedHashMap<>();
        long before = 0;
        for (MovedRows part : parts) {
            long rows = before;
            part.byFile().forEach((file, move) -> byFile.put(file, move.behind(rows)));
            outputs.addAll(part.outputs());
            before += part.starts[part.outputs.size()];
        }
        return new MovedRows(outputs, byFile);
    }

    public List<Output> outputs() {
        return outputs;
    }

    /** Locations of the files that were rewritten. */
    public Set<String> files() {
        return byFile.keySet();
    }

    public Map<String, RowMove> byFile() {
        return byFile;
    }

    public boolean has(String file) {
        return byFile.containsKey(file);
    }

    /** Where a row of a rewritten file is now; nothing if no file has it any more. */
    public Optional<RowPlace> follow(String file, long position) {
        long place = byFile.get(file).to(position);
        if (place == RowMove.GONE) {
            return Optional.empty();
        }
        int found = Arrays.binarySearch(starts, place);
        int output = found >= 0 ? found : -found - 2;
        while (starts[output + 1] == place) { // an output without a row
            output++;
        }
        return Optional.of(new RowPlace(outputs.get(output).location(), place - starts[output]));
    }
}

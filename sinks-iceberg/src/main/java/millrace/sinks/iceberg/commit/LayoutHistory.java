package millrace.sinks.iceberg.commit;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import millrace.sinks.iceberg.event.Rewrite.StagedMoves;
import millrace.sinks.iceberg.table.BranchTable;
import org.apache.iceberg.Table;

/**
 * The newest rewrites of a table. Each has made a new layout of it, and says where rows of the layout before are now; so a
 * position of an older layout can be followed if there is a rewrite for every layout since. A publication, which other rows
 * come with, leaves a layout out, so that nothing is followed over it.
 *
 * @param rewrites in the order of their layouts
 */
public record LayoutHistory(List<Step> rewrites) {
    /** The table property; it comes and goes with the mark's. */
    public static final String PROPERTY = "millrace.rewrites";
    /** Of a table without rewrites. */
    public static final LayoutHistory NONE = new LayoutHistory(List.of());
    /** Who has looked at the table longer ago than so many rewrites has to look again. */
    static final int KEPT = 128;

    /**
     * One rewrite or publication.
     *
     * @param layout since then
     * @param id of it
     * @param location of the file that says where rows went, and {@code bytes}, its size; empty and 0 for tables whose rows
     *        nobody knows by their position
     */
    public record Step(@JsonProperty("layout") long layout, @JsonProperty("rewrite") String id,
            @JsonProperty("moved") String location, @JsonProperty("bytes") long bytes) {
        static Step of(long layout, String id, Optional<StagedMoves> moved) {
            return new Step(layout, id, moved.map(StagedMoves::location).orElse(""),
                    moved.map(StagedMoves::bytes).orElse(0L));
        }
    }

    public LayoutHistory {
        rewrites = List.copyOf(rewrites);
    }

    /** Whether positions of one layout can be followed to those of another. */
    public boolean leads(long from, long to) {
        return from <= to && since(from).stream().filter(s -> s.layout() <= to).map(Step::layout)
                .collect(Collectors.toSet()).size() == to - from;
    }

    /** The rewrites that have made newer layouts. */
    public List<Step> since(long layout) {
        return rewrites.stream().filter(s -> s.layout() > layout).toList();
    }

    /** Whether rows can be followed one by one: what has made one of the newer layouts may not say where they went. */
    boolean saysWhereSince(long layout) {
        return since(layout).stream().noneMatch(s -> s.location().isEmpty());
    }

    public boolean has(String rewrite) {
        return rewrites.stream().anyMatch(s -> s.id().equals(rewrite));
    }

    /** With one more; the oldest are forgotten. */
    LayoutHistory and(Step newest) {
        List<Step> all = new ArrayList<>(rewrites);
        all.add(newest);
        return new LayoutHistory(all.subList(Math.max(0, all.size() - KEPT), all.size()));
    }

    /** Those that another does not have. */
    List<Step> without(LayoutHistory other) {
        return rewrites.stream().filter(s -> !other.has(s.id())).toList();
    }

    String toJson() {
        return CommitMark.text(rewrites);
    }

    /** What a table remembers of the branch that it shows. */
    public static LayoutHistory of(Table table) {
        return fromJson(table.properties().get(property(BranchTable.branchOf(table))));
    }

    /** What a table remembers of all its branches. */
    public static List<LayoutHistory> ofAll(Table table) {
        return table.refs().keySet().stream().map(b -> fromJson(table.properties().get(property(b)))).toList();
    }

    /** The property that has those of a branch. */
    public static String property(String branch) {
        return MarkedTable.ofBranch(PROPERTY, branch);
    }

    static LayoutHistory fromJson(String property) {
        return property == null
                ? NONE
                : new LayoutHistory(CommitMark.parse(property, new TypeReference<List<Step>>() {}));
    }
}

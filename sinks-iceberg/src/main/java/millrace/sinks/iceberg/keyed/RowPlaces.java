package millrace.sinks.iceberg.keyed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import millrace.sinks.iceberg.commit.LayoutHistory;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.moved.MovedRowsFile;
import millrace.sinks.iceberg.moved.Moves;
import millrace.sinks.iceberg.stage.KnownRows;
import millrace.sinks.iceberg.stage.TableRowFiles;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.index.KeyIndex;
import millrace.statestores.store.KeyBytes;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the live row of each key is, as a worker's next proposal finds it: an index of what is committed, and over it, for
 * each proposal that is not decided on, what it changes. Nothing of a proposal is in the index before it is in the table.
 *
 * <pre>
 *   find(k):  proposal 3 -> proposal 2 -> index
 * </pre>
 */
public final class RowPlaces implements KnownRows {
    private static final Logger LOG = LoggerFactory.getLogger(RowPlaces.class);
    private static final int LOADED_TOGETHER = 50_000;
    /** How long one call of {@link #prepare} goes on opening files. */
    private static final long SLICE_NANOS = 2_000_000_000L;
    private static final long SWEEP_NANOS = 50_000_000L;

    private final TableSpec spec;
    private final IcebergTables tables;
    private final IntSupplier topicPartitions;
    private final KeyIndex index;
    private final Sweeping sweeping;

    private final Map<String, Undecided> undecided = new LinkedHashMap<>();
    /** By the id of a proposal that is about to be made. */
    private final Map<String, StagedPlaces> staged = new HashMap<>();
    private TableKeys keys;
    private Reflected reflected;
    private Reading reading;
    /** Where rows have gone since the layout that the index reflects. */
    private Moves moves = new Moves();
    /** The newest one that {@link #moves} lead to. */
    private long layout;
    private Optional<Sweep> sweep = Optional.empty();
    /** Rows that have a newer one of the same key beside them, which someone else has added. */
    private DeadRows doubled = new DeadRows();

    /**
     * How places are brought up to date after rewrites.
     *
     * @param after how many rewrites a walk through all keys is worth it; far fewer than a table remembers
     * @param atOnce keys that are visited at a time
     */
    public record Sweeping(int after, int atOnce) {
        public static final Sweeping USUAL = new Sweeping(8, 5_000);
    }

    private record Undecided(StagedPlaces places, Map<Integer, Long> next) {}

    /** An index that is being built. */
    private final class Reading {
        private final LiveKeys live;
        private final SortedSet<Integer> partitions;
        private final boolean mayBeDoubled;
        private final List<byte[]> names = new ArrayList<>();
        private final List<Long> places = new ArrayList<>();
        private long rows;

        Reading(LiveKeys live, SortedSet<Integer> partitions, boolean mayBeDoubled) {
            this.live = live;
            this.partitions = partitions;
            this.mayBeDoubled = mayBeDoubled;
        }

        void readFile() {
            int file = index.fileOf(live.nextFile());
            live.readFile((name, position) -> {
                if (partitions.contains(TableKeys.partition(name))) {
                    names.add(name);
                    places.add(KeyIndex.place(file, position));
                    rows++;
                    if (names.size() == LOADED_TOGETHER) {
                        load();
                    }
                }
            });
        }

        void load() {
            if (mayBeDoubled) {
                findDoubled();
            }
            KeyIndex.Changes changes = index.changes();
            for (int i = 0; i < names.size(); i++) {
                changes.put(names.get(i), places.get(i));
            }
            index.load(changes);
            names.clear();
            places.clear();
        }

        private void findDoubled() {
            Map<KeyBytes, Long> here = new HashMap<>();
            List<byte[]> sorted = new ArrayList<>(names);
            sorted.sort(Arrays::compareUnsigned);
            long[] before = index.find(sorted);
            for (int i = 0; i < before.length; i++) {
                if (before[i] != KeyIndex.NOWHERE) {
                    here.put(new KeyBytes(sorted.get(i)), before[i]);
                }
            }
            for (int i = 0; i < names.size(); i++) {
                Long older = here.put(new KeyBytes(names.get(i)), places.get(i));
                if (older != null && !older.equals(places.get(i))) {
                    kill(doubled, older);
                }
            }
        }
    }

    /** @param topicPartitions how many partitions the topic has */
    public RowPlaces(TableSpec spec, IcebergTables tables, IntSupplier topicPartitions, KeyIndex index,
            Sweeping sweeping) {
        this.sweeping = sweeping;
        this.spec = spec;
        this.tables = tables;
        this.topicPartitions = topicPartitions;
        this.index = index;
    }

    @Override
    public void begin(TableState table, String topicId, Map<Integer, Long> from) {
        undecided.clear();
        staged.clear();
        reading = null;
        doubled = new DeadRows();
        keys = new TableKeys(spec, topicPartitions.getAsInt());
        moves = new Moves();
        sweep = Optional.empty();
        layout = table.layout();
        Optional<Reflected> found = index.tag().flatMap(Reflected::fromJson);
        reflected = new Reflected(table.table(), table.layout(), keys.describe(), topicId, keys.partitions(),
                table.snapshotId(), new TreeMap<>(from));
        Table loaded = TableRowFiles.load(tables, spec, table.table());
        Optional<Reflected> followed = found.filter(f -> canFollow(f, table, loaded)).map(f -> f.inLayout(layout));
        IndexPlan plan = IndexPlan.of(followed, reflected, id -> sequence(loaded, id));
        if (plan instanceof IndexPlan.ReadAll) {
            moves = new Moves();
        } else {
            reflected = reflected.inLayout(found.orElseThrow().layout());
        }
        switch (plan) {
            case IndexPlan.UseAsItIs use -> {
                use.forgotten().forEach(index::forget);
                index.apply(index.changes(), reflected.toJson());
            }
            case IndexPlan.ReadNewer newer -> {
                newer.forgotten().forEach(index::forget);
                reading = new Reading(live(loaded, newer.afterSequence()), newer.behind(), false);
            }
            case IndexPlan.Read read -> {
                read.forgotten().forEach(index::forget);
                read.partitions().forEach(index::forget);
                LiveKeys live = live(loaded, -1);
                Set<String> kept = new HashSet<>(live.locations());
                kept.addAll(moves.files());
                index.keepFiles(kept);
                reading = new Reading(live, read.partitions(), mayBeDoubled(table));
            }
            case IndexPlan.ReadAll all -> {
                index.clear();
                reading = new Reading(live(loaded, -1), new TreeSet<>(from.keySet()), mayBeDoubled(table));
            }
        }
    }

    /** Whether the places of an index can be followed to where the rows are now; then {@link #moves} lead there. */
    private boolean canFollow(Reflected found, TableState table, Table loaded) {
        if (!table.canFollowFrom(found.layout())) {
            return false;
        }
        try {
            moves = moves(table.history().since(found.layout()), loaded);
            return true;
        } catch (RowsLostException e) {
            LOG.info("{}: {}; reading the table's keys", spec.qualifiedName(), e.getMessage());
            return false;
        }
    }

    private static Moves moves(List<LayoutHistory.Step> steps, Table table) {
        Moves moves = new Moves();
        for (LayoutHistory.Step step : steps) {
            try {
                moves.add(MovedRowsFile.read(table.io().newInputFile(step.location(), step.bytes())));
            } catch (NotFoundException | IllegalArgumentException e) {
                throw new RowsLostException("where rewrite " + step.id() + " has put rows is not known any more", e);
            }
        }
        return moves;
    }

    @Override
    public void moved(TableState table) {
        List<LayoutHistory.Step> steps = table.history().since(layout);
        Moves newer = moves(steps, TableRowFiles.load(tables, spec, table.table()));
        doubled = doubled.follow(newer);
        moves.addAll(newer);
        layout = table.layout();
    }

    /** Puts the places of the index where rows have moved to, some keys at a time, once enough rewrites have come together. */
    @Override
    public void tidy() {
        if (reading != null) {
            return;
        }
        if (sweep.isEmpty() && moves.size() >= sweeping.after()) {
            sweep = Optional.of(new Sweep());
        }
        sweep.ifPresent(Sweep::step);
    }

    /** Where a row is now that an index or a proposal has at a place. */
    private long follow(long place, Moves through) {
        if (place == KeyIndex.NOWHERE || through.isEmpty()) {
            return place;
        }
        Optional<String> file = index.locationOf(KeyIndex.file(place));
        if (file.isEmpty() || !through.has(file.get())) {
            return place;
        }
        return through.follow(file.get(), KeyIndex.position(place))
                .map(to -> KeyIndex.place(index.fileOf(to.file()), to.position())).orElse(KeyIndex.NOWHERE);
    }

    /** One walk through all keys, after which the first moves are not needed any more. */
    private final class Sweep {
        private final int count = moves.size();
        private final long to = layout;
        private final Moves through = moves.first(count);
        private Optional<byte[]> last = Optional.empty();

        /** Goes on for a moment. */
        void step() {
            long until = System.nanoTime() + SWEEP_NANOS;
            do {
                visit();
            } while (sweep.isPresent() && System.nanoTime() < until);
        }

        private void visit() {
            KeyIndex.Changes changes = index.changes();
            Optional<byte[]> visited = index.visit(last, sweeping.atOnce(), (name, place) -> {
                long now = follow(place, through);
                if (now != place) {
                    changes.put(name, now);
                }
            });
            boolean done = visited.isEmpty();
            Reflected after = done ? reflected.inLayout(to) : reflected;
            index.apply(changes, after.toJson());
            last = visited;
            reflected = after;
            if (done) {
                undecided.values().forEach(u -> u.places().follow(place -> follow(place, through)));
                index.forgetFiles(through.files());
                moves.forget(count);
                sweep = Optional.empty();
            }
        }
    }

    /** Only others make a second row of a key, and then the table has another layout. */
    private static boolean mayBeDoubled(TableState table) {
        return table.layout() > TableState.FIRST_LAYOUT;
    }

    private LiveKeys live(Table table, long afterSequence) {
        return new LiveKeys(table, spec.key(), keys, reflected.snapshotId(), afterSequence);
    }

    private static OptionalLong sequence(Table table, long snapshotId) {
        Snapshot snapshot = table.snapshot(snapshotId);
        return snapshot == null ? OptionalLong.empty() : OptionalLong.of(snapshot.sequenceNumber());
    }

    @Override
    public Readiness prepare() {
        if (reading == null) {
            return Readiness.READY;
        }
        long until = System.nanoTime() + SLICE_NANOS;
        while (!reading.live.isDone() && System.nanoTime() < until) {
            reading.readFile();
        }
        if (!reading.live.isDone()) {
            return new Readiness.Reading(reading.live.filesRead(), reading.live.files(), reading.rows);
        }
        reading.load();
        if (reading.rows > 0) {
            LOG.info("{}: read {} keys of {} files", spec.qualifiedName(), reading.rows, reading.live.files());
        }
        reading = null;
        if (doubled.isEmpty()) {
            index.apply(index.changes(), reflected.toJson());
        }
        return Readiness.READY;
    }

    /** The places of keys that are sorted by their names. */
    long[] find(List<byte[]> names) {
        if (reading != null) {
            throw new IllegalStateException(spec.qualifiedName() + ": the index is not ready");
        }
        long[] places = index.find(names);
        // The newest last.
        undecided.values().forEach(proposal -> proposal.places().lieOver(names, places));
        return places;
    }

    int fileOf(String location) {
        return index.fileOf(location);
    }

    void kill(DeadRows dead, long place) {
        // A key that was deleted while the index did not follow may still have a place, in a file that has left the table.
        index.locationOf(KeyIndex.file(place)).ifPresent(file -> {
            if (moves.has(file)) {
                moves.follow(file, KeyIndex.position(place)).ifPresent(to -> dead.add(to.file(), to.position()));
            } else {
                dead.add(file, KeyIndex.position(place));
            }
        });
    }

    /** Rows that are to be deleted although no record says so; with every proposal until one is committed. */
    DeadRows doubled() {
        return doubled;
    }

    /** What a proposal changes that is about to be made. */
    void staged(String proposal, StagedPlaces places) {
        staged.put(proposal, places);
    }

    @Override
    public void proposed(Proposal proposal) {
        Map<Integer, Long> next = new HashMap<>();
        proposal.ranges().forEach((partition, range) -> next.put(partition, range.to()));
        StagedPlaces changed = staged.remove(proposal.id());
        undecided.put(proposal.id(), new Undecided(changed == null ? StagedPlaces.NONE : changed, next));
    }

    @Override
    public void committed(List<String> proposals, long snapshotId, SourcePosition position) {
        String last = null;
        for (String id : undecided.keySet()) {
            last = proposals.contains(id) ? id : last;
        }
        if (last == null) {
            return;
        }
        KeyIndex.Changes changes = index.changes();
        List<String> done = new ArrayList<>();
        for (Map.Entry<String, Undecided> of : undecided.entrySet()) {
            of.getValue().places().forEach((name, place) -> changes.put(name, follow(place, moves)));
            reflected = reflected.after(of.getValue().next());
            done.add(of.getKey());
            if (of.getKey().equals(last)) {
                break;
            }
        }
        reflected = reflected.asOf(snapshotId, position);
        index.apply(changes, reflected.toJson());
        done.forEach(undecided::remove);
        doubled = new DeadRows();
    }

    @Override
    public boolean beginsAnewWhenRejected() {
        return true;
    }
}

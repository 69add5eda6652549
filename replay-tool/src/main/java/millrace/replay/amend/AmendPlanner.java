package millrace.replay.amend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.replay.amend.Amendment.Piece;
import millrace.replay.plan.ReplayPlanner;
import millrace.replay.plan.TopicFacts;
import millrace.replay.select.ModelGraph;
import millrace.schemas.time.TimeEntry;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.WindowColumns;
import millrace.topology.plan.WindowColumns.Role;
import millrace.topology.reach.Distance;
import millrace.topology.reach.Lateness;
import millrace.topology.reach.RangeColumn;
import millrace.topology.reach.Reach;
import millrace.topology.reach.Reaches;
import millrace.topology.time.Admissions;

/**
 * Decides which late records are taken in, and which stretches of which models have to be computed anew then. Pure.
 *
 * <p>
 * What is written down is no list of records, of which there may be millions, but stretches: up to an offset, every record
 * with an event time of the stretch counts. So a stretch must not hold a late record that stays out, and every late record up
 * to the offset must be known.
 *
 * <p>
 * A record stays out for now if a result that it would change can still change otherwise: the running pipeline does not
 * remember the record, and would give the result without it again.
 */
public final class AmendPlanner {
    private static final long DAY = Duration.ofDays(1).toNanos() / 1_000;

    /**
     * @param landed models that have a table
     * @param facts by contract
     * @param since event time, in microseconds, before which records stay out
     * @param known by contract and partition, the offset up to which all late records are known
     */
    public record Request(Pipeline pipeline, Set<String> landed, Map<String, TopicFacts> facts, long since,
            Map<String, Map<Integer, Long>> known) {
        public Request {
            landed = Set.copyOf(landed);
            facts = Map.copyOf(facts);
        }
    }

    /** Half open. */
    private record Interval(long from, long to) {
        Interval and(Interval other) {
            return new Interval(Math.min(from, other.from), Math.max(to, other.to));
        }
    }

    /**
     * Where rows of a model change.
     *
     * @param any of the times that they have lies there
     * @param starts if all of them are rows of windows, and told apart by where those begin: these do there
     */
    private record Touch(Interval any, Optional<Interval> starts) {
        Touch and(Touch other) {
            return new Touch(any.and(other.any), starts.flatMap(s -> other.starts.map(s::and)));
        }

        /** By the column that dates them. */
        Interval dated() {
            return starts.orElse(any);
        }
    }

    private record Place(String contract, int partition, long offset) {}

    /** What a late record would change. */
    private record Change(Place place, long time, Interval interval, SortedSet<String> models) {}

    private final Request request;
    private final Map<String, SortedMap<String, Reach>> inputs = new HashMap<>();
    /** By model and contract, how far it looks at the inputs by which the contract's records come to it. */
    private final Map<String, SortedMap<String, Reach>> entrances = new HashMap<>();
    /** Models that have a table, or that one with a table is computed from; each behind those that it reads. */
    private final List<String> models = new ArrayList<>();
    private final Map<String, String> withoutRange = new HashMap<>();
    private final Set<String> byWindowStart = new HashSet<>();
    private final SortedMap<String, Long> left = new TreeMap<>();
    /** By contract and partition, event times that no stretch may hold. */
    private final Map<List<Object>, NavigableSet<Long>> out = new HashMap<>();
    private final Map<List<Object>, Admissions> admissions = new HashMap<>();
    /** By contract, why no late record of it can be taken in by stretches. */
    private final Map<String, String> whole = new HashMap<>();
    /** By contract, the models that join its records as of a time. */
    private final Map<String, Set<String>> asOf = new HashMap<>();
    private final ModelGraph graph;
    private long already;

    private AmendPlanner(Request request) {
        this.request = request;
        Pipeline pipeline = request.pipeline();
        List<Plan> plans = pipeline.models().stream().map(Pipeline.PlannedModel::plan).toList();
        graph = ModelGraph.of(plans);
        Map<String, Plan> byName = plans.stream().collect(Collectors.toMap(Plan::model, Function.identity()));
        for (Pipeline.PlannedModel model : pipeline.models()) {
            String name = model.name();
            if (request.landed().contains(name) || graph.downstream(name, Integer.MAX_VALUE).stream()
                    .anyMatch(request.landed()::contains)) {
                models.add(name);
            }
            inputs.put(name, Reaches.of(model.plan(), plans));
            SortedMap<String, Reach> byContract = new TreeMap<>();
            inputs.get(name).forEach((input, reach) -> Optional.ofNullable(entrances.get(input))
                    .map(SortedMap::keySet).<Set<String>>map(c -> c).orElse(Set.of(input))
                    .forEach(contract -> byContract.merge(contract, reach, Reach::or)));
            entrances.put(name, byContract);
            switch (RangeColumn.of(model.plan(), pipeline.changesBy(model), pipeline.contracts(), plans)) {
                case RangeColumn.None none -> withoutRange.put(name, name + ": " + none.because());
                case RangeColumn.Of of -> {
                    WindowColumns windows = WindowColumns.of(model.plan().root(), byName);
                    if (starts(windows) == 1 && windows.at(model.plan().rowType().indexOf(of.name()))
                            .filter(w -> w.role() == Role.START).isPresent()) {
                        byWindowStart.add(name);
                    }
                }
            }
            if (models.contains(name)) {
                asOf(model.plan().root(), name, byName);
            }
        }
    }

    private static long starts(WindowColumns windows) {
        return windows.columns().stream().flatMap(Optional::stream).filter(w -> w.role() == Role.START).count();
    }

    /**
     * A version that comes late is no late row: it serves what comes behind it. Taken in, it would serve what came before
     * too, and so would every other version of its stretch that was behind its horizon.
     */
    private void asOf(PlanNode node, String model, Map<String, Plan> plans) {
        if (node instanceof PlanNode.AsOfJoin join) {
            versionsOf(join.right(), plans).forEach(c -> {
                whole.putIfAbsent(c, model + " joins " + c + " as of a time");
                asOf.computeIfAbsent(c, x -> new TreeSet<>()).add(model);
            });
        }
        node.inputs().forEach(i -> asOf(i, model, plans));
    }

    /** Contracts whose records come to a step as they are, also those that are behind their horizon. */
    private static Set<String> versionsOf(PlanNode node, Map<String, Plan> plans) {
        Set<String> contracts = new TreeSet<>();
        switch (node) {
            case PlanNode.Scan scan -> {
                Plan model = plans.get(scan.source());
                contracts.addAll(model == null ? Set.of(scan.source()) : versionsOf(model.root(), plans));
            }
            // What is computed from several counts however late it comes; these set everything aside behind the horizon.
            case PlanNode.Aggregate computed -> {}
            case PlanNode.PartialAggregate computed -> {}
            case PlanNode.MergeAggregate computed -> {}
            case PlanNode.SessionAggregate computed -> {}
            case PlanNode.MergeSession computed -> {}
            case PlanNode.Deduplicate first -> {}
            default -> {
                if (!(node instanceof PlanNode.OverAggregate && Lateness.isMindedBy(node))) {
                    node.inputs().forEach(i -> contracts.addAll(versionsOf(i, plans)));
                }
            }
        }
        return contracts;
    }

    /** @param late in any order; one record may have come too late for several windows and models */
    public static Amendment plan(Request request, Collection<LateRecord> late) {
        return new AmendPlanner(request).plan(late);
    }

    /**
     * The same where the whole history of the models is computed again, so that all late records can be taken in: in one piece
     * at most, which has no bounds but those of the records.
     */
    public static Amendment planHistory(Request request, Collection<LateRecord> late) {
        return new AmendPlanner(request).history(late);
    }

    private Amendment history(Collection<LateRecord> late) {
        List<Change> changes = new ArrayList<>();
        byPlace(late).forEach((place, records) -> {
            long time = records.get(0).time();
            SortedSet<String> touched = new TreeSet<>(asOf.getOrDefault(place.contract(), Set.of()));
            records.forEach(r -> touched.add(r.model()));
            Set.copyOf(touched).stream().filter(graph.names()::contains)
                    .forEach(m -> touched.addAll(graph.downstream(m, Integer.MAX_VALUE)));
            touched.retainAll(request.landed());
            if (stays(place, time).isEmpty() && !touched.isEmpty()) {
                changes.add(new Change(place, time, new Interval(time, time + 1), touched));
            }
        });
        List<Change> apart = apart(changes);
        return new Amendment(apart.isEmpty() ? List.of() : List.of(piece(apart)), already, left);
    }

    private static Map<Place, List<LateRecord>> byPlace(Collection<LateRecord> late) {
        Map<Place, List<LateRecord>> byPlace = new LinkedHashMap<>();
        late.forEach(r -> byPlace.computeIfAbsent(new Place(r.contract(), r.partition(), r.offset()),
                p -> new ArrayList<>(1)).add(r));
        return byPlace;
    }

    private Amendment plan(Collection<LateRecord> late) {
        Map<Place, List<LateRecord>> byPlace = byPlace(late);
        List<Change> changes = new ArrayList<>();
        byPlace.forEach((place, records) -> change(place, records).ifPresent(changes::add));
        return new Amendment(pieces(apart(settled(changes))), already, left);
    }

    /** Why a record stays out whatever it would change, or that it is in; both are counted. */
    private Optional<String> stays(Place place, long time) {
        Optional<String> why = Optional.empty();
        if (isAdmitted(place, time)) {
            already++;
            return Optional.of("");
        } else if (time < request.since()) {
            why = Optional.of("older than was asked for");
            stays(place, time, why.get());
        } else if (place.offset() >= request.known().getOrDefault(place.contract(), Map.of())
                .getOrDefault(place.partition(), 0L)) {
            // It lies behind every stretch, so that none can hold it.
            why = Optional.of("not landed with all others yet: they are taken in later");
            counted(why.get());
        }
        return why;
    }

    private Optional<Change> change(Place place, List<LateRecord> records) {
        long time = records.get(0).time();
        if (stays(place, time).isPresent()) {
            return Optional.empty();
        }
        if (whole.containsKey(place.contract())) {
            return stays(place, time, history(whole.get(place.contract())));
        }
        Map<String, Touch> touched = new LinkedHashMap<>();
        for (String name : models) {
            for (LateRecord record : records) {
                if (record.model().equals(name)) {
                    Reach reach = entrances.get(name).get(place.contract());
                    if (reach == null) {
                        return stays(place, time, name + " does not read them any more");
                    }
                    Optional<Touch> touch = direct(record, reach);
                    if (touch.isEmpty()) {
                        return stays(place, time, endless(name, reach));
                    }
                    touched.merge(name, touch.get(), Touch::and);
                }
            }
            for (Map.Entry<String, Reach> input : inputs.get(name).entrySet()) {
                Touch below = touched.get(input.getKey());
                if (below != null) {
                    Optional<Touch> touch = above(name, below, input.getValue());
                    if (touch.isEmpty()) {
                        return stays(place, time, endless(name, input.getValue()));
                    }
                    touched.merge(name, touch.get(), Touch::and);
                }
            }
            if (touched.containsKey(name) && request.landed().contains(name) && withoutRange.containsKey(name)) {
                return stays(place, time, history(withoutRange.get(name)));
            }
        }
        SortedSet<String> written = new TreeSet<>(touched.keySet());
        written.retainAll(request.landed());
        if (written.isEmpty()) {
            return stays(place, time, "late for models without a table");
        }
        return Optional.of(new Change(place, time,
                written.stream().map(m -> touched.get(m).dated()).reduce(Interval::and).get(), written));
    }

    private boolean isAdmitted(Place place, long time) {
        TopicFacts facts = request.facts().get(place.contract());
        return facts != null && admissions.computeIfAbsent(partition(place),
                p -> Admissions.of(facts.admissions(), facts.topicId(), place.partition()))
                .admit(place.offset(), time);
    }

    private static List<Object> partition(Place place) {
        return List.of(place.contract(), place.partition());
    }

    private Optional<Change> counted(String why) {
        left.merge(why, 1L, Long::sum);
        return Optional.empty();
    }

    private Optional<Change> stays(Place place, long time, String why) {
        out.computeIfAbsent(partition(place), p -> new TreeSet<>()).add(time);
        return counted(why);
    }

    private static String endless(String model, Reach reach) {
        Distance endless = reach.back() instanceof Distance.Anywhere ? reach.back() : reach.ahead();
        return history(model + " looks without end: " + ((Distance.Anywhere) endless).because());
    }

    private static String history(String because) {
        return "only a replay of everything could take them in: " + because;
    }

    /**
     * The moments of a model's own rows that a late record changes. Where all that the model does is to put rows into windows,
     * it is the very window, whose neighbours stay as they are. A window ends behind its rows; where rows are compared with
     * those before them, what is looked at ends with the row.
     *
     * @param reach of the model to where the record comes in
     */
    private Optional<Touch> direct(LateRecord record, Reach reach) {
        long size = record.end() - record.start();
        if (record.end() > record.time() && reach.back() instanceof Distance.Within back && back.micros() == size
                && reach.ahead() instanceof Distance.Within ahead && ahead.micros() == size) {
            return Optional.of(new Touch(new Interval(record.start(), record.end() + 1),
                    byWindowStart.contains(record.model())
                            ? Optional.of(new Interval(record.start(), record.end()))
                            : Optional.empty()));
        }
        return around(new Interval(record.time(), record.time() + 1), reach)
                .map(i -> new Touch(i, Optional.empty()));
    }

    /** Of rows that are computed from some that change. */
    private Optional<Touch> above(String model, Touch below, Reach reach) {
        return around(below.any(), reach).map(i -> new Touch(i,
                reach.equals(Reach.NONE) && byWindowStart.contains(model) ? below.starts() : Optional.empty()));
    }

    /** The moments of rows that look at some rows of these moments. */
    private static Optional<Interval> around(Interval below, Reach reach) {
        return reach.back() instanceof Distance.Within back && reach.ahead() instanceof Distance.Within ahead
                ? Optional.of(new Interval(below.from() - ahead.micros(), below.to() + back.micros()))
                : Optional.empty();
    }

    /** Those that change nothing that can still change otherwise. */
    private List<Change> settled(List<Change> changes) {
        SortedSet<String> models = new TreeSet<>();
        changes.forEach(c -> models.addAll(c.models()));
        long through = ReplayPlanner.settledThrough(request.pipeline(), models, request.facts());
        List<Change> settled = new ArrayList<>();
        for (Change change : changes) {
            if (change.interval().to() <= through) {
                settled.add(change);
            } else {
                stays(change.place(), change.time(),
                        "results that they would change can still change otherwise: they are taken in later");
            }
        }
        return settled;
    }

    /** Those that a stretch can hold without one that stays out. */
    private List<Change> apart(List<Change> changes) {
        List<Change> apart = new ArrayList<>();
        for (Change change : changes) {
            NavigableSet<Long> times = out.get(partition(change.place()));
            if (times == null || !times.contains(change.time())) {
                apart.add(change);
            } else {
                left.merge("at the very time of one that stays out", 1L, Long::sum);
            }
        }
        return apart;
    }

    /** Two that lie on one day, or on days that follow each other, are computed together. */
    private List<Piece> pieces(List<Change> changes) {
        List<Change> sorted = changes.stream().sorted(Comparator.comparingLong(c -> c.interval().from())).toList();
        List<Piece> pieces = new ArrayList<>();
        List<Change> together = new ArrayList<>();
        long to = Long.MIN_VALUE;
        for (Change change : sorted) {
            if (!together.isEmpty() && day(change.interval().from()) > day(to - 1) + 1) {
                pieces.add(piece(together));
                together.clear();
            }
            to = together.isEmpty() ? change.interval().to() : Math.max(to, change.interval().to());
            together.add(change);
        }
        if (!together.isEmpty()) {
            pieces.add(piece(together));
        }
        return pieces;
    }

    private static long day(long micros) {
        return Math.floorDiv(micros, DAY);
    }

    private Piece piece(List<Change> changes) {
        Interval all = changes.stream().map(Change::interval).reduce(Interval::and).orElseThrow();
        SortedSet<String> models = new TreeSet<>();
        changes.forEach(c -> models.addAll(c.models()));
        // By partition and by which times that stay out lie before, since no stretch may hold one.
        Map<List<Object>, List<Change>> stretches = new LinkedHashMap<>();
        changes.forEach(c -> stretches.computeIfAbsent(List.of(partition(c.place()),
                Optional.ofNullable(out.get(partition(c.place()))).map(times -> times.floor(c.time()))),
                k -> new ArrayList<>()).add(c));
        List<TimeEntry.Admission> admissions = stretches.values().stream().map(this::admission)
                .sorted(Comparator.comparing(TimeEntry.Admission::topicId)
                        .thenComparing(TimeEntry.Admission::partition).thenComparing(TimeEntry.Admission::from))
                .toList();
        return new Piece(all.from(), all.to(), models, admissions, changes.size());
    }

    private TimeEntry.Admission admission(List<Change> changes) {
        Place first = changes.get(0).place();
        return new TimeEntry.Admission(request.facts().get(first.contract()).topicId(), first.partition(),
                changes.stream().mapToLong(c -> c.place().offset()).max().orElseThrow() + 1,
                changes.stream().mapToLong(Change::time).min().orElseThrow(),
                changes.stream().mapToLong(Change::time).max().orElseThrow() + 1);
    }
}

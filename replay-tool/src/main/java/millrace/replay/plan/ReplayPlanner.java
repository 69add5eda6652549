package millrace.replay.plan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.Look;
import millrace.replay.plan.ReplayPlan.PartitionRead;
import millrace.replay.plan.ReplayPlan.Read;
import millrace.replay.plan.ReplayPlan.Times;
import millrace.replay.plan.ReplayPlan.Written;
import millrace.replay.plan.TopicFacts.InBronze;
import millrace.replay.plan.TopicFacts.PartitionFacts;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.range.ClockRange;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.yaml.Durations;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.Plan;
import millrace.topology.reach.Distance;
import millrace.topology.reach.Lateness;
import millrace.topology.reach.RangeColumn;
import millrace.topology.reach.Reach;
import millrace.topology.reach.Reaches;
import millrace.topology.time.TimeBounds;

/**
 * Decides what a replay reads and writes, and which kind of it is exact. Pure.
 *
 * <p>
 * A stretch of event time can be recomputed alone if every model that is written looks only so far around it, sets records
 * aside that come too late, and says in a column of its rows' key which stretch they belong to. Then a record behind the
 * offset at which each clock has passed the stretch, what is looked ahead and the allowed lateness changes nothing of it;
 * and one before the last clock checkpoint that lies below the stretch and what is looked back neither.
 */
public final class ReplayPlanner {
    private static final int ID_BYTES = 3;
    /** Beyond what calendars and event times know; as many microseconds before and after. */
    private static final long FOREVER = Long.MAX_VALUE / 4;

    private final PlanRequest request;
    private final Pipeline pipeline;
    private final List<Plan> plans;
    private final Map<String, TopicFacts> facts;
    private final SortedMap<String, Reach> reached = new TreeMap<>();

    private ReplayPlanner(PlanRequest request, Map<String, TopicFacts> known) {
        this.request = request;
        pipeline = request.pipeline();
        plans = pipeline.models().stream().map(Pipeline.PlannedModel::plan).toList();
        facts = new HashMap<>(known);
        facts.replaceAll((contract, of) -> of.admitting(request.amends().stream()
                .filter(a -> a.topicId().equals(of.topicId())).toList()));
    }

    /**
     * @param facts by contract, of each that a model of the request is computed from
     * @throws ProblemException with a {@code REPLAY_...} code if it cannot be done
     */
    public static ReplayPlan plan(PlanRequest request, Map<String, TopicFacts> facts) {
        return new ReplayPlanner(request, facts).plan();
    }

    /**
     * Up to which event time nothing that still comes can change what models give, in microseconds; a time beyond all others
     * if nothing comes any more. For all of them together, wherever one looks ahead only so far.
     *
     * @param facts by contract, of each that a model is computed from
     */
    public static long settledThrough(Pipeline pipeline, SortedSet<String> models, Map<String, TopicFacts> facts) {
        ReplayPlanner planner = new ReplayPlanner(new PlanRequest(pipeline, "", models, Optional.empty(),
                Optional.empty(), Instant.EPOCH, (contract, times) -> Optional.empty(), state -> Optional.empty()),
                facts);
        planner.pipeline.models().stream().filter(m -> models.contains(m.name()))
                .forEach(m -> Reaches.toContracts(m.plan(), planner.plans)
                        .forEach((contract, reach) -> planner.reached.merge(contract, reach, Reach::or)));
        return planner.settled().through();
    }

    private ReplayPlan plan() {
        List<Look> looks = new ArrayList<>();
        List<Written> written = new ArrayList<>();
        List<String> because = new ArrayList<>();
        for (Pipeline.PlannedModel model : pipeline.models()) {
            if (!request.models().contains(model.name())) {
                continue;
            }
            SortedMap<String, Reach> reaches = Reaches.toContracts(model.plan(), plans);
            reaches.forEach((contract, reach) -> {
                reached.merge(contract, reach, Reach::or);
                looks.add(new Look(model.name(), contract, text(reach.back()), text(reach.ahead())));
            });
            RangeColumn column = RangeColumn.of(model.plan(), pipeline.changesBy(model), pipeline.contracts(), plans);
            because.addAll(whyWhole(model, reaches, column));
            written.add(new Written(model.name(), column instanceof RangeColumn.Of of
                    ? Optional.of(of.name())
                    : Optional.empty()));
        }
        for (String contract : reached.keySet()) {
            if (!facts.get(contract).clocksHold()) {
                because.add(
                        "contract " + contract + " takes records or reads their time in another way than the one that"
                                + " runs, so it is not known what its clocks were");
            }
        }
        boolean asked = request.from().isPresent() || request.to().isPresent();
        if (!asked || !because.isEmpty()) {
            return whole(asked ? because : List.of(), written, looks);
        }
        long from = request.from().map(this::from).orElse(-FOREVER);
        Settled settled = settled();
        long to = request.to().map(this::to).orElse(settled.through());
        if (request.to().isPresent() && from >= to) {
            throw refused(ReplayProblem.REPLAY_RANGE_EMPTY,
                    "The range begins at " + time(from) + " and ends at " + time(to) + ".");
        }
        if (from >= settled.through() || to > settled.through()) {
            throw refused(ReplayProblem.REPLAY_RANGE_OPEN, request.to().isPresent()
                    ? "The range ends at " + time(to) + ", but " + settled.words()
                    : "The range begins at " + time(from) + ", but " + settled.words());
        }
        SortedMap<String, Arrivals> late = arrivals(from, to);
        late.forEach((contract, arrivals) -> {
            if (arrivals.last().isEmpty()) {
                because.add(arrivals.model() + " takes records of " + contract + " however late they come, and bronze."
                        + contract + " does not say which of them are of the range");
            }
        });
        if (!because.isEmpty()) {
            return whole(because, written, looks);
        }
        return made(new Kind.Bounded(bound(from), bound(to)), written, looks, readRange(from, to, late),
                OptionalLong.of(settledAt(to)));
    }

    private ReplayPlan whole(List<String> because, List<Written> written, List<Look> looks) {
        List<Written> all = written.stream().map(w -> new Written(w.model(), Optional.empty())).toList();
        return made(new Kind.Whole(because), all, looks, readAll(), OptionalLong.empty());
    }

    /** Event times of the records that rows of a range look at. */
    private static Times around(Reach reach, long from, long to) {
        return new Times(reach.back() instanceof Distance.Within within ? less(from, within.micros()) : -FOREVER,
                Math.min(FOREVER, to + within(reach.ahead())));
    }

    /**
     * Records that count however late they come.
     *
     * @param model that takes them
     * @param last of them by partition; absent where nobody knows
     */
    private record Arrivals(String model, Times times, Optional<SortedMap<Integer, Long>> last) {}

    private SortedMap<String, Arrivals> arrivals(long from, long to) {
        SortedMap<String, Arrivals> arrivals = new TreeMap<>();
        for (Pipeline.PlannedModel model : pipeline.models()) {
            if (request.models().contains(model.name())) {
                for (String contract : Lateness.takesAllOf(model.plan(), plans)) {
                    Times times = around(reached.get(contract), from, to);
                    arrivals.computeIfAbsent(contract, c -> new Arrivals(model.name(), times,
                            request.arrived().last(contract, times)));
                }
            }
        }
        return arrivals;
    }

    private List<String> whyWhole(Pipeline.PlannedModel model, SortedMap<String, Reach> reaches, RangeColumn column) {
        List<String> because = new ArrayList<>();
        reaches.forEach((contract, reach) -> {
            if (reach.ahead() instanceof Distance.Anywhere anywhere) {
                because.add(model.name() + " looks ahead in " + contract + " without end: " + anywhere.because());
            }
        });
        if (column instanceof RangeColumn.None none) {
            because.add(model.name() + ": " + none.because());
        }
        return because;
    }

    private long from(Edge edge) {
        return switch (edge) {
            case Edge.At at -> micros(at.time());
            case Edge.Ago ago -> micros(request.now().minus(ago.duration()));
            case Edge.Records records -> less(changedFrom(records), farthest(Reach::ahead));
            // What came after the snapshot may be as late as is allowed.
            case Edge.State state -> less(less(through(state), reached.keySet().stream().map(this::bounds)
                    .mapToLong(b -> b.allowedLateness() - b.disorder()).max().orElse(0)), farthest(Reach::ahead));
        };
    }

    /** A record changes rows that look ahead to it, and rows that look back at it. */
    private long farthest(Function<Reach, Distance> direction) {
        return reached.values().stream().map(direction).mapToLong(ReplayPlanner::within).max().orElse(0);
    }

    private long to(Edge edge) {
        return switch (edge) {
            case Edge.At at -> micros(at.time());
            case Edge.Ago ago -> micros(request.now().minus(ago.duration()));
            case Edge.Records records -> Math.min(FOREVER, changedUntil(records) + farthest(Reach::back));
            case Edge.State state -> through(state);
        };
    }

    private long through(Edge.State state) {
        return request.completeThrough().apply(state).map(ReplayPlanner::clamped)
                .orElseThrow(() -> refused(ReplayProblem.REPLAY_BOUND_UNKNOWN, "There is no snapshot " + state.ref()
                        + " of " + state.table() + " that says how complete it was."));
    }

    /** Records from an offset on count only for what their clock has not passed by the allowed lateness. */
    private long changedFrom(Edge.Records records) {
        TopicFacts topic = topicOf(records);
        TimeBounds bounds = bounds(contractOf(records));
        long from = FOREVER;
        for (PartitionFacts partition : named(topic, records)) {
            var before = partition.clocks().floorEntry(records.offsets().get(partition.partition()));
            from = Math.min(from, before == null ? -FOREVER : less(before.getValue(), bounds.allowedLateness()));
        }
        return from;
    }

    /** No record before an offset has a later time than the clock there. */
    private long changedUntil(Edge.Records records) {
        long to = -FOREVER;
        for (PartitionFacts partition : named(topicOf(records), records)) {
            var after = partition.clocks().ceilingEntry(records.offsets().get(partition.partition()));
            to = Math.max(to, after == null ? FOREVER : Math.min(FOREVER - 1, after.getValue()) + 1);
        }
        return to;
    }

    private TopicFacts topicOf(Edge.Records records) {
        return facts.get(contractOf(records));
    }

    private String contractOf(Edge.Records records) {
        Optional<String> contract = records.contract()
                .or(() -> reached.size() == 1 ? Optional.of(reached.firstKey()) : Optional.empty());
        return contract.filter(reached::containsKey).orElseThrow(() -> refused(ReplayProblem.REPLAY_BOUND_UNKNOWN,
                "Offsets are those of one contract that is read: " + String.join(", ", reached.keySet()) + "."));
    }

    private List<PartitionFacts> named(TopicFacts topic, Edge.Records records) {
        List<PartitionFacts> named = topic.partitions().stream()
                .filter(p -> records.offsets().containsKey(p.partition())).toList();
        if (named.size() < records.offsets().size()) {
            throw refused(ReplayProblem.REPLAY_BOUND_UNKNOWN, topic.topic() + " has partitions 0 to "
                    + (topic.partitions().size() - 1) + ".");
        }
        return named;
    }

    /**
     * Up to which event time nothing that still comes can change anything.
     *
     * @param slowest the partition that comes to it last
     */
    private record Settled(long through, String slowest) {
        String words() {
            return through <= -FOREVER
                    ? slowest + " has no event time yet."
                    : "later records may still count for what is behind " + time(through) + ": " + slowest
                            + " has come no further.";
        }
    }

    private Settled settled() {
        Settled settled = new Settled(FOREVER, "");
        for (Map.Entry<String, Reach> e : reached.entrySet()) {
            TopicFacts topic = facts.get(e.getKey());
            long later = bounds(e.getKey()).allowedLateness();
            for (PartitionFacts partition : topic.partitions()) {
                OptionalLong clock = partition.clock();
                long through = clock.isEmpty()
                        ? -FOREVER
                        : less(less(clock.getAsLong(), later), within(e.getValue().ahead()));
                if (through < settled.through()) {
                    settled = new Settled(through, "partition " + partition.partition() + " of " + topic.topic());
                }
            }
        }
        return settled;
    }

    /**
     * A watermark lags the clock by the disorder, so that clocks are past what the range reads once a table is complete
     * through this time.
     */
    private long settledAt(long to) {
        if (to >= FOREVER) {
            return FOREVER;
        }
        long settled = to;
        for (Map.Entry<String, Reach> e : reached.entrySet()) {
            TimeBounds bounds = bounds(e.getKey());
            settled = Math.max(settled,
                    to + within(e.getValue().ahead()) + bounds.allowedLateness() - bounds.disorder());
        }
        return Math.min(FOREVER, settled);
    }

    private List<Read> readRange(long from, long to, SortedMap<String, Arrivals> late) {
        List<Read> reads = new ArrayList<>();
        reached.forEach((contract, reach) -> {
            TopicFacts topic = facts.get(contract);
            Times times = around(reach, from, to);
            List<PartitionRead> partitions = new ArrayList<>();
            for (PartitionFacts p : topic.partitions()) {
                ClockRange range = ClockRange.of(p.clocks(), p.first(), times.from(), times.to(),
                        OptionalLong.of(bounds(contract).allowedLateness()));
                if (range.clock().isEmpty() && p.first() > 0 && topic.bronzeForgets()) {
                    throw gone(contract, p, 0);
                }
                long settled = range.end().orElseThrow(() -> new IllegalStateException(
                        "the clock of partition " + p.partition() + " of " + topic.topic() + " has not passed " + to));
                long arrived = Optional.ofNullable(late.get(contract)).flatMap(Arrivals::last)
                        .map(last -> last.get(p.partition())).map(last -> last + 1).orElse(settled);
                long admitted = topic.admissions().stream().filter(a -> a.partition() == p.partition())
                        .filter(times::overlap).mapToLong(TimeEntry.Admission::offset).max().orElse(settled);
                long end = Math.max(settled, Math.max(arrived, admitted));
                partitions.add(read(contract, p, Math.min(range.start(), end), range.clock(), OptionalLong.of(end)));
            }
            reads.add(new Read(contract, topic.topic(), topic.topicId(), partitions,
                    Optional.ofNullable(late.get(contract)).map(Arrivals::times), Optional.of(times),
                    topic.admissions().stream().filter(times::overlap).toList()));
        });
        return reads;
    }

    private List<Read> readAll() {
        List<Read> reads = new ArrayList<>();
        for (String contract : reached.keySet()) {
            TopicFacts topic = facts.get(contract);
            List<PartitionRead> partitions = new ArrayList<>();
            for (PartitionFacts p : topic.partitions()) {
                // What a compacted topic begins with says nothing of what it has had.
                long first = topic.compacted() ? p.bronze().map(InBronze::first).orElse(p.beginning()) : p.first();
                if (first > 0 && topic.bronzeForgets()) {
                    throw gone(contract, p, 0);
                }
                partitions.add(read(contract, p, p.first(), OptionalLong.empty(), OptionalLong.empty()));
            }
            reads.add(new Read(contract, topic.topic(), topic.topicId(), partitions, Optional.empty(),
                    Optional.empty(), topic.admissions()));
        }
        return reads;
    }

    private PartitionRead read(String contract, PartitionFacts p, long start, OptionalLong clock, OptionalLong end) {
        if (start < p.first()) {
            throw gone(contract, p, start);
        }
        long known = end.orElse(p.end());
        long kept = p.bronze().map(InBronze::end).orElse(0L);
        if (start < p.beginning() && kept < Math.min(p.beginning(), known)) {
            throw notYetKept(contract, p, kept);
        }
        // What compaction has taken away is in bronze, wherever the log begins.
        long kafka = facts.get(contract).compacted() ? Math.max(p.beginning(), kept) : p.beginning();
        long gone = Math.max(0, Math.min(kafka, known) - start);
        long held = p.end() - p.beginning();
        long bytes = held == 0 ? 0 : (long) ((double) p.bytes() / held * (known - start));
        return new PartitionRead(p.partition(), start, clock, end, known, gone, bytes);
    }

    /** Bronze is behind Kafka's retention; what lies between is gone, unless bronze is about to land it. */
    private ProblemException notYetKept(String contract, PartitionFacts p, long kept) {
        return new ProblemException(Problem.of(ReplayProblem.REPLAY_DATA_GONE, contract, "Partition " + p.partition()
                + " of " + facts.get(contract).topic() + " begins at offset " + p.beginning() + " in Kafka, but bronze."
                + contract + " has it only up to " + kept + ".").withRemedy(ReplayProblem.REPLAY_DATA_GONE.remedy()));
    }

    private ProblemException gone(String contract, PartitionFacts p, long wanted) {
        TopicFacts topic = facts.get(contract);
        // A replay may begin at the first checkpoint that can be read; what it looks back lies before the range.
        Optional<Long> clock = Optional.ofNullable(p.clocks().ceilingEntry(p.first())).map(Map.Entry::getValue)
                .filter(c -> c < FOREVER);
        String remedy = reached.get(contract).back() instanceof Distance.Within within && clock.isPresent()
                ? "Let the range begin at " + time(clock.get() + 1 + within.micros()) + " or later."
                : ReplayProblem.REPLAY_DATA_GONE.remedy();
        return new ProblemException(Problem.of(ReplayProblem.REPLAY_DATA_GONE, contract, "Partition " + p.partition()
                + " of " + topic.topic() + " would be read from offset " + wanted + ", but Kafka begins at "
                + p.beginning() + (p.bronze().isPresent()
                        ? " and bronze." + contract + " at " + p.bronze().get().first() + "."
                        : " and bronze." + contract + " has none of it."))
                .withRemedy(remedy));
    }

    /** Of what would be read, the partitions to be tried out; topics that have none of them are read whole. */
    private List<Read> sampled(List<Read> reads) {
        if (request.sample().isEmpty()) {
            return reads;
        }
        if (reads.stream().noneMatch(this::isSampled)) {
            throw refused(ReplayProblem.REPLAY_BOUND_UNKNOWN, "None of " + reads.stream().map(Read::topic)
                    .collect(Collectors.joining(", ")) + " has a partition "
                    + request.sample().stream()
                            .map(String::valueOf).collect(Collectors.joining(" or "))
                    + ".");
        }
        List<Read> sampled = new ArrayList<>();
        for (Read read : reads) {
            List<PartitionRead> partitions = read.partitions().stream()
                    .map(p -> !isSampled(read) || request.sample().contains(p.partition())
                            // A trial comes to an end, also of what goes on.
                            ? new PartitionRead(p.partition(), p.start(), p.clock(), OptionalLong.of(p.known()),
                                    p.known(), p.fromBronze(), p.bytes())
                            : new PartitionRead(p.partition(), p.known(), OptionalLong.empty(),
                                    OptionalLong.of(p.known()), p.known(), 0, 0))
                    .toList();
            sampled.add(new Read(read.contract(), read.topic(), read.topicId(), partitions, read.late(),
                    read.looked(), read.admissions()));
        }
        return sampled;
    }

    private boolean isSampled(Read read) {
        return read.partitions().stream().anyMatch(p -> request.sample().contains(p.partition()));
    }

    private ReplayPlan made(Kind kind, List<Written> written, List<Look> looks, List<Read> all,
            OptionalLong settled) {
        List<Read> reads = sampled(all);
        List<Written> sorted = written.stream().sorted(Comparator.comparing(Written::model)).toList();
        String text = pipeline.name() + request.revision() + kind + sorted + reads.stream().map(r -> r.contract()
                + r.topicId() + r.partitions().stream().map(p -> p.partition() + ":" + p.start() + p.clock() + p.end())
                        .collect(Collectors.joining(","))
                + (r.admissions().isEmpty() ? "" : r.admissions()))
                .collect(Collectors.joining(";"));
        return new ReplayPlan(id(text), pipeline.name(), request.revision(), kind, sorted, looks, reads, settled,
                List.copyOf(request.sample()), request.amends());
    }

    static String id(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private TimeBounds bounds(String contract) {
        Contract found = pipeline.contract(contract).orElseThrow();
        return TimeBounds.of(found);
    }

    private ProblemException refused(ReplayProblem code, String message) {
        return new ProblemException(Problem.of(code, pipeline.name(), message).withRemedy(code.remedy()));
    }

    private static long within(Distance distance) {
        return distance instanceof Distance.Within within ? within.micros() : FOREVER;
    }

    /** Less so much, but not below what times can be; the end of time stays what it is. */
    private static long less(long time, long micros) {
        return time >= FOREVER ? FOREVER : Math.max(-FOREVER, time - Math.min(FOREVER, micros));
    }

    private static String text(Distance distance) {
        return switch (distance) {
            case Distance.Within within -> Durations.format(within.duration());
            case Distance.Anywhere anywhere -> "all";
        };
    }

    private static String time(long micros) {
        if (micros >= FOREVER) {
            return "the end of time";
        }
        return micros <= -FOREVER ? "no time at all" : instant(micros).toString();
    }

    private static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    }

    /** The end of time is told as a time beyond all others. */
    private static long clamped(Instant time) {
        return time.isAfter(instant(FOREVER)) ? FOREVER : micros(time);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static Optional<Instant> bound(long micros) {
        return Math.abs(micros) >= FOREVER ? Optional.empty() : Optional.of(instant(micros));
    }
}

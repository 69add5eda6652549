package millrace.ops.replay;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import millrace.ops.deploy.Deployment;
import millrace.ops.run.Connections;
import millrace.replay.amend.AmendPlanner;
import millrace.replay.amend.Amendment;
import millrace.replay.plan.Edge;
import millrace.replay.plan.PlanRequest;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlanner;
import millrace.replay.plan.TopicFacts;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.topology.run.Topics;

/** Plans of the replays that take late records in, of the text that runs. */
public final class LatePlans {
    private final Replays replays;
    private final Deployment live;
    private final Set<String> landed;
    private final Connections connections;
    private final Topics topics;
    private final Clock clock;

    /** @param landed models that have a table */
    LatePlans(Replays replays, Deployment live, Set<String> landed, Connections connections, Topics topics,
            Clock clock) {
        this.replays = replays;
        this.live = live;
        this.landed = Set.copyOf(landed);
        this.connections = connections;
        this.topics = topics;
        this.clock = clock;
    }

    /**
     * Plans to take late records in.
     *
     * @param last so long ago the first of them were of, at most
     * @param stop ends the waiting for what is on its way to the late tables
     * @param waits is told what it waits for
     * @return nothing if it was stopped
     * @throws ProblemException if a stretch cannot be computed anew, such as when its records are gone
     */
    public Optional<AmendPlan> ofDays(Duration last, BooleanSupplier stop, Consumer<String> waits)
            throws InterruptedException {
        Optional<LateArrivals.Found> late = found(last, stop, waits);
        if (late.isEmpty()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        try (TableCatalog catalog = TableCatalog.open(connections.catalog())) {
            Map<String, TopicFacts> facts = replays.facts(live, landed, catalog);
            Amendment amendment = AmendPlanner.plan(request(facts, late.get()), late.get().records());
            List<ReplayPlan> plans = new ArrayList<>();
            Map<Amendment.Piece, String> impossible = new LinkedHashMap<>();
            for (Amendment.Piece piece : amendment.pieces()) {
                try {
                    plans.add(planOf(piece, facts, now));
                    // The next is published after this one, and has to have what it has let in.
                    facts.replaceAll((contract, of) -> of.admitting(piece.admissions().stream()
                            .filter(a -> a.topicId().equals(of.topicId())).toList()));
                } catch (ProblemException e) {
                    impossible.put(piece, e.problems().get(0).message());
                }
            }
            return Optional.of(new AmendPlan(amendment.without(impossible), plans));
        }
    }

    /**
     * Plans to take all late records in by computing the whole history of the models that they change, so that it takes the
     * place of what runs; as the other.
     */
    public Optional<AmendPlan> ofHistory(Duration last, BooleanSupplier stop, Consumer<String> waits)
            throws InterruptedException {
        Optional<LateArrivals.Found> late = found(last, stop, waits);
        if (late.isEmpty()) {
            return Optional.empty();
        }
        try (TableCatalog catalog = TableCatalog.open(connections.catalog())) {
            Map<String, TopicFacts> facts = replays.facts(live, landed, catalog);
            Amendment amendment = AmendPlanner.planHistory(request(facts, late.get()), late.get().records());
            return Optional.of(new AmendPlan(amendment, amendment.pieces().stream()
                    .map(piece -> replays.unlikeEnded(ReplayPlanner.plan(new PlanRequest(live.pipeline(),
                            Replays.revision(live),
                            piece.models(), Optional.empty(), Optional.empty(), new TreeSet<>(), piece.admissions(),
                            clock.instant(), new Arrivals(live, connections.catalog()), state -> Optional.empty()),
                            facts)))
                    .toList()));
        }
    }

    private Optional<LateArrivals.Found> found(Duration last, BooleanSupplier stop, Consumer<String> waits)
            throws InterruptedException {
        return new LateArrivals(live, connections, topics).await(since(last), stop, waits);
    }

    private long since(Duration last) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant().minus(last));
    }

    private AmendPlanner.Request request(Map<String, TopicFacts> facts, LateArrivals.Found late) {
        // Older ones were not read.
        return new AmendPlanner.Request(live.pipeline(), landed, facts, Long.MIN_VALUE, late.known());
    }

    private ReplayPlan planOf(Amendment.Piece piece, Map<String, TopicFacts> facts, Instant now) {
        ReplayPlan plan = replays.unlikeEnded(ReplayPlanner.plan(new PlanRequest(live.pipeline(),
                Replays.revision(live),
                piece.models(), Optional.of(new Edge.At(piece.begins())), Optional.of(new Edge.At(piece.ends())),
                new TreeSet<>(), piece.admissions(), now, new Arrivals(live, connections.catalog()),
                state -> Optional.empty()), facts));
        if (plan.kind() instanceof Kind.Whole whole) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NOT_OF_A_RANGE, live.name(),
                    "only a replay of everything could take them in: " + String.join("; ", whole.because())));
        }
        replays.requireAlike(plan);
        return plan;
    }
}

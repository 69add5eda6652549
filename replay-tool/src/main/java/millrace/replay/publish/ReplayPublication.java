package millrace.replay.publish;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.Written;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.publish.RangePublisher.Request;
import millrace.sinks.iceberg.publish.RangeSource;

/**
 * What becomes of the tables when a replay is published, or when that is taken back; the same for whoever does it again. Pure.
 *
 * @param rollbacks how often it was taken back before
 */
public record ReplayPublication(ReplayPlan plan, int rollbacks) {
    private static final String REPLAY = "millrace.replay";
    private static final String ACTION = "millrace.replay-action";
    private static final String WHO = "millrace.replay-by";
    private static final String REVISION = "millrace.replay-revision";
    private static final String REASON = "millrace.replay-reason";

    /** @throws ProblemException if it is one of everything, or of a sample, which no stretch of a table is replaced by */
    public ReplayPublication {
        if (!plan.sample().isEmpty()) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_IS_A_SAMPLE, plan.id(),
                    "Replay " + plan.id() + " has read only some partitions of its topics.")
                    .withRemedy(ReplayProblem.REPLAY_IS_A_SAMPLE.remedy()));
        }
        if (!(plan.kind() instanceof Kind.Bounded)) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NOT_OF_A_RANGE, plan.id(),
                    "Replay " + plan.id() + " is one of everything.")
                    .withRemedy(ReplayProblem.REPLAY_NOT_OF_A_RANGE.remedy()));
        }
    }

    /** Which way. */
    public enum Action {
        PUBLISH, ROLLBACK;

        /** As people write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The tag that a table's snapshot before gets; a table that has it has the action behind it. */
    public String tag(Action action) {
        String name = switch (action) {
            case PUBLISH -> "before-replay-" + plan.id();
            case ROLLBACK -> "before-rollback-" + plan.id();
        };
        return rollbacks == 0 ? name : name + "-" + (rollbacks + 1);
    }

    /** @param reason that was given; may be absent */
    public Request request(Action action, Written model, String who, Optional<String> reason) {
        Map<String, String> summary = new LinkedHashMap<>();
        summary.put(REPLAY, plan.id());
        summary.put(ACTION, action.word());
        summary.put(WHO, who);
        summary.put(REVISION, plan.revision());
        reason.ifPresent(r -> summary.put(REASON, r));
        return new Request(source(action), range(model), plan.settled(), tag(action), summary);
    }

    /** A branch's files come into the table for the first time; those that have left it come as others. */
    private RangeSource source(Action action) {
        return switch (action) {
            case PUBLISH -> new RangeSource(plan.branch(), rollbacks == 0
                    ? RangeSource.Files.AS_THEY_ARE
                    : RangeSource.Files.AS_COPIES);
            case ROLLBACK -> new RangeSource(tag(Action.PUBLISH), RangeSource.Files.AS_COPIES);
        };
    }

    private RowRange range(Written model) {
        Kind.Bounded bounded = (Kind.Bounded) plan.kind();
        return new RowRange(model.column().orElseThrow(), micros(bounded.from()), micros(bounded.to()));
    }

    private static OptionalLong micros(Optional<Instant> time) {
        return time.map(t -> OptionalLong.of(ChronoUnit.MICROS.between(Instant.EPOCH, t)))
                .orElse(OptionalLong.empty());
    }
}

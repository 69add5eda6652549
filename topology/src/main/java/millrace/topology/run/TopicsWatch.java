package millrace.topology.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.topology.origin.SourceTopic;

/** Looks every few seconds whether the cluster answers and the source topics are the ones the pipeline started with. */
final class TopicsWatch {
    private static final Duration EVERY = Duration.ofSeconds(3);

    private final Topics topics;
    private final Collection<SourceTopic> sources;
    private final InstantSource clock;
    private Instant next;
    private Topics.ClusterUnavailableException unavailable;

    TopicsWatch(Topics topics, Collection<SourceTopic> sources, InstantSource clock) {
        this.topics = topics;
        this.sources = sources;
        this.clock = clock;
        next = clock.instant().plus(EVERY);
    }

    /** A reason to give up this attempt: the topics are not what they were. */
    Optional<Problem> broken() {
        if (clock.instant().isBefore(next)) {
            return Optional.empty();
        }
        try {
            List<String> names = sources.stream().map(SourceTopic::topic).toList();
            Map<String, Topics.Facts> found = topics.describe(names);
            unavailable = null;
            return sources.stream().map(s -> judge(s, found.get(s.topic()))).flatMap(Optional::stream).findFirst();
        } catch (Topics.ClusterUnavailableException e) {
            unavailable = e;
            return Optional.empty();
        } finally {
            next = clock.instant().plus(EVERY);
        }
    }

    /** Nobody answered when last asked. */
    Optional<Topics.ClusterUnavailableException> unavailable() {
        return Optional.ofNullable(unavailable);
    }

    private static Optional<Problem> judge(SourceTopic before, Topics.Facts now) {
        if (now == null) {
            return Optional.of(Problem.of(RunProblem.PIPELINE_TOPIC_MISSING, before.topic(),
                    before.topic() + " was deleted while the pipeline ran.")
                    .withRemedy(RunProblem.PIPELINE_TOPIC_MISSING.remedy()));
        }
        if (!now.id().equals(before.topicId())) {
            return Optional.of(recreated(before.topic(),
                    before.topic() + " has the id " + now.id() + ", it had " + before.topicId() + " before."));
        }
        if (now.partitions() != before.partitions()) {
            return Optional.of(Problem.of(RunProblem.TOPIC_PARTITIONS_DIFFER, before.topic(), before.topic() + " has "
                    + now.partitions() + " partitions now, the pipeline started with " + before.partitions() + ".")
                    .withRemedy(RunProblem.TOPIC_PARTITIONS_DIFFER.remedy()));
        }
        return Optional.empty();
    }

    static Problem recreated(String topic, String message) {
        return Problem.of(RunProblem.SOURCE_TOPIC_RECREATED, topic, message)
                .withRemedy(RunProblem.SOURCE_TOPIC_RECREATED.remedy());
    }
}

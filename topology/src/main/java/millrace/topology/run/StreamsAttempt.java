package millrace.topology.run;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.topology.archive.ArchiveClients;
import millrace.topology.archive.RecordArchive;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.Surroundings;
import millrace.topology.assemble.TopologyAssembler;
import millrace.topology.compile.RowFunction;
import millrace.topology.follow.ReadingLimit;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.PlanNode;
import millrace.topology.source.RegistryGate;
import millrace.topology.source.TopicRecreatedException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of the Kafka Streams client. It ends at the first error that Streams does not get over by itself; the next
 * attempt prepares everything again, since the error may well have changed what was prepared.
 */
final class StreamsAttempt implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsAttempt.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

    private final Pipeline pipeline;
    private final Collection<SourceTopic> sources;
    private final RegistryGate gate;
    private final KafkaStreams streams;
    private final StateWatch state;
    private final AtomicReference<Throwable> error = new AtomicReference<>();
    private volatile boolean closing;

    private StreamsAttempt(Pipeline pipeline, Collection<SourceTopic> sources, RegistryGate gate,
            KafkaStreams streams, StateWatch state) {
        this.pipeline = pipeline;
        this.sources = sources;
        this.gate = gate;
        this.streams = streams;
        this.state = state;
    }

    static StreamsAttempt start(Pipeline pipeline, RunSettings settings, Surroundings surroundings,
            SchemaRegistry registry, Function<PlanNode.Calc, Supplier<RowFunction>> compiler, InstantSource clock,
            ReadingLimit limit) {
        RegistryGate gate = new RegistryGate(registry, clock);
        var topology = TopologyAssembler.assemble(pipeline, surroundings, gate, compiler);
        KafkaStreams streams = streams(topology, StreamsSettings.of(pipeline.name(), settings),
                settings.reading().archive(), limit);
        StateWatch state = new StateWatch(pipeline.name());
        state.listenTo(streams);
        StreamsAttempt attempt = new StreamsAttempt(pipeline, surroundings.sources().values(), gate, streams, state);
        streams.setUncaughtExceptionHandler(attempt::end);
        streams.start();
        return attempt;
    }

    private static KafkaStreams streams(Topology topology, Properties properties, RecordArchive archive,
            ReadingLimit limit) {
        return archive == RecordArchive.NONE && limit == ReadingLimit.NONE
                ? new KafkaStreams(topology, properties)
                : new KafkaStreams(topology, properties, new ArchiveClients(archive, limit));
    }

    private StreamThreadExceptionResponse end(Throwable thrown) {
        if (!closing && error.compareAndSet(null, thrown)) {
            LOG.error("pipeline {} stops and will be started again", pipeline.name(), thrown);
        }
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    Collection<SourceTopic> sources() {
        return sources;
    }

    boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** What its tasks keep now. */
    LocalState kept() {
        return state.look(streams);
    }

    Optional<String> registryUnavailable() {
        return gate.unavailable();
    }

    /** Why this attempt has ended, if it has. */
    Optional<Problem> failure() {
        Throwable thrown = error.get();
        if (thrown != null) {
            return Optional.of(problem(thrown));
        }
        return streams.state().hasCompletedShutdown() || streams.state() == KafkaStreams.State.PENDING_ERROR
                ? Optional.of(failed(pipeline, new IllegalStateException("Kafka Streams is " + streams.state())))
                : Optional.empty();
    }

    private Problem problem(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof TopicRecreatedException recreated) {
                return TopicsWatch.recreated(recreated.topic(), recreated.getMessage());
            } else if (cause instanceof ProblemException said) {
                return said.problems().get(0);
            }
        }
        return failed(pipeline, thrown);
    }

    static Problem failed(Pipeline pipeline, Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return Problem.of(RunProblem.STREAM_FAILED, pipeline.name(), root.toString())
                .withRemedy(RunProblem.STREAM_FAILED.remedy());
    }

    @Override
    public void close() {
        closing = true;
        gate.close();
        // Leaving the group lets the next start have its partitions at once instead of after the session's timeout.
        boolean closed = streams.close(CloseOptions.timeout(LONGEST_CLOSE)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        if (!closed) {
            LOG.warn("pipeline {}: Kafka Streams did not close within {}; what was open is rolled back by the brokers",
                    pipeline.name(), LONGEST_CLOSE);
        }
    }
}

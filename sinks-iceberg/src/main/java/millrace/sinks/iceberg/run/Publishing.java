package millrace.sinks.iceberg.run;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.publish.RangePublisher;
import millrace.sinks.iceberg.publish.RangePublisher.Exactness;
import millrace.sinks.iceberg.publish.RangePublisher.Patience;
import millrace.sinks.iceberg.publish.RangePublisher.Request;
import millrace.sinks.iceberg.publish.RangePublisher.State;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.catalog.Catalog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the rows of a branch or tag of one table in the place of those of a stretch of time, while rows come in. The table's
 * committer runs elsewhere. Stopped or killed at any time it has done all of it or nothing, and doing it again finds out.
 */
public final class Publishing {
    private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);
    private static final Duration STEP = Duration.ofMillis(200);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private Publishing() {}

    /**
     * Ends when it is done or has failed; waits without end for a table that is not complete enough.
     *
     * @param exactness asked on the calling thread, before each proposal
     * @param stop ends it between two steps; what is proposed may be committed all the same
     * @param progress is told how far it is, again and again
     * @return how far it came
     * @throws millrace.schemas.problem.ProblemException if the catalog cannot be opened, or has no such table
     */
    public static State run(SinkConfig config, Map<String, String> catalogProperties, TableSpec spec, Request request,
            Exactness exactness, Clock clock, BooleanSupplier stop, Consumer<State> progress)
            throws InterruptedException {
        Catalog catalog = Catalogs.open(catalogProperties);
        try (KafkaControl control = new KafkaControl(config.name(), config.controlTopic(), config.kafka())) {
            RangePublisher publisher = new RangePublisher("p-" + UUID.randomUUID(), new IcebergTables(catalog), spec,
                    control, request, exactness, Patience.USUAL, clock);
            control.onAnswer(publisher::hear);
            while (!publisher.isOver() && !stop.getAsBoolean()) {
                State state = step(publisher);
                progress.accept(state);
                if (!publisher.isOver()) {
                    Thread.sleep(pause(state));
                }
            }
            return publisher.state();
        } finally {
            Catalogs.close(catalog);
        }
    }

    /** A catalog or a broker that does not answer now is asked again. */
    private static State step(RangePublisher publisher) {
        try {
            return publisher.step();
        } catch (ProblemException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.debug("trying again", e);
            return new State.Held(Failure.words(e));
        }
    }

    private static Duration pause(State state) {
        return switch (state) {
            case State.Held held -> AGAIN;
            case State.Waiting waiting -> AGAIN;
            case State.Preparing preparing -> STEP.multipliedBy(1L + preparing.refusals());
            default -> STEP;
        };
    }
}

package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

import millrace.schemas.time.TaskWatermark;

/**
 * A partition of a source topic, as a look found it.
 *
 * @param feeds whether rows of the table come from it; otherwise it is only related: some other model puts its source
 *        together with one that does
 * @param end behind its last record; 0 if it never had one
 * @param unread offsets that the pipeline has not processed yet
 * @param watermark microseconds, as the pipeline has told it; empty before it has
 * @param disorder by which the watermark is behind the newest event time
 * @param lastRecord Kafka timestamp of the newest record, as far as Kafka still has it
 * @param seenMoving when its end was last seen to have moved, if it was
 * @param quietSince nothing has come since then; as far back as is known for certain
 * @param idleTimeout after which a silent partition is passed over
 * @param passedOver whether the pipeline has written down that it is idle at this end
 */
record InputPartition(String topic, int partition, boolean feeds, long end, long unread, OptionalLong watermark,
        Duration disorder, Optional<Instant> lastRecord,
        Optional<Instant> seenMoving, Instant quietSince, Duration idleTimeout,
        boolean passedOver) {

    String name() {
        return topic + "-" + partition;
    }

    boolean isEnded() {
        return watermark.isPresent() && watermark.getAsLong() == TaskWatermark.END;
    }

    /** As a number to compare by: unknown is before all. */
    long time() {
        return watermark.orElse(Long.MIN_VALUE);
    }

    /** When something probably came last: a record's time is the producer's, and may be far from that of its arrival. */
    Instant lastCame() {
        return Stream.concat(lastRecord.stream(), seenMoving.stream()).max(Comparator.naturalOrder())
                .orElse(quietSince);
    }

    Instant idleAt() {
        return quietSince.plus(idleTimeout);
    }

    boolean isIdle(Instant now) {
        return !isEnded() && unread == 0 && (passedOver || !now.isBefore(idleAt()));
    }
}

package millrace.schemas.contract;

import java.time.Duration;

/**
 * Which column says when a record happened, and what is promised of its order.
 *
 * @param column a timestamp column at the top level
 * @param disorder how far behind its partition's newest event time a record may be and still count for a first result
 * @param allowedLateness how far behind it may be and still amend a result; at least {@code disorder}
 * @param maxAhead how far past its own Kafka timestamp an event time may be; beyond it the record is quarantined
 * @param idleTimeout how long a partition may be silent before it no longer holds others back
 */
public record EventTime(String column, Duration disorder, Duration allowedLateness, Duration maxAhead,
        Duration idleTimeout) {
    public EventTime {
        if (allowedLateness.compareTo(disorder) < 0) {
            throw new IllegalArgumentException("allowedLateness " + allowedLateness + " < disorder " + disorder);
        }
    }
}

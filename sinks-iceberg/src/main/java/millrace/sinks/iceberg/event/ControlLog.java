package millrace.sinks.iceberg.event;

/** Where events are sent. The order of one sender's events is kept; each arrives at least once or is lost with it. */
@FunctionalInterface
public interface ControlLog {
    /** Sends without waiting. What is not known to have arrived is sent again by whoever misses an answer. */
    void send(SinkEvent event);
}

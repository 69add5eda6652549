package millrace.replay.amend;

/**
 * A record that came too late for a model. Times are microseconds.
 *
 * @param time of the event
 * @param start of the window that it came too late for, or how far back it would have been compared
 * @param end of the window
 */
public record LateRecord(String model, String contract, int partition, long offset, long time, long start, long end) {}

package millrace.sinks.iceberg.run;

/** What a thread does that could not go on, before it tries again. */
final class Pause {
    private static final long MILLIS = 500;

    private Pause() {}

    /** Returns at once, and stays interrupted, if the thread is. */
    static void beforeRetry() {
        try {
            Thread.sleep(MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package millrace.sinks.iceberg.rewrite;

/** How fast a rewrite may go. It is told of what is read, and takes its time to answer. */
public interface Pace {
    Pace UNLIMITED = bytes -> {};

    /** @throws StoppedException if the rewrite is to end without a result */
    void read(long bytes);

    /** The rewrite is not wanted any more. */
    final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}

package millrace.topology.time;

/** What is known of a time journal, which others may still write to. Safe for several threads. */
public final class KnownJournal {
    private volatile TimeJournal now;

    public KnownJournal(TimeJournal now) {
        this.now = now;
    }

    /** The same object until more is known. */
    public TimeJournal now() {
        return now;
    }

    /** @param more has all that was known before */
    public void publish(TimeJournal more) {
        now = more;
    }
}

package millrace.topology.origin;

/** Where a row came from. */
public sealed interface Origin permits SourceRecord, Origin.Remote, Origin.Computed {
    /** Ordinal of the source, see {@link SourceTopic#ordinal}; -1 for a computed row. */
    int sourceOrdinal();

    int partition();

    long offset();

    /** Which of the rows made from one record it is; 0 for the first. */
    int within();

    /** A row of a source that has come through an exchange: its record is no longer at hand. */
    record Remote(int sourceOrdinal, int partition, long offset, int within) implements Origin {}

    /** A row that an operator computed from several. */
    record Computed() implements Origin {
        @Override
        public int sourceOrdinal() {
            return -1;
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public long offset() {
            return 0;
        }

        @Override
        public int within() {
            return 0;
        }
    }

    Origin COMPUTED = new Computed();
}

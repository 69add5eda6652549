package millrace.topology.origin;

/** Where a row came from. */
public sealed interface Origin permits SourceRecord, Origin.Part, Origin.Remote, Origin.Computed {
    /** Ordinal of the source, see {@link SourceTopic#ordinal}; -1 for a computed row. */
    int sourceOrdinal();

    int partition();

    long offset();

    /** Which of the rows made from one record it is; 0 for the first. */
    int within();

    /**
     * Of one of several rows made from the row that came from here.
     *
     * @param number from 0
     */
    default Origin part(int number) {
        if (number == 0 && within() == 0) {
            return this;
        }
        // Rows made from one of several rows are spread over all numbers, so that hardly any two are the same.
        int at = within() == 0 ? number : (within() * 0x9E3779B1 + number) & Integer.MAX_VALUE;
        return switch (this) {
            case SourceRecord record -> new Part(record, at);
            case Part p -> new Part(p.record(), at);
            case Remote r -> new Remote(r.sourceOrdinal(), r.partition(), r.offset(), at);
            case Computed c -> c;
        };
    }

    /** One of several rows made from a record. */
    record Part(SourceRecord record, int within) implements Origin {
        @Override
        public int sourceOrdinal() {
            return record.sourceOrdinal();
        }

        @Override
        public int partition() {
            return record.partition();
        }

        @Override
        public long offset() {
            return record.offset();
        }
    }

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

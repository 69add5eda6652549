package millrace.sinks.iceberg.publish;

/**
 * Where published rows come from.
 *
 * @param ref a branch or tag of the table
 */
public record RangeSource(String ref, Files files) {
    /** What becomes of the source's files. */
    public enum Files {
        /**
         * The table gets the very files, which must never have been part of it: who removes old snapshots by what they have
         * taken out deletes a file that has left the table once, although it has come again.
         */
        AS_THEY_ARE,
        /** The table gets files with the same bytes. */
        AS_COPIES
    }
}

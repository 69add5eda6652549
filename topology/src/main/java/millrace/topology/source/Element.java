package millrace.topology.source;

import millrace.topology.origin.SourceRecord;

/** What flows between operators of one task: rows, and how far their sources have come. */
public sealed interface Element {

    /**
     * A row on its way.
     *
     * @param values as the node that gave it says; nobody changes them
     * @param eventTime microseconds
     * @param clock of its source partition when it came, microseconds
     */
    record Row(Object[] values, long eventTime, long clock, SourceRecord origin) implements Element {
        /** Another row made of this one. */
        public Row with(Object[] newValues) {
            return new Row(newValues, eventTime, clock, origin);
        }
    }

    /**
     * Every row of a source that came before this is in; what is still to come is not before these times, in
     * microseconds.
     *
     * @param source ordinal of the source
     * @param watermark nothing on time comes before it
     * @param horizon nothing that still counts comes before it
     */
    record Watermark(int source, long watermark, long horizon) implements Element {}
}

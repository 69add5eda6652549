package millrace.topology.flow;

import millrace.topology.origin.Origin;

/** What flows between operators: rows, and how far their inputs have come. */
public sealed interface Element {

    /**
     * A row on its way.
     *
     * @param values as the node that gave it says; nobody changes them
     * @param eventTime microseconds
     * @param watermark that its source partition had when it came: the row is on time for windows that end after it;
     *        microseconds
     * @param horizon that its source partition had when it came: the row counts for windows that end after it; of a row that
     *        counts however late it came, as one that was computed from others, before all times
     */
    record Row(Object[] values, Change change, long eventTime, long watermark, long horizon, Origin origin)
            implements
                Element {
        /** Another row made of this one. */
        public Row with(Object[] newValues) {
            return new Row(newValues, change, eventTime, watermark, horizon, origin);
        }

        /** The same row, as something else that it does to the result. */
        public Row as(Change other) {
            return new Row(values, other, eventTime, watermark, horizon, origin);
        }

        public boolean retracts() {
            return change.retracts();
        }
    }

    /**
     * Every row of an input that came before this is in; what is still to come is not before these times, in
     * microseconds.
     *
     * @param input which one: the ordinal of a source, or of an exchange
     * @param watermark nothing on time comes before it
     * @param horizon nothing that still counts comes before it
     */
    record Watermark(int input, long watermark, long horizon) implements Element {}
}

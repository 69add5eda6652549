package millrace.topology.operator;

import java.util.List;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.topology.aggregate.Aggregator;
import millrace.topology.flow.Element;
import millrace.topology.function.FunctionFailure;

/** What an aggregate has seen of one group. */
final class Group {
    /** What each call has seen. */
    private final Object[] states;
    /** Rows in the group: those that came less those taken back. */
    private long rows;
    /** The latest event time of them all, also of those taken back. */
    private long newest = Long.MIN_VALUE;
    /** Whether its row has been given out. */
    private boolean given;
    /** The bytes of the row that was given out ahead of time; null if none was, or the final one has taken its place. */
    private byte[] early;

    private Group(Object[] states) {
        this.states = states;
    }

    long rows() {
        return rows;
    }

    long newest() {
        return newest;
    }

    boolean given() {
        return given;
    }

    void give(boolean isOut) {
        given = isOut;
    }

    byte[] early() {
        return early;
    }

    void giveEarly(byte[] row) {
        early = row;
    }

    /** The calls of one aggregate, and what each does to a group. Serves one task. */
    static final class Calls implements StateCodec<Group> {
        private static final int VERSION = 1;
        private static final int NOT_GIVEN = 0;
        private static final int GIVEN = 1;
        private static final int GIVEN_EARLY = 2;

        private final Aggregator<Object>[] calls;
        private final StateOutput out = new StateOutput();

        @SuppressWarnings("unchecked")
        Calls(List<Aggregator<?>> calls) {
            this.calls = calls.toArray(Aggregator[]::new);
        }

        int count() {
            return calls.length;
        }

        Group create() {
            Object[] states = new Object[calls.length];
            for (int i = 0; i < states.length; i++) {
                states[i] = calls[i].create();
            }
            return new Group(states);
        }

        void add(Group group, Element.Row row) {
            group.newest = Math.max(group.newest, row.eventTime());
            if (row.retracts()) {
                group.rows--;
                for (int i = 0; i < calls.length; i++) {
                    calls[i].retract(group.states[i], row);
                }
            } else {
                group.rows++;
                for (int i = 0; i < calls.length; i++) {
                    calls[i].add(group.states[i], row);
                }
            }
        }

        void merge(Group group, Group part) {
            group.rows += part.rows;
            group.newest = Math.max(group.newest, part.newest);
            for (int i = 0; i < calls.length; i++) {
                calls[i].merge(group.states[i], part.states[i]);
            }
        }

        /** Puts the results behind the columns of the group. */
        Object[] results(Group group, Object[] row, int from) {
            for (int i = 0; i < calls.length; i++) {
                row[from + i] = calls[i].result(group.states[i]);
            }
            return row;
        }

        /** The same, or null if the group is empty or has no result yet. */
        Object[] resultsIfAny(Group group, Object[] row, int from) {
            if (group.rows == 0) {
                return null;
            }
            try {
                return results(group, row, from);
            } catch (FunctionFailure e) {
                // If it still has none when its window closes, the quarantine is told, once.
                return null;
            }
        }

        /**
         * Version 1: whether it was given out and, if that was ahead of time, the row; rows, newest event time, and what
         * each call has seen.
         */
        @Override
        public byte[] encode(Group group) {
            out.reset().writeByte(VERSION);
            if (group.early == null) {
                out.writeByte(group.given ? GIVEN : NOT_GIVEN);
            } else {
                out.writeByte(GIVEN_EARLY).writeBytes(group.early);
            }
            out.writeLong(group.rows).writeSortable(group.newest);
            for (int i = 0; i < calls.length; i++) {
                calls[i].write(group.states[i], out);
            }
            return out.toBytes();
        }

        @Override
        public Group decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a group", bytes, VERSION);
            StateInput in = new StateInput(bytes, 1, bytes.length - 1);
            int given = in.readByte();
            byte[] early = given == GIVEN_EARLY ? in.readBytes() : null;
            long rows = in.readLong();
            long newest = in.readSortable();
            Object[] states = new Object[calls.length];
            for (int i = 0; i < states.length; i++) {
                states[i] = calls[i].read(in);
            }
            Group group = new Group(states);
            group.given = given == GIVEN;
            group.early = early;
            group.rows = rows;
            group.newest = newest;
            return group;
        }
    }
}

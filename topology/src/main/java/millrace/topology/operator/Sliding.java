package millrace.topology.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import millrace.statestores.store.SortedRows;
import millrace.topology.flow.Element;
import millrace.topology.function.FunctionFailure;
import millrace.topology.plan.Frame;

/**
 * What functions give of the frames of rows that follow each other: a frame is made of the one before by the rows that
 * enter and leave it.
 */
final class Sliding {
    /** The order of ids, as far as a frame needs it. */
    interface Order {
        /** Whether the order does not tell two rows apart. */
        boolean isSame(SortedRows.Entry<KeptRow> one, SortedRows.Entry<KeptRow> other);

        /** Whether a row is further before another one than a span. */
        boolean isBeyond(SortedRows.Entry<KeptRow> row, SortedRows.Entry<KeptRow> other, long span);
    }

    /** The result of a row, or why it has none. */
    record Result(Object[] values, FunctionFailure failure) {
        boolean isSame(Result other) {
            return failure == null
                    ? other.failure == null && Arrays.deepEquals(values, other.values)
                    : other.failure != null;
        }
    }

    private static final class Frames {
        private final OverPlan.Function function;
        private Object state;
        private byte[] first;
        private byte[] last;

        private Frames(OverPlan.Function function) {
            this.function = function;
        }
    }

    private final List<Frames> all = new ArrayList<>();
    private final Order order;
    private final Function<SortedRows.Entry<KeptRow>, Element.Row> rowOf;

    Sliding(List<OverPlan.Function> functions, Order order, Function<SortedRows.Entry<KeptRow>, Element.Row> rowOf) {
        functions.forEach(f -> all.add(new Frames(f)));
        this.order = order;
        this.rowOf = rowOf;
    }

    /** Whether it goes on from a place: nothing that it has seen is behind. */
    boolean isBefore(byte[] id) {
        return all.stream().allMatch(f -> f.last == null || Arrays.compareUnsigned(f.last, id) < 0);
    }

    Result at(RowList rows, int index) {
        Object[] values = new Object[all.size()];
        FunctionFailure failure = null;
        for (int i = 0; i < values.length; i++) {
            try {
                values[i] = at(all.get(i), rows, index);
            } catch (FunctionFailure e) {
                failure = e;
            }
        }
        return new Result(values, failure);
    }

    private Object at(Frames frames, RowList rows, int index) {
        Frame frame = frames.function.frame();
        int from = from(frame, rows, index);
        int to = to(frame, rows, index);
        return switch (frames.function) {
            case OverPlan.Function.Lag lag ->
                index - from == frame.rows().getAsLong() ? value(rows, from, lag.column()) : null;
            case OverPlan.Function.First first -> value(rows, from, first.column());
            case OverPlan.Function.Last last -> value(rows, to - 1, last.column());
            case OverPlan.Function.Fold fold -> {
                slide(frames, fold, rows, from, to);
                yield fold.aggregator().result(frames.state);
            }
        };
    }

    private Object value(RowList rows, int index, int column) {
        return rowOf.apply(rows.get(index)).values()[column];
    }

    private void slide(Frames frames, OverPlan.Function.Fold fold, RowList rows, int from, int to) {
        int seenFrom = frames.first == null ? -1 : rows.indexOf(frames.first);
        int seenTo = frames.last == null ? -1 : rows.indexOf(frames.last) + 1;
        boolean goesOn = seenFrom >= 0 && seenTo > seenFrom && seenFrom <= from && seenTo <= to && seenTo > from
                && (fold.slides() || seenFrom == from);
        if (!goesOn) {
            frames.state = fold.aggregator().create();
            seenFrom = from;
            seenTo = from;
        }
        for (int i = seenTo; i < to; i++) {
            fold.aggregator().add(frames.state, rowOf.apply(rows.get(i)));
        }
        for (int i = seenFrom; i < from; i++) {
            fold.aggregator().retract(frames.state, rowOf.apply(rows.get(i)));
        }
        frames.first = rows.get(from).id();
        frames.last = rows.get(to - 1).id();
    }

    /** Where the frame of a row begins. */
    int from(Frame frame, RowList rows, int index) {
        int least = frame.rows().isPresent() ? (int) Math.max(0, index - frame.rows().getAsLong()) : 0;
        if (frame.span().isEmpty()) {
            return least;
        }
        SortedRows.Entry<KeptRow> row = rows.get(index);
        int low = least;
        int high = index;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (order.isBeyond(rows.get(middle), row, frame.span().getAsLong())) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Behind the last row of the frame of a row. */
    int to(Frame frame, RowList rows, int index) {
        int to = index + 1;
        if (frame.unit() == Frame.Unit.RANGE) {
            while (to < rows.size() && order.isSame(rows.get(to), rows.get(index))) {
                to++;
            }
        }
        return to;
    }
}

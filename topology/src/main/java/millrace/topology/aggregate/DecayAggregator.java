package millrace.topology.aggregate;

import java.util.Map;
import java.util.TreeMap;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/**
 * DECAYED_SUM and DECAYED_COUNT: what a row adds is halved with every half-life that its event time lies before the
 * newest one.
 *
 * <p>
 * The usual running total, multiplied at each row, rounds at each row and so depends on their order. The weights of two
 * rows are irrational to each other, so no finite number holds their sum exactly. Therefore time is counted in steps of
 * 1/64 of a half-life since 1970: the rows of a step have one weight, their exact sum is kept, and weights come in only
 * when the result is asked for. A step's weight is off by 1.1 % at most against one that goes by the
 * microsecond.
 *
 * <p>
 * A row that is 60 half-lives old, 2^-60 of its value, contributes nothing by definition. So no more than 3841 steps
 * are kept of rows that only come: what was dropped at one newest time would be dropped at every later one, whatever the
 * order. Where rows may be taken back the newest time may go back too, so all steps are kept, and nothing but the time
 * from the first row to the last bounds them.
 */
final class DecayAggregator implements Aggregator<DecayAggregator.Steps> {
    private static final int STEPS_PER_HALF_LIFE = 64;
    private static final int KEPT = 60 * STEPS_PER_HALF_LIFE;
    private static final double[] FRACTIONS = fractions();

    private final int column;
    private final long stepMicros;
    private final InputChanges changes;

    private DecayAggregator(int column, long halfLifeSeconds, InputChanges changes) {
        this.column = column;
        // A second has 64 * 15625 microseconds.
        stepMicros = halfLifeSeconds * (1_000_000 / STEPS_PER_HALF_LIFE);
        this.changes = changes;
    }

    static DecayAggregator sum(int column, long halfLifeSeconds, InputChanges changes) {
        return new DecayAggregator(column, halfLifeSeconds, changes);
    }

    static DecayAggregator count(long halfLifeSeconds, InputChanges changes) {
        return new DecayAggregator(-1, halfLifeSeconds, changes);
    }

    private static double[] fractions() {
        double[] out = new double[STEPS_PER_HALF_LIFE];
        for (int i = 0; i < out.length; i++) {
            out[i] = StrictMath.pow(2, -(double) i / STEPS_PER_HALF_LIFE);
        }
        return out;
    }

    static final class Steps {
        private final TreeMap<Long, Step> steps = new TreeMap<>();
        private long lastStep;
        /** The step of the last row, since the next one often belongs to it; null if there is none. */
        private Step last;
    }

    private static final class Step {
        private long rows;
        private final ExactDoubleSum sum = ExactDoubleSum.ofValues();
    }

    @Override
    public Steps create() {
        return new Steps();
    }

    @Override
    public void add(Steps state, Element.Row row) {
        Object value = column < 0 ? null : row.values()[column];
        if (value != null || column < 0) {
            Step step = stepOf(state, row.eventTime());
            step.rows++;
            if (value != null) {
                step.sum.add(value instanceof Double d ? d : ((Number) value).doubleValue());
            }
        }
    }

    @Override
    public void retract(Steps state, Element.Row row) {
        Object value = column < 0 ? null : row.values()[column];
        if (value != null || column < 0) {
            Step step = stepOf(state, row.eventTime());
            step.rows--;
            if (value != null) {
                step.sum.subtract(value instanceof Double d ? d : ((Number) value).doubleValue());
            }
        }
    }

    private Step stepOf(Steps state, long eventTime) {
        long number = Math.floorDiv(eventTime, stepMicros);
        if (state.last == null || state.lastStep != number) {
            // A row that is too old itself goes to a step that is dropped at once.
            state.last = state.steps.computeIfAbsent(number, n -> new Step());
            state.lastStep = number;
            dropOld(state);
        }
        return state.last;
    }

    private void dropOld(Steps state) {
        if (changes == InputChanges.APPEND_ONLY && !state.steps.isEmpty()) {
            state.steps.headMap(state.steps.lastKey() - KEPT, false).clear();
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Steps state, Steps other) {
        other.steps.forEach((number, theirs) -> {
            Step ours = state.steps.computeIfAbsent(number, n -> new Step());
            ours.rows += theirs.rows;
            ours.sum.merge(theirs.sum);
        });
        state.last = null;
        dropOld(state);
    }

    @Override
    public void write(Steps state, StateOutput out) {
        // In a part of a group, rows that were taken back may be others than those that were added.
        state.steps.values().removeIf(s -> s.rows == 0 && s.sum.isZero());
        state.last = null;
        out.writeInt(state.steps.size());
        long before = 0;
        for (Map.Entry<Long, Step> entry : state.steps.entrySet()) {
            out.writeLong(entry.getKey() - before).writeLong(entry.getValue().rows);
            if (column >= 0) {
                entry.getValue().sum.write(out);
            }
            before = entry.getKey();
        }
    }

    @Override
    public Steps read(StateInput in) {
        Steps state = new Steps();
        long number = 0;
        for (int n = in.readInt(); n > 0; n--) {
            number += in.readLong();
            Step step = new Step();
            step.rows = in.readLong();
            if (column >= 0) {
                step.sum.read(in);
            }
            state.steps.put(number, step);
        }
        return state;
    }

    @Override
    public Object result(Steps state) {
        ExactDoubleSum sum = ExactDoubleSum.ofValues();
        long newest = 0;
        boolean any = false;
        for (Map.Entry<Long, Step> entry : state.steps.descendingMap().entrySet()) {
            Step step = entry.getValue();
            if (step.rows > 0) {
                newest = any ? newest : entry.getKey();
                any = true;
                long age = newest - entry.getKey();
                if (age > KEPT) {
                    break;
                }
                double value = column < 0 ? step.rows : step.sum.value();
                sum.add(Math.scalb(value * FRACTIONS[(int) (age % STEPS_PER_HALF_LIFE)],
                        -(int) (age / STEPS_PER_HALF_LIFE)));
            }
        }
        return any ? (Object) sum.value() : column < 0 ? (Object) 0.0 : null;
    }
}

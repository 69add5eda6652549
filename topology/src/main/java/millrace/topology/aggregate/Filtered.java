package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** {@code FILTER (WHERE ..)}: only rows whose boolean column is TRUE. */
final class Filtered<S> implements Aggregator<S> {
    private final Aggregator<S> inner;
    private final int condition;

    Filtered(Aggregator<S> inner, int condition) {
        this.inner = inner;
        this.condition = condition;
    }

    @Override
    public S create() {
        return inner.create();
    }

    @Override
    public void add(S state, Element.Row row) {
        if (Boolean.TRUE.equals(row.values()[condition])) {
            inner.add(state, row);
        }
    }

    @Override
    public void retract(S state, Element.Row row) {
        if (Boolean.TRUE.equals(row.values()[condition])) {
            inner.retract(state, row);
        }
    }

    @Override
    public boolean retracts() {
        return inner.retracts();
    }

    @Override
    public void merge(S state, S other) {
        inner.merge(state, other);
    }

    @Override
    public void write(S state, StateOutput out) {
        inner.write(state, out);
    }

    @Override
    public S read(StateInput in) {
        return inner.read(in);
    }

    @Override
    public Object result(S state) {
        return inner.result(state);
    }
}

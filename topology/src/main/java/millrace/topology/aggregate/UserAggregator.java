package millrace.topology.aggregate;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** A user's function that combines, of rows that only come. */
final class UserAggregator<S> implements Aggregator<S> {
    private final UserCall<S> call;
    private final int[] columns;
    private final boolean calledOnNull;
    private final Object[] arguments;

    UserAggregator(UserCall<S> call, int[] columns) {
        this.call = call;
        this.columns = columns;
        calledOnNull = call.function().calledOnNull();
        arguments = new Object[columns.length];
    }

    @Override
    public S create() {
        return call.of(() -> call.function().create());
    }

    @Override
    public void add(S state, Element.Row row) {
        for (int i = 0; i < columns.length; i++) {
            arguments[i] = row.values()[columns[i]];
            if (arguments[i] == null && !calledOnNull) {
                return;
            }
        }
        call.add(state, arguments);
    }

    @Override
    public void retract(S state, Element.Row row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean retracts() {
        return false;
    }

    @Override
    public void merge(S state, S other) {
        call.of(() -> {
            call.function().combine(state, other);
            return null;
        });
    }

    @Override
    public void write(S state, StateOutput out) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        call.of(() -> {
            call.function().write(state, new DataOutputStream(bytes));
            return null;
        });
        out.writeBytes(bytes.toByteArray());
    }

    @Override
    public S read(StateInput in) {
        byte[] bytes = in.readBytes();
        return call.of(() -> call.function().read(new DataInputStream(new ByteArrayInputStream(bytes))));
    }

    @Override
    public Object result(S state) {
        return call.result(state);
    }
}

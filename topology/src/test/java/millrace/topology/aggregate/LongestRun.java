package millrace.topology.aggregate;

import java.util.List;
import millrace.schemas.row.FieldType;

/** How often a value comes in a row: it needs the total order, and does not combine. */
public final class LongestRun implements UserAggregate<LongestRun.Run> {
    static final class Run {
        private Object value;
        private int length;
        private int longest;
    }

    @Override
    public String name() {
        return "longest_run";
    }

    @Override
    public List<FieldType> argumentTypes() {
        return List.of(new FieldType.Int64());
    }

    @Override
    public FieldType resultType() {
        return new FieldType.Int32();
    }

    @Override
    public boolean deterministic() {
        return true;
    }

    @Override
    public Run create() {
        return new Run();
    }

    @Override
    public void add(Run state, Object[] arguments) {
        state.length = arguments[0].equals(state.value) ? state.length + 1 : 1;
        state.value = arguments[0];
        state.longest = Math.max(state.longest, state.length);
    }

    @Override
    public Object result(Run state) {
        return state.longest;
    }
}

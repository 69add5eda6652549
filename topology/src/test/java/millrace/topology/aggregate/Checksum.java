package millrace.topology.aggregate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import millrace.schemas.row.FieldType;

/** A sum of hashes, which combines; it refuses one word. */
public final class Checksum implements UserAggregate<long[]> {
    static final String REFUSED = "bad";

    static long of(Object text, Object number) {
        return text.hashCode() * 31L + (Integer) number;
    }

    @Override
    public String name() {
        return "Checksum";
    }

    @Override
    public List<FieldType> argumentTypes() {
        return List.of(new FieldType.Text(), new FieldType.Int32());
    }

    @Override
    public FieldType resultType() {
        return new FieldType.Int64();
    }

    @Override
    public boolean deterministic() {
        return true;
    }

    @Override
    public boolean combines() {
        return true;
    }

    @Override
    public long[] create() {
        return new long[1];
    }

    @Override
    public void add(long[] state, Object[] arguments) {
        if (REFUSED.equals(arguments[0])) {
            throw new IllegalStateException("this word is refused");
        }
        state[0] += of(arguments[0], arguments[1]);
    }

    @Override
    public void combine(long[] state, long[] other) {
        state[0] += other[0];
    }

    @Override
    public void write(long[] state, DataOutput out) throws IOException {
        out.writeLong(state[0]);
    }

    @Override
    public long[] read(DataInput in) throws IOException {
        return new long[] {in.readLong()};
    }

    @Override
    public Object result(long[] state) {
        return state[0];
    }
}

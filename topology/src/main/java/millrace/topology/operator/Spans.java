package millrace.topology.operator;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;

/** The sessions of one key, apart from each other by more than the gap, the earliest first. */
final class Spans {
    /** One session: from its first row to its last. */
    static final class Span {
        private final long first;
        private final long last;
        private final Group group;

        Span(long first, long last, Group group) {
            this.first = first;
            this.last = last;
            this.group = group;
        }

        long first() {
            return first;
        }

        long last() {
            return last;
        }

        Group group() {
            return group;
        }
    }

    private final List<Span> spans = new ArrayList<>();

    List<Span> all() {
        return spans;
    }

    boolean isEmpty() {
        return spans.isEmpty();
    }

    /** The only span that a moment lies in, if no span has to grow for it; else null. */
    Span holding(long time) {
        for (Span span : spans) {
            if (span.first <= time && time <= span.last) {
                return span;
            }
        }
        return null;
    }

    /** Takes out every span that touches a stretch of time: is no more than the gap away from it. */
    List<Span> takeTouching(long first, long last, long gap) {
        List<Span> taken = new ArrayList<>();
        for (Iterator<Span> all = spans.iterator(); all.hasNext();) {
            Span span = all.next();
            if (span.first - gap <= last && first <= span.last + gap) {
                taken.add(span);
                all.remove();
            }
        }
        return taken;
    }

    void put(Span span) {
        int at = 0;
        while (at < spans.size() && spans.get(at).first < span.first) {
            at++;
        }
        spans.add(at, span);
    }

    /** Version 1: how many, and for each its first and last row and its group. */
    record Codec(Group.Calls calls) implements StateCodec<Spans> {
        private static final int VERSION = 1;

        @Override
        public byte[] encode(Spans value) {
            StateOutput out = new StateOutput(64).writeByte(VERSION).writeInt(value.spans.size());
            for (Span span : value.spans) {
                out.writeLong(span.first).writeLong(span.last - span.first).writeBytes(calls.encode(span.group));
            }
            return out.toBytes();
        }

        @Override
        public Spans decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("sessions", bytes, VERSION);
            StateInput in = new StateInput(bytes, 1, bytes.length - 1);
            Spans read = new Spans();
            for (int left = in.readInt(); left > 0; left--) {
                long first = in.readLong();
                read.spans.add(new Span(first, first + in.readLong(), calls.decode(in.readBytes())));
            }
            return read;
        }
    }
}

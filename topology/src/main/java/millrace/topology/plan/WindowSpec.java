package millrace.topology.plan;

import java.util.List;

/** Kinds of windows. All times and lengths are microseconds; windows hold their start, not their end. */
public sealed interface WindowSpec {

    /** Windows that follow from a moment alone, whatever rows there are. */
    sealed interface Aligned extends WindowSpec {
        /** Gives each window that holds a moment, the earliest first. */
        void forEach(long time, Visitor visitor);
    }

    /** Takes one window. */
    interface Visitor {
        void window(long start, long end);
    }

    /**
     * As long as rows of one key follow each other within a gap: from the first row to a gap after the last. A pause of
     * exactly the gap does not end a session.
     *
     * @param keys columns of the input
     */
    record Session(long gap, List<Integer> keys) implements WindowSpec {
        public Session {
            requirePositive(gap);
            keys = List.copyOf(keys);
        }
    }

    /** One after the other, each of the same size. */
    record Tumble(long size, long offset) implements Aligned {
        public Tumble {
            requirePositive(size);
        }

        @Override
        public void forEach(long time, Visitor visitor) {
            long start = time - Math.floorMod(time - offset, size);
            visitor.window(start, start + size);
        }
    }

    /** One begins every {@code slide}, each of {@code size}: they overlap where the slide is smaller. */
    record Hop(long size, long slide, long offset) implements Aligned {
        public Hop {
            requirePositive(size);
            requirePositive(slide);
        }

        @Override
        public void forEach(long time, Visitor visitor) {
            long last = time - Math.floorMod(time - offset, slide);
            long first = last - (size - 1 - (time - last)) / slide * slide;
            if (time - last >= size) {
                return; // in a gap, where the slide is larger than the size
            }
            for (long start = first; start <= last; start += slide) {
                visitor.window(start, start + size);
            }
        }
    }

    /** All begin where a tumbling window of {@code size} does, and end every {@code step} up to its end. */
    record Cumulate(long size, long step, long offset) implements Aligned {
        public Cumulate {
            requirePositive(size);
            requirePositive(step);
            if (size % step != 0) {
                throw new IllegalArgumentException("steps of " + step + " do not fill " + size);
            }
        }

        @Override
        public void forEach(long time, Visitor visitor) {
            long start = time - Math.floorMod(time - offset, size);
            for (long end = start + ((time - start) / step + 1) * step; end <= start + size; end += step) {
                visitor.window(start, end);
            }
        }
    }

    private static void requirePositive(long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("a window of " + length + " microseconds");
        }
    }
}

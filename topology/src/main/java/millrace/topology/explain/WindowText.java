package millrace.topology.explain;

import java.util.List;
import millrace.topology.plan.WindowSpec;

/** Windows and lengths of time as a plan shows them. */
final class WindowText {
    private record Unit(long micros, String name) {}

    private static final List<Unit> UNITS = List.of(new Unit(86_400_000_000L, "d"), new Unit(3_600_000_000L, "h"),
            new Unit(60_000_000L, "m"), new Unit(1_000_000L, "s"), new Unit(1_000L, "ms"), new Unit(1, "us"));

    private WindowText() {}

    static String of(WindowSpec spec) {
        return switch (spec) {
            case WindowSpec.Session s -> "session " + length(s.gap()) + " apart";
            case WindowSpec.Tumble t -> "tumble " + length(t.size()) + offset(t.offset());
            case WindowSpec.Hop h -> "hop " + length(h.size()) + " every " + length(h.slide()) + offset(h.offset());
            case WindowSpec.Cumulate c -> "cumulate " + length(c.size()) + " by " + length(c.step())
                    + offset(c.offset());
        };
    }

    private static String offset(long micros) {
        return micros == 0 ? "" : " offset " + length(micros);
    }

    /** The largest unit that measures it without a rest. */
    static String length(long micros) {
        for (Unit unit : UNITS) {
            if (micros != 0 && micros % unit.micros() == 0) {
                return micros / unit.micros() + unit.name();
            }
        }
        return "0s";
    }
}

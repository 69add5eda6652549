package millrace.topology.reach;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** How far away in event time something can lie. */
public sealed interface Distance {
    Distance NONE = new Within(0);

    /** @param micros not negative */
    record Within(long micros) implements Distance {
        public Within {
            if (micros < 0) {
                throw new IllegalArgumentException(micros + " microseconds");
            }
        }

        public Duration duration() {
            return Duration.of(micros, ChronoUnit.MICROS);
        }
    }

    /**
     * However far.
     *
     * @param because the step of a plan that makes it so, as users would say it: {@code a group without a window}
     */
    record Anywhere(String because) implements Distance {}

    static Distance of(long micros) {
        return micros == 0 ? NONE : new Within(micros);
    }

    /** From there as far again as the other. */
    default Distance plus(Distance other) {
        return switch (this) {
            case Anywhere anywhere -> anywhere;
            case Within within -> switch (other) {
                case Anywhere anywhere -> anywhere;
                case Within more -> of(saturated(within.micros(), more.micros()));
            };
        };
    }

    /** The larger of both; of two without end, the first. */
    default Distance or(Distance other) {
        return switch (this) {
            case Anywhere anywhere -> anywhere;
            case Within within -> other instanceof Within o && o.micros() <= within.micros() ? within : other;
        };
    }

    private static long saturated(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}

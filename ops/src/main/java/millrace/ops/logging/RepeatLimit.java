package millrace.ops.logging;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.Marker;

/**
 * Lets the same message of the same logger through only a few times a minute: a client that has lost its broker says so
 * many times a second. What follows from an error is not an error less, so errors count too; only debug levels, which
 * somebody switched on, are left alone.
 */
public final class RepeatLimit extends TurboFilter {
    private static final int MOST_REMEMBERED = 1_000;
    private static final long WINDOW_MILLIS = 60_000;

    private final LongSupplier millis;
    private int perMinute = 10;
    private final Map<String, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private static final class Count {
        private long windowStart;
        private int passed;
    }

    public RepeatLimit() {
        this(System::currentTimeMillis);
    }

    RepeatLimit(LongSupplier millis) {
        this.millis = millis;
    }

    /** How often a message may come in a minute. */
    public void setPerMinute(int count) {
        perMinute = count;
    }

    @Override
    public FilterReply decide(Marker marker, Logger logger, Level level, String format, Object[] params,
            Throwable t) {
        if (format == null || !level.isGreaterOrEqual(Level.INFO)
                || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
            return FilterReply.NEUTRAL;
        }
        return passes(logger.getName() + '\n' + kind(message(format, params)))
                ? FilterReply.NEUTRAL
                : FilterReply.DENY;
    }

    /** A format that is nothing but a place for a text is not the message: the text is. */
    private static String message(String format, Object[] params) {
        return format.equals("{}") && params != null && params.length > 0 ? String.valueOf(params[0]) : format;
    }

    /** Many libraries write values into the text itself; what stays when digits are left out is the message. */
    private static String kind(String message) {
        int length = Math.min(message.length(), 120);
        StringBuilder kind = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = message.charAt(i);
            if (c < '0' || c > '9') {
                kind.append(c);
            }
        }
        return kind.toString();
    }

    private synchronized boolean passes(String message) {
        long now = millis.getAsLong();
        Count count = counts.computeIfAbsent(message, m -> new Count());
        if (now - count.windowStart >= WINDOW_MILLIS) {
            count.windowStart = now;
            count.passed = 0;
        }
        return ++count.passed <= perMinute;
    }
}

package millrace.ops.logging;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.MDC;

/**
 * Sees to it that a line tells which pipeline and table it is about. Code of ours says so itself, in the logging context
 * under {@code pipeline} and {@code table}; for the threads of Kafka's libraries their names tell. Lets every line
 * through.
 */
public final class LineOrigin extends Filter<ILoggingEvent> {
    private static final String PIPELINE = "pipeline";
    private static final String TABLE = "table";
    private static final String UUID = "\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}";
    /** Kafka Streams: {@code shop-<uuid>-StreamThread-1}, {@code kafka-admin-client-thread | shop-<uuid>-admin}. */
    private static final Pattern STREAMS = Pattern.compile("(?:.* \\| )?(.+)-" + UUID + "(?:-.*)?");
    /** The thread that looks after a pipeline. */
    private static final Pattern SUPERVISOR = Pattern.compile("pipeline-(.+)");
    /** Consumers of stage workers and committers: {@code ... | millrace.stage.shop.bronze.orders}. */
    private static final Pattern SINK = Pattern
            .compile(".* \\| millrace\\.(?:commit\\.([^.]+)|stage\\.([^.]+)\\.(.+))");

    @Override
    public FilterReply decide(ILoggingEvent line) {
        if (line instanceof LoggingEvent event && MDC.get(PIPELINE) == null) {
            Map<String, String> told = of(event.getThreadName());
            Map<String, String> context = MDC.getCopyOfContextMap();
            if (!told.isEmpty()) {
                Map<String, String> both = new HashMap<>(told);
                both.putAll(context == null ? Map.of() : context);
                event.setMDCPropertyMap(both);
            }
        }
        return FilterReply.NEUTRAL;
    }

    /** What a thread's name tells; often nothing. */
    static Map<String, String> of(String thread) {
        Matcher m = SUPERVISOR.matcher(thread);
        if (m.matches()) {
            return Map.of(PIPELINE, m.group(1));
        }
        m = SINK.matcher(thread);
        if (m.matches()) {
            return m.group(1) != null ? Map.of(PIPELINE, m.group(1)) : Map.of(PIPELINE, m.group(2), TABLE, m.group(3));
        }
        m = STREAMS.matcher(thread);
        return m.matches() ? Map.of(PIPELINE, m.group(1)) : Map.of();
    }
}

package millrace.sinks.iceberg.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import millrace.sinks.iceberg.event.SinkEvent;

/** What a process has called blocked on the control topic and not taken back. Safe for several threads. */
final class Said {
    private final Map<Voice, SinkEvent.Blocked> open = new LinkedHashMap<>();
    private boolean leaving;

    private record Voice(UUID table, String reporter) {}

    /** Whether an event is to be sent: always, but for a block that a process would only leave behind. */
    synchronized boolean allows(SinkEvent event) {
        switch (event) {
            case SinkEvent.Blocked b -> {
                if (leaving) {
                    return false;
                }
                open.put(new Voice(b.table(), b.reporter()), b);
            }
            case SinkEvent.Unblocked u -> open.remove(new Voice(u.table(), u.reporter()));
            case SinkEvent.FilesStaged s -> {}
            case SinkEvent.SchemaNeeded s -> {}
            case SinkEvent.RewriteStaged r -> {}
            case SinkEvent.RangeStaged r -> {}
            case SinkEvent.Answer a -> {}
        }
        return true;
    }

    /** The events that take everything back; nothing is called blocked from now on. */
    synchronized List<SinkEvent> takeBack() {
        leaving = true;
        return open.keySet().stream().<SinkEvent>map(v -> new SinkEvent.Unblocked(v.table(), v.reporter())).toList();
    }
}

package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import millrace.sinks.iceberg.event.SinkEvent;

/**
 * Which tables stand still, from what stage workers and committers say on the control topic. A block is repeated while
 * it lasts; one that has not been repeated for long is that of a process that is gone. Not for use by several threads.
 */
final class BlockedLog {
    private final Duration forgetAfter;
    private final Map<UUID, Map<String, Heard>> tables = new HashMap<>();

    private record Heard(SinkEvent.Blocked event, Instant at) {}

    BlockedLog(Duration forgetAfter) {
        this.forgetAfter = forgetAfter;
    }

    /** Takes note of an event that was written at this time. */
    void hear(SinkEvent event, Instant at) {
        if (event instanceof SinkEvent.Blocked blocked) {
            tables.computeIfAbsent(event.table(), t -> new HashMap<>()).put(blocked.reporter(), new Heard(blocked, at));
        } else if (event instanceof SinkEvent.Unblocked unblocked) {
            // Who has just begun to listen may hear the end of a block without its beginning.
            tables.computeIfAbsent(event.table(), t -> new HashMap<>()).remove(unblocked.reporter());
        }
    }

    /** Why a table stands still now, by the reporter that has stood still the longest. */
    Optional<Blocked> of(UUID table, String name, Instant now) {
        List<Heard> current = tables.getOrDefault(table, Map.of()).values().stream()
                .filter(h -> h.at().plus(forgetAfter).isAfter(now)).toList();
        return current.stream().map(Heard::event).min(java.util.Comparator.comparing(SinkEvent.Blocked::since))
                .map(b -> new Blocked(name, b.code(), b.message(), b.remedy(), b.since()));
    }
}

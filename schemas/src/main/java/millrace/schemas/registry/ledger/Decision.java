package millrace.schemas.registry.ledger;

import java.util.List;

/**
 * What a request changes, and what it answers once the events are written down. Nothing has changed yet.
 *
 * @param events to journal all or none, then to apply in order; empty if the request changes nothing
 */
public record Decision<T>(List<LedgerEvent> events, T answer) {
    public Decision {
        events = List.copyOf(events);
    }

    static <T> Decision<T> unchanged(T answer) {
        return new Decision<>(List.of(), answer);
    }
}

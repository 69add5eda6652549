package millrace.ops.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import millrace.schemas.registry.ledger.JournalFormat;
import millrace.schemas.registry.ledger.LedgerEvent;

/** A compacted topic in memory; several journals on it see each other's events as several processes would. */
final class InMemoryJournal implements RegistryJournal {
    /** What outlives a process. */
    static final class Topic {
        private final Map<String, String> entries = new LinkedHashMap<>();
        private InMemoryJournal writer;
    }

    /** How a write goes wrong. */
    enum Outcome {
        WRITTEN, LOST, WRITTEN_BUT_UNKNOWN
    }

    private final Topic topic;
    private final List<Outcome> next = new ArrayList<>();

    InMemoryJournal(Topic topic) {
        this.topic = topic;
    }

    void next(Outcome outcome) {
        next.add(outcome);
    }

    @Override
    public synchronized void open(Consumer<LedgerEvent> events) {
        topic.writer = this;
        topic.entries.forEach((k, v) -> JournalFormat.read(k, v).ifPresent(events));
    }

    @Override
    public synchronized void append(List<LedgerEvent> events) {
        if (topic.writer != this) {
            throw new JournalFailed("another writer has followed", null);
        }
        Outcome outcome = next.isEmpty() ? Outcome.WRITTEN : next.remove(0);
        if (outcome != Outcome.LOST) {
            events.stream().map(JournalFormat::write).forEach(e -> {
                topic.entries.remove(e.key());
                if (e.value() != null) {
                    topic.entries.put(e.key(), e.value());
                }
            });
        }
        if (outcome != Outcome.WRITTEN) {
            throw new JournalFailed("the broker did not answer", null);
        }
    }

    @Override
    public void close() {}
}

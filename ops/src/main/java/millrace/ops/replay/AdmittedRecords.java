package millrace.ops.replay;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import millrace.schemas.time.TimeEntry;
import millrace.topology.run.CompactedTopic;
import millrace.topology.run.Topics;

/** The late records of a pipeline that count, in its time journal. */
final class AdmittedRecords {
    private final Topics topics;
    private final Map<String, Object> client;
    private final String pipeline;

    /**
     * @param topics stays the caller's to close
     * @param client settings of Kafka clients by their own names, with {@code bootstrap.servers}
     */
    AdmittedRecords(Topics topics, Map<String, Object> client, String pipeline) {
        this.topics = topics;
        this.client = Map.copyOf(client);
        this.pipeline = pipeline;
    }

    List<TimeEntry.Admission> all() {
        try (CompactedTopic journal = journal()) {
            return journal.read().entrySet().stream()
                    .map(e -> TimeEntry.of(e.getKey().getBytes(StandardCharsets.UTF_8), e.getValue()))
                    .flatMap(Optional::stream).filter(TimeEntry.Admission.class::isInstance)
                    .map(TimeEntry.Admission.class::cast).toList();
        }
    }

    /** From now on they count for every run that begins. */
    void admit(Collection<TimeEntry.Admission> admissions) {
        write(admissions, TimeEntry.Admission::value);
    }

    /** They count no longer. */
    void withdraw(Collection<TimeEntry.Admission> admissions) {
        write(admissions, admission -> null);
    }

    private void write(Collection<TimeEntry.Admission> admissions, Function<TimeEntry.Admission, byte[]> value) {
        if (admissions.isEmpty()) {
            return; // as of most replays
        }
        Map<String, byte[]> all = new LinkedHashMap<>();
        admissions.forEach(a -> all.put(new String(a.key(), StandardCharsets.UTF_8), value.apply(a)));
        try (CompactedTopic journal = journal()) {
            journal.write(all);
        }
    }

    private CompactedTopic journal() {
        return new CompactedTopic(topics, client, TimeEntry.topicOf(pipeline));
    }
}

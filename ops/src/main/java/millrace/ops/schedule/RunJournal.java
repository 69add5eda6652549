package millrace.ops.schedule;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import millrace.replay.journal.JournalJson;
import millrace.topology.run.CompactedTopic;
import millrace.topology.run.Topics;

/**
 * The runs of a pipeline's schedules, in a compacted topic of it. The newest of each schedule are kept. Not for use by several
 * threads.
 */
public final class RunJournal implements AutoCloseable {
    private static final String RUN = "run/";
    private static final String ASK = "ask/";
    private static final String SINCE = "since/";
    private static final int KEPT_OF_EACH = 100;
    private final CompactedTopic topic;

    /**
     * @param topics stays the caller's to close
     * @param client settings of Kafka clients by their own names, with {@code bootstrap.servers}
     */
    public RunJournal(Topics topics, Map<String, Object> client, String pipeline) {
        topic = new CompactedTopic(topics, client, topicOf(pipeline));
    }

    /** The topic of a pipeline's runs. */
    public static String topicOf(String pipeline) {
        return pipeline + ".runs";
    }

    /** All that are kept, the oldest first. */
    public List<ScheduledRun> all() {
        return all(RUN);
    }

    /** Runs that somebody has asked for; who keeps the schedules makes those of them that are not there yet. */
    List<ScheduledRun> asked() {
        return all(ASK);
    }

    /** Asks for one. Others write what becomes of it, so that who asks twice undoes nothing. */
    void ask(ScheduledRun run) {
        write(ASK, run);
    }

    private List<ScheduledRun> all(String kind) {
        List<ScheduledRun> runs = new ArrayList<>();
        topic.read().forEach((key, value) -> {
            if (key.startsWith(kind)) {
                read(value).ifPresent(runs::add);
            }
        });
        runs.sort(Comparator.comparing(ScheduledRun::due).thenComparing(ScheduledRun::id));
        return runs;
    }

    /** Nothing if a newer version has written it in a form that this one does not know. */
    private static Optional<ScheduledRun> read(byte[] value) {
        try {
            return Optional.of(JournalJson.read(value, ScheduledRun.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** When each schedule was first seen. */
    Map<String, Instant> since() {
        Map<String, Instant> since = new TreeMap<>();
        topic.read().forEach((key, value) -> {
            if (key.startsWith(SINCE)) {
                since.put(key.substring(SINCE.length()), Instant.parse(new String(value, StandardCharsets.UTF_8)));
            }
        });
        return since;
    }

    void seen(String schedule, Instant at) {
        topic.write(SINCE + schedule, at.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Returns when it is written. */
    public void write(ScheduledRun run) {
        write(RUN, run);
    }

    private void write(String kind, ScheduledRun run) {
        topic.write(kind + run.id(), JournalJson.bytes(run));
    }

    /** The schedule is no longer there. */
    void gone(String schedule) {
        topic.write(SINCE + schedule, null);
    }

    /** Lets old runs go that are over; of those that were due and of those that were asked for as many stay. */
    void forget() {
        Map<String, List<ScheduledRun>> kinds = new TreeMap<>();
        all().forEach(r -> kinds.computeIfAbsent(r.schedule() + (r.isAsked() ? "#" : "@"), s -> new ArrayList<>())
                .add(r));
        kinds.values().forEach(runs -> runs.stream().limit(Math.max(0, runs.size() - KEPT_OF_EACH))
                .filter(r -> r.status().isOver()).forEach(r -> {
                    if (r.isAsked()) {
                        topic.write(ASK + r.id(), null);
                    }
                    topic.write(RUN + r.id(), null);
                }));
    }

    @Override
    public void close() {
        topic.close();
    }
}

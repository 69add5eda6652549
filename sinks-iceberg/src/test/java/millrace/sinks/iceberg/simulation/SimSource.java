package millrace.sinks.iceberg.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import millrace.sinks.iceberg.stage.SourceLog;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A topic as a member of a group reads it. */
final class SimSource implements SourceLog {
    private final RandomGenerator random;
    private final SimTopic topic;
    private Set<Integer> assigned = Set.of();
    private Set<Integer> nextAssigned = Set.of();
    private long assignment;
    private Flow flow = Flow.PAUSED;
    private final Map<Integer, Long> positions = new HashMap<>();

    SimSource(RandomGenerator random, SimTopic topic) {
        this.random = random;
        this.topic = topic;
    }

    /** Takes effect when the worker polls next; until then it may go on with what it had. */
    void assign(Set<Integer> partitions) {
        nextAssigned = partitions;
    }

    @Override
    public String topicId() {
        return SimTopic.ID;
    }

    @Override
    public long assignment() {
        return assignment;
    }

    @Override
    public Set<Integer> assigned() {
        return assigned;
    }

    @Override
    public Map<Integer, Bounds> bounds(Set<Integer> partitions) {
        Map<Integer, Bounds> bounds = new HashMap<>();
        partitions.forEach(p -> bounds.put(p, new Bounds(0, topic.end(p))));
        return bounds;
    }

    @Override
    public void seek(Map<Integer, Long> offsets) {
        positions.putAll(offsets);
    }

    @Override
    public void flow(Flow flow) {
        this.flow = flow;
    }

    @Override
    public Polled poll(Duration atMost) {
        if (!nextAssigned.equals(assigned)) {
            assigned = nextAssigned;
            assignment++;
            positions.clear();
            return new Polled(new TreeMap<>(), Map.of());
        }
        SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> records = new TreeMap<>();
        Map<Integer, Long> next = new HashMap<>();
        if (flow == Flow.READING) {
            for (int partition : assigned) {
                Long at = positions.get(partition);
                if (at == null) {
                    throw new AssertionError("partition " + partition + " is read but was not sought");
                }
                long to = Math.min(topic.end(partition), at + random.nextInt(6));
                List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
                for (long offset = at; offset < to; offset++) {
                    topic.read(partition, offset).ifPresent(batch::add);
                }
                if (to > at) {
                    if (!batch.isEmpty()) {
                        records.put(partition, batch);
                    }
                    next.put(partition, to);
                    positions.put(partition, to);
                }
            }
        }
        return new Polled(records, next);
    }

    @Override
    public long left() {
        return assigned.stream().mapToLong(p -> topic.end(p) - positions.getOrDefault(p, 0L)).sum();
    }

    @Override
    public void report(Map<Integer, Long> committed) {}
}

package millrace.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import millrace.process.CommittedTopic;
import millrace.topology.archive.ArchiveRange;
import millrace.topology.archive.ArchiveReader;
import millrace.topology.archive.RecordArchive;
import millrace.topology.archive.Whereabouts;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** All records of a topic as it was. Now and then it finds nothing in time, and gives a partition up. */
final class MemoryArchive implements RecordArchive {
    private final String topic;
    private final Map<Integer, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
    private final Random random;
    private final AtomicLong given = new AtomicLong();

    private MemoryArchive(String topic, Random random) {
        this.topic = topic;
        this.random = random;
    }

    static MemoryArchive of(String servers, String topic, int partitions, Random random) {
        MemoryArchive archive = new MemoryArchive(topic, random);
        for (int p = 0; p < partitions; p++) {
            archive.records.put(p, new ArrayList<>());
        }
        CommittedTopic.read(servers, topic, topic).forEach(r -> archive.records.get(r.partition()).add(r));
        return archive;
    }

    long records() {
        return records.values().stream().mapToLong(List::size).sum();
    }

    /** How many it has given, again and again counted again. */
    long given() {
        return given.get();
    }

    @Override
    public boolean has(String name) {
        return name.equals(topic);
    }

    @Override
    public Whereabouts find(TopicPartition partition, long next, long kafka) {
        return next < kafka
                ? new Whereabouts.Archive(new ArchiveRange(next, kafka))
                : new Whereabouts.Kafka(next);
    }

    @Override
    public ArchiveReader read(String name, Map<Integer, ArchiveRange> ranges) {
        return new Reader(ranges);
    }

    private final class Reader implements ArchiveReader {
        private final Map<Integer, List<ConsumerRecord<byte[], byte[]>>> left = new HashMap<>();

        Reader(Map<Integer, ArchiveRange> ranges) {
            ranges.forEach((partition, range) -> left.put(partition, records.get(partition).stream()
                    .filter(r -> r.offset() >= range.from() && r.offset() < range.to()).toList()));
        }

        @Override
        public boolean gives(int partition) {
            return left.containsKey(partition);
        }

        @Override
        public int waiting(int partition) {
            return left.get(partition).size() % 7;
        }

        @Override
        public synchronized List<ConsumerRecord<byte[], byte[]>> next(int partition, int most) {
            List<ConsumerRecord<byte[], byte[]>> all = left.get(partition);
            int count = Math.min(all.size(), Math.min(most, random.nextInt(40)));
            left.put(partition, all.subList(count, all.size()));
            if (left.size() > 1 && random.nextInt(10) == 0) {
                left.keySet().stream().filter(p -> p != partition).findFirst().ifPresent(left::remove);
            }
            given.addAndGet(count);
            return all.subList(0, count);
        }

        @Override
        public boolean isDone(int partition) {
            return left.get(partition).isEmpty();
        }

        @Override
        public void close() {
            left.clear();
        }
    }
}

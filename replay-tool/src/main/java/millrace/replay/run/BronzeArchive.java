package millrace.replay.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.SchemaRegistry;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.history.HistoryReader;
import millrace.sinks.iceberg.history.TopicHistory;
import millrace.topology.archive.ArchiveRange;
import millrace.topology.archive.ArchiveReader;
import millrace.topology.archive.RecordArchive;
import millrace.topology.archive.Whereabouts;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The bronze tables of a pipeline as what goes on where Kafka has let records go. A table is opened when it is needed. */
public final class BronzeArchive implements RecordArchive, AutoCloseable {
    private final Map<String, String> catalog;
    private final Map<String, Kept> kept = new HashMap<>();
    private final SchemaRegistry registry;
    private final String application;

    /**
     * What is kept of a topic.
     *
     * @param table by its qualified name
     * @param topicId Kafka's id of the topic, as text
     * @param end by partition, behind the last record that is wanted; of one that is not named all are
     * @param forgets whether rows leave the table as they grow old
     * @param writers schemas that its records may have, if it holds Avro
     */
    public record Source(Contract contract, String table, String topicId, Log log, Map<Integer, Long> end,
            boolean forgets, List<org.apache.avro.Schema> writers) {
        public Source {
            end = Map.copyOf(end);
            writers = List.copyOf(writers);
        }
    }

    /** What Kafka has of the records that it has not let go. */
    public enum Log {
        WHOLE,
        /** The newest of each key, so that an archive is read for as long as it has any. */
        COMPACTED
    }

    private static final class Kept {
        final Source source;
        TopicHistory history;

        Kept(Source source) {
            this.source = source;
        }
    }

    /**
     * @param catalog Iceberg's properties
     * @param application name of the run: schemas that records are written anew with are its own
     */
    public BronzeArchive(Map<String, String> catalog, List<Source> sources, SchemaRegistry registry,
            String application) {
        this.catalog = Map.copyOf(catalog);
        this.registry = registry;
        this.application = application;
        sources.forEach(s -> kept.put(s.contract().topic(), new Kept(s)));
    }

    @Override
    public boolean has(String topic) {
        return kept.containsKey(topic);
    }

    @Override
    public Whereabouts find(TopicPartition partition, long next, long kafka) {
        Kept of = kept.get(partition.topic());
        long end = of.source.end().getOrDefault(partition.partition(), Long.MAX_VALUE);
        if (next >= end) {
            return new Whereabouts.Kafka(Math.max(next, kafka)); // It is not wanted, wherever it is.
        }
        if (of.source.log() == Log.WHOLE && next >= kafka) {
            return new Whereabouts.Kafka(next);
        }
        TopicHistory history = history(of);
        history.refresh();
        long kept = switch (of.source.log()) {
            case WHOLE -> kafka;
            case COMPACTED -> Math.max(kafka, history.upTo(of.source.topicId(), partition.partition()));
        };
        return next < kept
                ? new Whereabouts.Archive(new ArchiveRange(next, Math.min(kept, end)))
                : new Whereabouts.Kafka(next);
    }

    private TopicHistory history(Kept of) {
        synchronized (of) {
            if (of.history == null) {
                of.history = TopicHistory.open(catalog, of.source.table(), of.source.contract(), of.source.writers(),
                        of.source.forgets(),
                        schema -> registry.register(application + "." + of.source.table() + "-value", schema))
                        .orElseThrow(() -> TopicHistory.missing(of.source.table()));
            }
            return of.history;
        }
    }

    @Override
    public ArchiveReader read(String topic, Map<Integer, ArchiveRange> ranges) {
        Kept of = kept.get(topic);
        Map<Integer, OffsetRange> wanted = new HashMap<>();
        ranges.forEach((partition, range) -> wanted.put(partition, new OffsetRange(range.from(), range.to())));
        return new Reader(history(of).read(of.source.topicId(), wanted));
    }

    private record Reader(HistoryReader history) implements ArchiveReader {
        @Override
        public boolean gives(int partition) {
            return history.gives(partition);
        }

        @Override
        public int waiting(int partition) {
            return history.waiting(partition);
        }

        @Override
        public List<ConsumerRecord<byte[], byte[]>> next(int partition, int most) {
            return history.next(partition, most);
        }

        @Override
        public boolean isDone(int partition) {
            return history.isDone(partition);
        }

        @Override
        public void close() {
            history.close();
        }
    }

    @Override
    public void close() {
        kept.values().forEach(of -> Optional.ofNullable(of.history).ifPresent(TopicHistory::close));
    }
}

package millrace.topology.run;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.IncompatibleSchemaException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.Surroundings;
import millrace.topology.origin.SourceTopic;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.source.ReadingPace;
import millrace.topology.source.SourceTime;
import millrace.topology.source.Span;
import millrace.topology.time.IdleOffers;
import millrace.topology.time.Idleness;
import millrace.topology.time.TimeJournal;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must be there before a pipeline can start: topics, and the schemas of what it writes. Doing it twice does no
 * harm. A contract's own subject belongs to its producers and is left alone.
 */
final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
    private static final int LOOKS = 50;

    private final Pipeline pipeline;
    private final RunSettings settings;
    private final Topics topics;
    private final SchemaRegistry registry;

    Preparation(Pipeline pipeline, RunSettings settings, Topics topics, SchemaRegistry registry) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.topics = topics;
        this.registry = registry;
    }

    /** @throws ProblemException with what keeps the pipeline from starting now */
    Surroundings prepare() {
        Map<String, Topics.Facts> facts = prepareTopics();
        Map<String, Integer> ids = new HashMap<>();
        Map<String, Integer> largest = new HashMap<>();
        for (Contract contract : pipeline.contracts()) {
            String topic = pipeline.quarantineOf(contract);
            register(topic, QuarantineRecord.ROW, ids);
            largest.put(topic, room(facts.get(topic)));
        }
        for (Pipeline.PlannedModel model : pipeline.models()) {
            if (model.config().topic()) {
                String topic = pipeline.topicOf(model.name());
                register(topic, model.plan().rowType(), ids);
                largest.put(topic, room(facts.get(topic)));
            }
            pipeline.sideTopicsOf(model).forEach((topic, row) -> {
                register(topic, row, ids);
                largest.put(topic, room(facts.get(topic)));
            });
        }
        Map<String, SourceTopic> sources = sources(facts);
        Map<Idleness.Partition, Long> widenings = prepareOffsets(sources.values());
        TimeJournal journal = journal();
        return new Surroundings(sources, ids, largest, settings.commitInterval(),
                new SourceTime(journal, new IdleOffers(), settings.journalOf().isPresent()
                        ? Map.of() // what the run that it repeats has written holds for it too
                        : settings.revisions(), settings.journalOf().isPresent() ? Map.of() : widenings,
                        spans(sources.values()),
                        settings.reading().mostPerSecond().isPresent()
                                ? ReadingPace.of(settings.reading().mostPerSecond().getAsLong())
                                : ReadingPace.FREE,
                        settings.reading().admissions().orElse(journal.admissions())));
    }

    private Map<Idleness.Partition, Span> spans(Collection<SourceTopic> sources) {
        Map<Idleness.Partition, Span> spans = new HashMap<>();
        for (SourceTopic source : sources) {
            Map<Integer, Span> wanted = settings.reading().spans().getOrDefault(source.contract().name(), Map.of());
            boolean ends = !wanted.isEmpty() && wanted.values().stream().allMatch(s -> s.end().isPresent());
            for (int p = 0; p < source.partitions(); p++) {
                Span span = wanted.get(p);
                if (span != null) {
                    spans.put(new Idleness.Partition(source.ordinal(), p), span);
                } else if (ends) {
                    // The topic has got it since; nothing of it is read.
                    spans.put(new Idleness.Partition(source.ordinal(), p), Span.NOTHING);
                }
            }
        }
        return spans;
    }

    /** What was decided about time so far; a replay obeys what the run that it repeats has decided. */
    private TimeJournal journal() {
        String topic = settings.journalOf().map(TimeEntry::topicOf).orElse(pipeline.journalTopic());
        try (Topics.Tail tail = topics.tail(topic)) {
            return new TimeJournal(
                    Topics.Entry.newest(tail.settled()).stream().map(e -> TimeEntry.of(e.key(), e.value()))
                            .flatMap(Optional::stream).toList());
        }
    }

    /**
     * Partitions that nobody has read begin at their start, or where they are to be read from.
     *
     * @return of each partition that a topic has got since others of it were read, how far those had come; also if that
     *         was found by a process that did not live to read the partition
     */
    private Map<Idleness.Partition, Long> prepareOffsets(Collection<SourceTopic> sources) {
        List<String> names = pipeline.contracts().stream().map(Contract::topic).toList();
        Map<TopicPartition, Long> committed = topics.committed(pipeline.name());
        Map<TopicPartition, Long> floors = new HashMap<>();
        Map<TopicPartition, Long> wanted = wanted();
        switch (StartOffsets.decide(begins(names, wanted), topics.endOffsets(names), committed, wanted)) {
            case StartOffsets.Ready ready -> {}
            case StartOffsets.Expired expired -> throw new ProblemException(expired.problem());
            case StartOffsets.Begin begin -> {
                Map<TopicPartition, Topics.Start> starts = StartOffsets.starts(begin.offsets(), committed.keySet(),
                        committed.isEmpty() ? Map.of() : told());
                // With a member, another process of this pipeline is just starting, and has done it or will.
                if (!topics.commit(pipeline.name(), starts)) {
                    LOG.info("pipeline {}: another process has begun {}", pipeline.name(), starts.keySet());
                }
                starts.forEach((partition, start) -> start.floor().ifPresent(f -> floors.put(partition, f)));
            }
        }
        floors.putAll(topics.floors(pipeline.name()));
        Map<Idleness.Partition, Long> widenings = new HashMap<>();
        for (SourceTopic source : sources) {
            floors.forEach((partition, floor) -> {
                if (partition.topic().equals(source.topic())) {
                    widenings.put(new Idleness.Partition(source.ordinal(), partition.partition()), floor);
                }
            });
        }
        return widenings;
    }

    /** The first offsets that can be read; whether an archive has what it is to have is found when it is read. */
    private Map<TopicPartition, Long> begins(List<String> names, Map<TopicPartition, Long> wanted) {
        Map<TopicPartition, Long> begins = new HashMap<>(topics.beginningOffsets(names));
        begins.replaceAll((partition, begin) -> settings.reading().archive().has(partition.topic())
                ? Math.min(begin, wanted.getOrDefault(partition, begin))
                : begin);
        return begins;
    }

    private Map<TopicPartition, Long> wanted() {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        for (Contract contract : pipeline.contracts()) {
            settings.reading().spans().getOrDefault(contract.name(), Map.of()).forEach(
                    (partition, span) -> wanted.put(new TopicPartition(contract.topic(), partition), span.start()));
        }
        return wanted;
    }

    /** The watermarks of the source partitions that were read. */
    private Map<TopicPartition, Long> told() {
        Map<TopicPartition, Long> told = new HashMap<>();
        try (Topics.Tail tail = topics.tail(pipeline.watermarksTopic())) {
            tail.settled().forEach(e -> TaskWatermark.of(e.key(), e.value())
                    .filter(w -> w.watermark() != TaskWatermark.END)
                    .ifPresent(w -> told.put(new TopicPartition(w.topic(), w.task()), w.watermark())));
        }
        return told;
    }

    private Map<String, Topics.Facts> prepareTopics() {
        List<Topics.WantedTopic> wanted = TopicsPlan.wanted(pipeline);
        List<String> names = wanted.stream().map(Topics.WantedTopic::name).toList();
        widenOwnTopics(wanted);
        Map<String, Topics.Facts> facts = topics.describe(names);
        switch (TopicsPlan.decide(wanted, facts, settings.createTopics())) {
            case TopicsPlan.Decision.Ready ready -> {
                return facts;
            }
            case TopicsPlan.Decision.Refuse refuse -> throw new ProblemException(refuse.problem());
            case TopicsPlan.Decision.Create create -> topics.create(create.topics());
        }
        Map<String, Topics.Facts> created = topics.describe(names);
        // A broker may hear a moment later of what the controller has created.
        for (int look = 0; look < LOOKS && !created.keySet().containsAll(names); look++) {
            pause();
            created = topics.describe(names);
        }
        Map<String, Topics.Facts> found = created;
        return switch (TopicsPlan.decide(wanted, created, false)) {
            case TopicsPlan.Decision.Ready ready -> found;
            case TopicsPlan.Decision.Refuse refuse -> throw new ProblemException(refuse.problem());
            case TopicsPlan.Decision.Create create -> throw new IllegalStateException("creates what was created");
        };
    }

    /** Where a source topic has got more partitions: what is ours grows with it, or it is said that it cannot. */
    private void widenOwnTopics(List<Topics.WantedTopic> wanted) {
        Set<String> names = new HashSet<>(Widening.changelogs(pipeline).keySet());
        wanted.forEach(t -> names.add(t.name()));
        switch (Widening.decide(pipeline, wanted, widths(names))) {
            case Widening.None none -> {}
            case Widening.Refuse refuse -> throw new ProblemException(refuse.problem());
            case Widening.Grow grow -> {
                Map<String, Integer> allowed = new HashMap<>(grow.partitions());
                if (!settings.createTopics()) {
                    // Changelogs are Kafka Streams' own, whoever makes the others.
                    allowed.keySet().retainAll(Widening.changelogs(pipeline).keySet());
                }
                LOG.info("pipeline {}: sources have grown, and so do {}", pipeline.name(), allowed);
                topics.widen(allowed);
                for (int look = 0; look < LOOKS && !widths(names).entrySet().containsAll(allowed.entrySet()); look++) {
                    pause();
                }
            }
        }
    }

    private Map<String, Integer> widths(Set<String> names) {
        return topics.describe(names).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().partitions()));
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, SourceTopic> sources(Map<String, Topics.Facts> facts) {
        Map<String, SourceTopic> sources = new HashMap<>();
        Map<String, Integer> numbers = pipeline.allNumbers();
        for (Contract contract : pipeline.contracts()) {
            Topics.Facts topic = facts.get(contract.topic());
            sources.put(contract.name(),
                    new SourceTopic(contract, topic.id(), topic.partitions(), numbers.get(contract.name())));
        }
        return sources;
    }

    private void register(String topic, FieldType.Struct row, Map<String, Integer> ids) {
        String subject = Pipeline.subjectOf(topic);
        try {
            ids.put(subject, registry.register(subject, AvroTypes.toSchema(topic, row)));
        } catch (IncompatibleSchemaException e) {
            throw new ProblemException(Problem.of(RunProblem.SCHEMA_INCOMPATIBLE, subject,
                    "The registry refuses the new schema of " + subject + ": " + e.getMessage())
                    .withRemedy(RunProblem.SCHEMA_INCOMPATIBLE.remedy()));
        }
    }

    /** What a record may take of what its topic allows, since a batch has a frame of its own. */
    private static int room(Topics.Facts topic) {
        return Math.min(topic.largestRecord(), TopicsPlan.LARGEST_RECORD) / 16 * 15;
    }
}

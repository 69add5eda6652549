package millrace.replay.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import millrace.schemas.time.TimeEntry;

/**
 * What a replay reads and writes.
 *
 * @param id follows from all of it and from the text of the models: who plans the same again gets the same
 * @param pipeline whose models and time journal these are
 * @param revision digest of the models' and contracts' text
 * @param models that are written, by name
 * @param looks how far around the range each of them looks
 * @param reads by contract, in order
 * @param settled event time in microseconds: nothing can come any more for the range in a live table that is complete
 *        through it; absent if everything is replayed
 * @param sample the partitions that are read, of each topic that has some of them, to try it out; empty for all
 * @param amends what becomes admitted when it is published
 */
public record ReplayPlan(String id, String pipeline, String revision, Kind kind, List<Written> models, List<Look> looks,
        List<Read> reads, OptionalLong settled, List<Integer> sample, List<TimeEntry.Admission> amends) {
    public ReplayPlan {
        // What was written down by older versions has none.
        sample = sample == null ? List.of() : List.copyOf(sample);
        amends = amends == null ? List.of() : List.copyOf(amends);
        models = List.copyOf(models);
        looks = List.copyOf(looks);
        reads = List.copyOf(reads);
    }

    /** Which kind of replay gives exactly what the live pipeline would have given. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Kind.Bounded.class, name = "range"),
            @JsonSubTypes.Type(value = Kind.Whole.class, name = "everything")})
    public sealed interface Kind {
        /**
         * Of a stretch of event time, which is replaced in the tables.
         *
         * @param from absent for the beginning of time
         * @param to exclusive; absent for the end of time, if every topic has been ended
         */
        record Bounded(Optional<Instant> from, Optional<Instant> to) implements Kind {}

        /**
         * Of everything, up to the present and on, until it takes the place of the live one.
         *
         * @param because why no stretch can be replaced alone; empty if none was asked for
         */
        record Whole(List<String> because) implements Kind {
            public Whole {
                because = List.copyOf(because);
            }
        }
    }

    /**
     * A model whose rows are written anew.
     *
     * @param column that says which rows are in the range; absent if all are
     */
    public record Written(String model, Optional<String> column) {}

    /**
     * How far a model looks at a contract.
     *
     * @param back as people write durations, or {@code all}; {@code ahead} too
     */
    public record Look(String model, String contract, String back, String ahead) {}

    /** Event times in microseconds, of which {@code to} is the first that is not meant. */
    public record Times(long from, long to) {
        /** Whether some of them are admitted. */
        boolean overlap(TimeEntry.Admission admission) {
            return admission.from() < to && admission.to() > from;
        }
    }

    /**
     * A contract whose records are read.
     *
     * @param late event times whose records count however late they come, so that one that comes behind what is read has to
     *        be read too; absent if there are none
     * @param looked event times of records that count for the range; absent if all do
     * @param admissions of records that count although they came too late
     */
    public record Read(String contract, String topic, String topicId, List<PartitionRead> partitions,
            Optional<Times> late, Optional<Times> looked, List<TimeEntry.Admission> admissions) {
        public Read {
            partitions = List.copyOf(partitions);
            // What was written down by older versions has neither.
            looked = looked == null ? Optional.empty() : looked;
            admissions = admissions == null ? List.of() : List.copyOf(admissions);
        }

        /** Whether an admission says something of the records that count for the range. */
        boolean concerns(TimeEntry.Admission admission) {
            return admission.topicId().equals(topicId)
                    && looked.map(t -> t.overlap(admission)).orElse(true);
        }

        /** At most so many: transactions take offsets too. */
        public long records() {
            return partitions.stream().mapToLong(PartitionRead::records).sum();
        }

        /** Of them, those that Kafka no longer has. */
        public long fromBronze() {
            return partitions.stream().mapToLong(PartitionRead::fromBronze).sum();
        }

        public long bytes() {
            return partitions.stream().mapToLong(PartitionRead::bytes).sum();
        }
    }

    /**
     * The records of a partition that are read.
     *
     * @param start the first
     * @param clock what the partition's clock was before it, in microseconds; absent at its beginning
     * @param end behind the last; absent if it goes on
     * @param known behind the last that there was when it was planned, within the range
     * @param fromBronze how many of them Kafka no longer has
     * @param bytes that they take in Kafka, about
     */
    public record PartitionRead(int partition, long start, OptionalLong clock, OptionalLong end, long known,
            long fromBronze, long bytes) {
        public long records() {
            return known - start;
        }
    }

    /** The same under another name: what is left of one that was done before, wherever it lies, has nothing to do with it. */
    public ReplayPlan another() {
        return new ReplayPlan(ReplayPlanner.id("another " + id), pipeline, revision, kind, models, looks, reads,
                settled, sample, amends);
    }

    /**
     * Which late records count by now for it, or count no longer, other than it has taken them.
     *
     * @param journal everything that is admitted
     */
    public List<TimeEntry.Admission> otherThan(Collection<TimeEntry.Admission> journal) {
        Set<TimeEntry.Admission> there = new HashSet<>(journal);
        there.addAll(amends);
        return reads.stream().flatMap(r -> {
            Set<TimeEntry.Admission> own = new HashSet<>(r.admissions());
            return Stream.concat(journal.stream().filter(a -> r.concerns(a) && !own.contains(a)),
                    own.stream().filter(a -> !there.contains(a)));
        }).toList();
    }

    /** Whether another writes rows of the same stretch of the same model. */
    public boolean overlaps(ReplayPlan other) {
        return models.stream().anyMatch(m -> other.models().stream().anyMatch(o -> o.model().equals(m.model())))
                && kind instanceof Kind.Bounded a && other.kind() instanceof Kind.Bounded b
                && (a.from().isEmpty() || b.to().isEmpty() || a.from().get().isBefore(b.to().get()))
                && (b.from().isEmpty() || a.to().isEmpty() || b.from().get().isBefore(a.to().get()));
    }

    /** The branch of each table that it writes. */
    public String branch() {
        return "replay-" + id;
    }

    /** The name that the replay runs under: its application id, and what its topics start with. */
    public String application() {
        return pipeline + "-" + branch();
    }

    public long records() {
        return reads.stream().mapToLong(Read::records).sum();
    }

    public long bytes() {
        return reads.stream().mapToLong(Read::bytes).sum();
    }

    public long fromBronze() {
        return reads.stream().mapToLong(Read::fromBronze).sum();
    }
}

package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import millrace.schemas.time.TaskWatermark;

/** Why a table is complete through its time and no further. Decided from the facts of one look; pure. */
sealed interface Holdup {
    /** The slowest first; of equal ones first what is still to be read. */
    Comparator<InputPartition> BY_TIME = Comparator.comparingLong(InputPartition::time)
            .thenComparing(p -> p.unread() > 0 ? 0 : 1).thenComparing(InputPartition::topic)
            .thenComparing(InputPartition::partition);

    /** What a look, a record on its way and a commit take together, with some to spare. */
    Duration HIDDEN = Duration.ofSeconds(5);

    /** Something has to be cured first. */
    record Stuck(Blocked by) implements Holdup {}

    /** Nobody computes the model. */
    record NotComputed(long unread) implements Holdup {}

    /** Nobody fills the table. */
    record NotFilled(long waiting) implements Holdup {}

    /** Rows wait for the next commit. */
    record Committing(long waiting, Duration interval) implements Holdup {}

    /** Everything has come. */
    record Ended() implements Holdup {}

    /** No source partition ever had a record. */
    record NothingCame(int partitions, List<String> topics) implements Holdup {}

    /** This partition never had a record, and the others wait until it is idle. */
    record NeverHadARecord(InputPartition partition) implements Holdup {}

    /** Every record of this partition was refused, so that it has no event time yet. */
    record AllRefused(InputPartition partition) implements Holdup {}

    /** Nothing has come in this partition for a while, and it is the slowest. */
    record Silent(InputPartition partition, Optional<Duration> behind) implements Holdup {}

    /** It is idle, but is only passed over as far as another one that has to do with it has come. */
    record IdleBehind(InputPartition idle, InputPartition other) implements Holdup {}

    /** It is idle, and is passed over again and again as this one, the slowest of the others, goes on. */
    record PassedOver(InputPartition idle, InputPartition other) implements Holdup {}

    /** Nothing comes in any partition, so nothing can move time. */
    record AllQuiet(Instant since, int partitions, List<String> topics) implements Holdup {}

    /** This partition has records that were not processed yet. */
    record Unread(InputPartition partition, Optional<Duration> behind) implements Holdup {}

    /** All partitions are further: it is being computed. */
    record Underway() implements Holdup {}

    /** All is well, and the next window ends here. */
    record OpenWindow(Instant end) implements Holdup {}

    /**
     * All is well: time goes with the slowest partition.
     *
     * @param delay by which the model is behind its sources even then
     */
    record Moving(InputPartition slowest, Duration delay) implements Holdup {}

    /** The table has only what was late or refused; nothing of that waits. */
    record OnOccasion() implements Holdup {}

    /** What the rows of a table are, since that decides what it waits for. */
    enum Rows {
        /** Those of a topic, as they came. */
        AS_THEY_CAME,
        /** Computed by a model. */
        COMPUTED,
        /** Only those that something else could not take. */
        LEFT_OVER
    }

    /**
     * What a look has found about one table and what it comes from.
     *
     * @param blocked what keeps the table or its pipeline from going on
     * @param computed whether a process runs the pipeline
     * @param filled whether a process stages and commits the table
     * @param waiting offsets on the table's topic that are not in it
     * @param tableThrough microseconds; through when the table is complete
     * @param streamThrough microseconds; through when its topic is complete, as the tasks that write it have told
     * @param inputs of all sources that have to do with it
     * @param windowEnd when the next window of the model ends, at this state of its time
     * @param delay by which the model is behind its sources even when all is computed
     */
    record Facts(Instant now, Rows rows, Optional<Blocked> blocked, boolean computed, boolean filled,
            Duration commitInterval, long waiting, OptionalLong tableThrough, OptionalLong streamThrough,
            List<InputPartition> inputs, Optional<Instant> windowEnd, Duration delay) {
        public Facts {
            inputs = List.copyOf(inputs);
        }

        List<InputPartition> feeding() {
            return inputs.stream().filter(InputPartition::feeds).toList();
        }

        List<String> topics() {
            return feeding().stream().map(InputPartition::topic).distinct().sorted().toList();
        }
    }

    static Holdup decide(Facts facts) {
        if (facts.blocked().isPresent()) {
            return new Stuck(facts.blocked().get());
        }
        return switch (facts.rows()) {
            case LEFT_OVER -> unfilled(facts).orElse(new OnOccasion());
            case AS_THEY_CAME -> unfilled(facts).orElseGet(() -> asTheyCame(facts));
            case COMPUTED -> computed(facts);
        };
    }

    private static Optional<Holdup> unfilled(Facts facts) {
        if (facts.waiting() == 0) {
            return Optional.empty();
        }
        return Optional.of(facts.filled()
                ? new Committing(facts.waiting(), facts.commitInterval())
                : new NotFilled(facts.waiting()));
    }

    /** Such a table goes with its slowest partition that ever had a record, whether that is idle or not. */
    private static Holdup asTheyCame(Facts facts) {
        List<InputPartition> had = facts.feeding().stream().filter(p -> p.end() > 0).toList();
        if (had.isEmpty()) {
            return new NothingCame(facts.feeding().size(), facts.topics());
        }
        if (had.stream().allMatch(InputPartition::isEnded)) {
            return new Ended();
        }
        if (areQuiet(had, facts)) {
            return allQuiet(facts);
        }
        InputPartition slowest = slowest(had);
        return isQuiet(slowest, facts) ? new Silent(slowest, behind(slowest, had)) : new Moving(slowest, facts.delay());
    }

    private static Holdup computed(Facts facts) {
        long stream = facts.streamThrough().orElse(Long.MIN_VALUE);
        long table = facts.tableThrough().orElse(Long.MIN_VALUE);
        if (facts.waiting() > 0 && !facts.filled()) {
            return new NotFilled(facts.waiting());
        }
        List<InputPartition> feeding = facts.feeding();
        long unread = feeding.stream().mapToLong(InputPartition::unread).sum();
        boolean ended = !feeding.isEmpty() && feeding.stream().allMatch(InputPartition::isEnded);
        if (!facts.computed() && !(ended && unread == 0)) {
            return new NotComputed(unread);
        }
        if (stream > table) {
            return new Committing(facts.waiting(), facts.commitInterval());
        }
        if (ended) {
            return stream == TaskWatermark.END ? new Ended() : new Underway();
        }
        if (feeding.stream().allMatch(p -> p.end() == 0 && p.watermark().isEmpty())) {
            return new NothingCame(feeding.size(), facts.topics());
        }
        return ofTheSlowest(facts, stream);
    }

    private static Holdup ofTheSlowest(Facts facts, long stream) {
        List<InputPartition> feeding = facts.feeding();
        InputPartition slowest = slowest(feeding);
        if (slowest.unread() > 0) {
            return new Unread(slowest, behind(slowest, feeding));
        }
        if (slowest.watermark().isPresent() && slowest.time() - facts.delay().toNanos() / 1000 > stream) {
            return new Underway();
        }
        if (areQuiet(facts.inputs(), facts)) {
            return allQuiet(facts);
        }
        if (slowest.isIdle(facts.now())) {
            Optional<InputPartition> other = facts.inputs().stream()
                    .filter(p -> !p.isEnded() && !p.isIdle(facts.now())).min(BY_TIME);
            if (other.isEmpty()) {
                return allQuiet(facts);
            }
            if (other.get().time() > slowest.time()) {
                return new PassedOver(slowest, other.get());
            }
            if (!other.get().feeds()) {
                return new IdleBehind(slowest, other.get());
            }
            slowest = other.get();
            if (slowest.unread() > 0) {
                return new Unread(slowest, behind(slowest, feeding));
            }
        }
        if (slowest.watermark().isEmpty()) {
            return slowest.end() == 0 ? new NeverHadARecord(slowest) : new AllRefused(slowest);
        }
        if (isQuiet(slowest, facts)) {
            return new Silent(slowest, behind(slowest, feeding));
        }
        return facts.windowEnd().<Holdup>map(OpenWindow::new).orElse(new Moving(slowest, facts.delay()));
    }

    private static InputPartition slowest(List<InputPartition> partitions) {
        return partitions.stream().filter(p -> !p.isEnded()).min(BY_TIME).orElseThrow();
    }

    /** Whether it has been silent for longer than a look and a commit would hide. */
    private static boolean isQuiet(InputPartition p, Facts facts) {
        return p.unread() == 0
                && Duration.between(p.lastCame(), facts.now()).compareTo(facts.commitInterval().plus(HIDDEN)) > 0;
    }

    private static boolean areQuiet(List<InputPartition> partitions, Facts facts) {
        return partitions.stream().filter(p -> !p.isEnded()).allMatch(p -> isQuiet(p, facts));
    }

    private static AllQuiet allQuiet(Facts facts) {
        List<InputPartition> feeding = facts.feeding();
        return new AllQuiet(
                feeding.stream().map(InputPartition::lastCame).max(Comparator.naturalOrder()).orElse(facts.now()),
                feeding.size(), facts.topics());
    }

    /** How far a partition is behind the furthest of the others that have not ended. */
    private static Optional<Duration> behind(InputPartition slowest, List<InputPartition> all) {
        OptionalLong furthest = all.stream().filter(p -> !p.isEnded() && p.watermark().isPresent())
                .mapToLong(InputPartition::time).max();
        return furthest.isEmpty() || slowest.watermark().isEmpty() || furthest.getAsLong() <= slowest.time()
                ? Optional.empty()
                : Optional.of(Duration.of(furthest.getAsLong() - slowest.time(),
                        java.time.temporal.ChronoUnit.MICROS));
    }
}

package millrace.topology.source;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.RecordChecks;
import millrace.schemas.contract.Violation;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.wire.Malformed;
import millrace.statestores.store.KeyedState;
import millrace.topology.bundle.Delivery;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.SourceRecord;
import millrace.topology.origin.SourceTopic;
import millrace.topology.quarantine.QuarantineReason;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.Refusal;
import millrace.topology.time.Admissions;
import millrace.topology.time.Idleness;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.TimeBounds;
import millrace.topology.time.TimeJournal;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one contract's topic: each record becomes a row that its time and its contract allow, or goes to quarantine.
 * Keeps the clock of its partition and tells everybody below how far it has come.
 */
public final class SourceOperator implements Processor<byte[], Object, Object, Object> {
    /** How often a place is written down where a replay can begin. */
    private static final long CHECKPOINT_MILLIS = 60_000;
    /**
     * After so many rows those below are told how far time has come, whatever the wall clock says: a topic that is read
     * faster than it was written passes hours of event time in a second, and what waits below for time would be as much.
     */
    static final int ROWS_PER_WATERMARK = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(SourceOperator.class);

    private final SourcePlan plan;
    private final RegistryGate registry;
    private final TimeBounds bounds;
    private final int eventTimeSlot;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private ValueReader values;
    /** Of a changelog; else null. */
    private KeyReader keys;
    private RecordChecks checks;
    private QuarantineRecord.Writer quarantine;
    private KeyedState.Cell<PartitionClock> cell;
    private PartitionClock clock;
    private int partition;
    /** What those below know. */
    private Sent told;
    /** What the topic of watermarks has. */
    private Sent written;
    private int rowsSinceTold;
    private boolean passing;
    private Idleness.Partition place;
    private Admissions admissions;
    /** Nothing lies before it that is still to be read. */
    private long passed;
    /** Behind the last record that is read. */
    private long end;
    private NavigableMap<Long, Long> floors;
    /** What the floors are of. */
    private TimeJournal journal;
    private long checkpointAt;
    private long checkpointed;
    /** What is still to be written down as the text that rows are computed by from here on; or null. */
    private String newRevision;
    /** What the watermark of a partition that is new in an old topic begins with; or null. */
    private Long widening;

    private SourceOperator(SourcePlan plan, RegistryGate registry) {
        this.plan = plan;
        this.registry = registry;
        Contract contract = plan.source().contract();
        bounds = TimeBounds.of(contract);
        // Of records that replace each other a time of their own is one column like others: which is the newer one follows
        // from where they stand, and a delete has none.
        eventTimeSlot = contract.kind() == Contract.Kind.CHANGELOG
                ? -1
                : contract.eventTime().map(e -> contract.rowType().indexOf(e.column())).orElse(-1);
    }

    public static ProcessorSupplier<byte[], Object, Object, Object> supplier(SourcePlan plan, RegistryGate registry) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], Object, Object, Object> get() {
                return new SourceOperator(plan, registry);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return plan.clocks().stores();
            }
        };
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        SourceTopic source = plan.source();
        context = taskContext;
        outlet = Outlet.of(context, plan.rowNodes());
        partition = context.taskId().partition();
        values = reader(source.contract());
        keys = source.contract().kind() == Contract.Kind.CHANGELOG
                ? new KeyReader(source.contract(), registry)
                : null;
        checks = RecordChecks.of(source.contract());
        quarantine = new QuarantineRecord.Writer(plan.quarantine());
        told = Sent.NOTHING;
        written = Sent.NOTHING;
        rowsSinceTold = 0;
        place = new Idleness.Partition(source.ordinal(), partition);
        readJournal();
        passed = 0;
        admissions = Admissions.of(plan.time().admissions(), source.topicId().toString(), partition);
        checkpointAt = context.currentSystemTimeMs() + CHECKPOINT_MILLIS;
        checkpointed = -1;
        newRevision = plan.time().revisions().get(source.contract().name());
        if (journal.lastRevision(source.topicId().toString(), partition)
                .filter(text -> text.equals(newRevision)).isPresent()) {
            newRevision = null;
        }
        passing = false;
        widening = plan.time().widenings().get(place);
        if (partition >= source.partitions()) {
            return; // Another source of this sub-topology has more partitions than this one.
        }
        cell = KeyedState.open(context, plan.clocks()).cell((long) partition);
        clock = cell.get();
        Span span = plan.time().spans().get(place);
        end = span == null ? Long.MAX_VALUE : span.end().orElse(Long.MAX_VALUE);
        if (clock == null) {
            clock = span == null
                    ? new PartitionClock(source.topicId())
                    : PartitionClock.startingAt(source.topicId(), span.start(), span.clock());
        } else if (!clock.topicId().equals(source.topicId())) {
            throw new TopicRecreatedException(source.topic(), clock.topicId(), source.topicId());
        }
        context.schedule(plan.watermarkInterval(), PunctuationType.WALL_CLOCK_TIME, now -> {
            readJournal();
            widen();
            passed = Math.max(clock.nextOffset(), plan.time().offers().committed(place).orElse(0));
            obeyJournal(passed);
            takeOffer();
            writeCheckpoint(now);
            endIfReached(passed);
            sendWatermark();
        });
    }

    private ValueReader reader(Contract contract) {
        return switch (contract.format()) {
            case AVRO -> AvroValues.of(contract, plan.needed(), registry);
            case JSON -> new JsonValues(contract, plan.needed());
        };
    }

    @Override
    public void process(Record<byte[], Object> delivered) {
        int count = 0;
        readJournal();
        for (ConsumerRecord<byte[], byte[]> record : Delivery.of(delivered, context)) {
            count += take(record) ? 1 : 0;
        }
        plan.time().pace().taken(count);
    }

    /** False if the record is none of those that are read. */
    private boolean take(ConsumerRecord<byte[], byte[]> record) {
        if (record.offset() < clock.nextOffset()) {
            passOver(record.offset());
            return false;
        }
        if (record.offset() >= end) {
            endIfReached(record.offset());
            return false;
        }
        SourceRecord origin = new SourceRecord(plan.source(), record.partition(), record.offset(),
                record.timestamp(), record.key(), record.value(), record.headers());
        widen();
        obeyJournal(record.offset());
        writeRevision(record.offset());
        clock.seen(record.offset());
        cell.set(clock);
        if (EndMarker.isEnd(record.value(), record.headers())) {
            clock.end();
            sendWatermark();
            return true;
        }
        boolean timeless = clock.value() == PartitionClock.UNSET;
        OptionalLong eventTime = OptionalLong.empty();
        try {
            Object[] row = read(record);
            long time = eventTime(row, origin);
            eventTime = OptionalLong.of(time);
            requireSaneTime(time, origin);
            boolean isDelete = record.value() == null;
            if (keys != null) {
                requireKey(row);
            }
            if (!isDelete) {
                requirePromises(row);
            }
            clock.advance(time);
            if (timeless) {
                // With the clock that is committed, not a moment later: who finds the one may rely on the other.
                writeWatermark(progress());
            }
            outlet.give(new Element.Row(row, isDelete ? Change.DELETE : Change.INSERT, time,
                    clock.minus(bounds.disorder()), admissions.admit(record.offset(), time)
                            ? PartitionClock.UNSET
                            : clock.minus(bounds.allowedLateness()),
                    origin), origin.timestamp());
            if (++rowsSinceTold >= ROWS_PER_WATERMARK) {
                tell(progress());
            }
        } catch (RefusedException e) {
            context.forward(quarantine.write(origin, e.refusal(), eventTime), plan.quarantine().node());
        }
        endIfReached(clock.nextOffset());
        return true;
    }

    /** Where reading ends it is as if an end marker stood: everything that is open closes. */
    private void endIfReached(long next) {
        if (next >= end && clock.value() != TaskWatermark.END) {
            passed = Math.max(passed, next);
            clock.end();
            cell.set(clock);
            sendWatermark();
        }
    }

    /**
     * The clock says that this record was processed, in a transaction of its own: the group's offsets were lost, as
     * Kafka does with those of a group that has been away for a week, or moved back by hand. Processing it again would
     * double its rows.
     */
    private void passOver(long offset) {
        if (!passing) {
            passing = true;
            LOG.warn("{}-{}: offset {} was processed before; passing over everything before offset {}",
                    plan.source().topic(), partition, offset, clock.nextOffset());
        }
    }

    private Object[] read(ConsumerRecord<byte[], byte[]> record) throws RefusedException {
        if (record.value() == null && keys == null) {
            throw refused(QuarantineReason.VALUE_MISSING, "", "a value", "null");
        }
        try {
            return record.value() == null ? keys.read(record.key()) : values.read(record.value());
        } catch (Malformed e) {
            throw new RefusedException(Refusal.of(e));
        }
    }

    private long eventTime(Object[] row, SourceRecord origin) throws RefusedException {
        if (eventTimeSlot < 0) {
            return origin.timestamp() * 1000;
        }
        Long time = (Long) row[eventTimeSlot];
        if (time == null) {
            throw refused(QuarantineReason.EVENT_TIME_MISSING, eventTimeColumn(), "an event time", "null");
        }
        return time;
    }

    private void requireKey(Object[] row) throws RefusedException {
        int missing = keys.firstMissing(row);
        if (missing >= 0) {
            throw refused(QuarantineReason.KEY_MISSING, plan.source().contract().columns().get(missing).name(),
                    "a value, which says whose row this is", "null");
        }
    }

    private void requireSaneTime(long time, SourceRecord origin) throws RefusedException {
        if (eventTimeSlot >= 0 && time < TimeBounds.EARLIEST) {
            throw refused(QuarantineReason.EVENT_TIME_TOO_EARLY, eventTimeColumn(),
                    "at least " + instant(TimeBounds.EARLIEST), instant(time));
        }
        if (eventTimeSlot >= 0 && bounds.isWild(time, origin.timestamp())) {
            throw refused(QuarantineReason.EVENT_TIME_AHEAD, eventTimeColumn(),
                    "at most " + Duration.of(bounds.maxAhead(), ChronoUnit.MICROS) + " past the Kafka timestamp "
                            + Instant.ofEpochMilli(origin.timestamp()),
                    instant(time));
        }
    }

    private void requirePromises(Object[] row) throws RefusedException {
        Violation violation = checks.firstViolation(row);
        if (violation != null) {
            throw refused(QuarantineReason.EXPECTATION_FAILED, violation.field(), violation.expected(),
                    violation.actual());
        }
    }

    /** Takes note of what is known now; floors that were obeyed before change nothing. */
    private void readJournal() {
        TimeJournal now = plan.time().journal().now();
        if (now != journal) {
            journal = now;
            floors = now.floors(plan.source().topicId().toString(), partition);
        }
    }

    /** Applies the floors that hold from this offset or one before it; everything before it has been processed. */
    private void obeyJournal(long offset) {
        while (!floors.isEmpty() && floors.firstKey() <= offset) {
            clock.floor(floors.pollFirstEntry().getValue(), bounds.disorder());
            cell.set(clock);
        }
    }

    /** Advances this partition if it is idle, and writes that down: a replay does the same at the same offset. */
    private void takeOffer() {
        Idleness.Offer offer = plan.time().offers().of(place);
        if (offer == null || clock.nextOffset() > offer.end()
                || offer.watermark() <= clock.minus(bounds.disorder())) {
            return; // A record has come since, or it is not needed any more.
        }
        writeRevision(offer.end());
        clock.floor(offer.watermark(), bounds.disorder());
        cell.set(clock);
        write(new TimeEntry.Floor(plan.source().topicId().toString(), partition, offer.end(), offer.watermark()));
    }

    private void writeCheckpoint(long nowMillis) {
        if (nowMillis < checkpointAt || clock.nextOffset() == checkpointed || clock.value() == PartitionClock.UNSET
                || clock.value() == TaskWatermark.END) {
            return;
        }
        checkpointAt = nowMillis + CHECKPOINT_MILLIS;
        checkpointed = clock.nextOffset();
        write(new TimeEntry.Checkpoint(plan.source().topicId().toString(), partition, clock.nextOffset(),
                clock.value()));
    }

    /** A partition that was added goes on where the others of its topic are, and does not hold them back. */
    private void widen() {
        if (widening != null && clock.value() == PartitionClock.UNSET && clock.nextOffset() == 0) {
            clock.floor(widening, bounds.disorder());
            cell.set(clock);
            write(new TimeEntry.Widening(plan.source().topicId().toString(), partition, 0, widening));
        }
        widening = null;
    }

    /** Says from which offset on the text holds that this run computes by, with the first that it does by it. */
    private void writeRevision(long offset) {
        if (newRevision != null) {
            write(new TimeEntry.Revision(plan.source().topicId().toString(), partition, offset, newRevision));
            newRevision = null;
        }
    }

    private void write(TimeEntry entry) {
        context.forward(new Record<>(entry.key(), entry.value(), context.currentSystemTimeMs()), plan.journalNode());
    }

    private void sendWatermark() {
        if (clock.value() == PartitionClock.UNSET) {
            return;
        }
        Sent now = progress();
        tell(now);
        writeWatermark(now);
    }

    private void writeWatermark(Sent now) {
        if (!now.equals(written)) {
            var own = new TaskWatermark(plan.source().topic(), partition, plan.source().partitions(), now.watermark(),
                    now.horizon(), now.nextOffset());
            context.forward(new Record<>(own.key(), own.value(), context.currentSystemTimeMs()), plan.watermarkNode());
            written = now;
        }
    }

    private Sent progress() {
        long latest = admissions.latest(Math.max(passed, clock.nextOffset()));
        return new Sent(Math.min(latest, clock.minus(bounds.disorder())),
                Math.min(latest, clock.minus(bounds.allowedLateness())), clock.nextOffset());
    }

    /** Also if time stands still: a row that amends moves no clock, and what is summed up below is sent only now. */
    private void tell(Sent now) {
        rowsSinceTold = 0;
        if (!now.equals(told)) {
            outlet.give(new Element.Watermark(plan.source().ordinal(), now.watermark(), now.horizon()),
                    context.currentSystemTimeMs());
            told = now;
        }
    }

    private String eventTimeColumn() {
        return plan.source().contract().eventTime().orElseThrow().column();
    }

    private static RefusedException refused(QuarantineReason reason, String field, String expected, String actual) {
        return new RefusedException(Refusal.of(reason, field, expected, actual));
    }

    /** A time for a person, also if it is far outside of what calendars know. */
    private static String instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000L)
                .toString();
    }

    private record Sent(long watermark, long horizon, long nextOffset) {
        static final Sent NOTHING = new Sent(PartitionClock.UNSET, PartitionClock.UNSET, -1);
    }
}

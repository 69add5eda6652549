package millrace.sinks.iceberg.stage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.sinks.iceberg.commit.LandingTable;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.event.ControlLog;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.stage.RowFiles.CatalogUnavailableException;
import millrace.sinks.iceberg.stage.RowFiles.TableReplacedException;
import millrace.sinks.iceberg.stage.SourceLog.Flow;
import millrace.sinks.iceberg.stage.SourceLog.OffsetGoneException;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.StorageFullException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stages one topic's records for one table: starts where the table ends, writes files, and proposes them once per
 * interval, each proposal built on the one before. One thread drives it by {@link #step}; answers come in by
 * {@link #hear} from any thread.
 *
 * <p>
 * It keeps nothing that matters: whatever goes wrong (a lost partition, a full disk, a rejected proposal), what is not
 * proposed is dropped, and reading goes on from what is known to be accepted or, if that is in doubt, from the table.
 */
public final class StageWorker {
    private static final Logger LOG = LoggerFactory.getLogger(StageWorker.class);
    private static final Duration REMIND = Duration.ofSeconds(30);
    /** How often a worker without a partition asks whether its topic is there at all. */
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final Duration LONGEST_POLL = Duration.ofMillis(200);

    private final String name;
    private final String worker;
    private final SourceLog source;
    private final LandingTable landing;
    private final RowFiles.Factory factory;
    private final KnownRows rows;
    private final Clocks clocks;
    private final ControlLog control;
    private final StageRules rules;
    private final Clock clock;
    private final Queue<SinkEvent.Answer> inbox = new ConcurrentLinkedQueue<>();

    private volatile WorkerState state = new WorkerState.Starting();
    private Chain chain;
    private Map<Integer, Long> starts = Map.of();
    private final Map<Integer, Long> readTo = new HashMap<>();
    private RowFiles files;
    private String openId;
    private Instant openedAt;
    private SortedMap<Integer, Long> proposedClocks = Collections.emptySortedMap();
    private Instant rollAt = Instant.MIN;
    /** Records that the open proposal has. */
    private long taken;
    private Instant lookAgain = Instant.MIN;
    /** The schema that a committer has last said the table was changed for. */
    private OptionalInt evolvedFor = OptionalInt.empty();
    /** Whether the table has a newer layout than the chain. */
    private boolean rewritten;
    private long assignment = -1;
    private long epoch;
    private long proposals;
    private Duration pause;
    private Instant reminded = Instant.MIN;
    private UUID known;
    private volatile Optional<WorkerState.Blocked> recovering = Optional.empty();

    /**
     * @param name of the table, for the log and for messages
     * @param worker names this incarnation, unique for all time
     */
    public StageWorker(String name, String worker, SourceLog source, LandingTable landing, RowFiles.Factory factory,
            KnownRows rows, Clocks clocks, ControlLog control, StageRules rules, Clock clock) {
        this.name = name;
        this.worker = worker;
        this.source = source;
        this.landing = landing;
        this.factory = factory;
        this.rows = rows;
        this.clocks = clocks;
        this.control = control;
        this.rules = rules;
        this.clock = clock;
        this.pause = rules.retry();
    }

    public WorkerState state() {
        Optional<WorkerState.Blocked> still = recovering;
        return still.isPresent() ? still.get() : state;
    }

    /** Takes in a committer's answer; from any thread. */
    public void hear(SinkEvent.Answer answer) {
        inbox.add(answer);
    }

    /** Proposals without an answer. */
    public int undecided() {
        return chain == null ? 0 : chain.undecided();
    }

    /** One round: hears answers, polls once, writes what came, proposes what is due. Throws nothing but errors. */
    public void step() {
        try {
            answers();
            switch (state) {
                case WorkerState.Starting s -> start();
                case WorkerState.Indexing i -> {
                    keepMembership();
                    if (state instanceof WorkerState.Indexing && rewritten) {
                        follow();
                    }
                    if (state instanceof WorkerState.Indexing) {
                        prepare();
                    }
                }
                case WorkerState.Staging s -> stage();
                case WorkerState.AwaitingSchema s -> await(s);
                case WorkerState.Blocked b -> blocked(b);
            }
        } catch (OffsetGoneException e) {
            restart();
        } catch (TableReplacedException e) {
            LOG.warn("{}: {}", name, e.getMessage());
            restart();
        } catch (CatalogUnavailableException e) {
            abort();
            block(SinkProblem.CATALOG_UNAVAILABLE, Failure.words(e));
        } catch (RegistryUnavailableException e) {
            abort();
            block(SinkProblem.REGISTRY_UNAVAILABLE, e.getMessage());
        } catch (ProblemException e) {
            abort();
            block(e.problems().get(0));
        } catch (org.apache.kafka.common.errors.InterruptException e) {
            throw e;
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            abort();
            block(SinkProblem.BROKER_UNAVAILABLE, e.getMessage());
        } catch (RuntimeException e) {
            abort();
            boolean full = StorageFullException.isIn(e);
            if (!full) {
                LOG.warn("{}: cannot stage", name, e);
            }
            block(full ? SinkProblem.STORAGE_FULL : SinkProblem.STAGING_FAILED,
                    Failure.words(e));
        }
    }

    /** Proposes what is open, for a worker that is about to end; {@link #settle} then hears what becomes of it. */
    public void finish() {
        try {
            if (state instanceof WorkerState.Staging && source.assignment() == assignment) {
                roll(clock.instant());
            }
        } catch (RuntimeException e) {
            LOG.warn("{}: the last rows were not proposed; whoever reads them next does", name, e);
            abort();
        }
    }

    /** Hears answers without reading on; false while a proposal has none. */
    public boolean settle() {
        answers();
        return chain == null || chain.undecided() == 0;
    }

    /** Drops what is open. */
    public void abort() {
        if (files != null) {
            files.abort();
            files = null;
        }
    }

    private void start() {
        source.flow(Flow.PAUSED);
        source.poll(LONGEST_POLL);
        assignment = source.assignment();
        Instant now = clock.instant();
        if (source.assigned().isEmpty() && now.isBefore(lookAgain)) {
            return;
        }
        lookAgain = now.plus(IDLE);
        String topicId = source.topicId();
        if (topicId.isEmpty()) {
            block(SinkProblem.TOPIC_MISSING, "There is no topic for table " + name + ".");
            return;
        }
        if (source.assigned().isEmpty()) {
            recovered();
            state = new WorkerState.Starting();
            return;
        }
        switch (landing.look()) {
            case TableLook.Unusable unusable -> block(unusable.problem());
            case TableLook.Found found -> start(found.state(), topicId);
        }
    }

    private void start(TableState table, String topicId) {
        known = table.table();
        SourcePosition position = table.position().orElse(SourcePosition.start(topicId));
        if (!position.topicId().equals(topicId)) {
            landing.branchFedBy(topicId).ifPresentOrElse(
                    branch -> block(SinkProblem.CUT_OVER_AWAITED, "The topic feeds the branch " + branch + " of " + name
                            + ", which is to take the table's place and has not yet."),
                    () -> block(SinkProblem.TOPIC_RECREATED, "Table " + name + " holds rows of the topic with id "
                            + position.topicId() + "; the topic of that name now has id " + topicId + "."));
            return;
        }
        if (table.mark().isEmpty()) {
            // No committer has taken the table over yet; without an epoch and a layout a proposal would be refused.
            return;
        }
        Map<Integer, SourceLog.Bounds> bounds = source.bounds(source.assigned());
        Map<Integer, Long> from = new HashMap<>();
        starts = new HashMap<>();
        for (var bound : bounds.entrySet()) {
            int partition = bound.getKey();
            starts.put(partition, bound.getValue().start());
            long next = position.next(partition).orElse(bound.getValue().start());
            from.put(partition, next);
            if (next < bound.getValue().start() || next > bound.getValue().end()) {
                block(SinkProblem.RECORDS_EXPIRED,
                        "Partition " + partition + " goes on at offset " + next + " in table " + name
                                + ", but the topic holds offsets " + bound.getValue().start() + " to "
                                + bound.getValue().end() + ".");
                return;
            }
        }
        epoch = Math.max(epoch, table.epoch());
        rewritten = false;
        chain = new Chain(table.table(), table.snapshotId(), table.layout(), topicId, from);
        proposedClocks = Collections.emptySortedMap();
        try {
            rows.begin(table, topicId, from);
        } catch (RuntimeException e) {
            restart();
            throw e;
        }
        prepare();
    }

    /** Reads on once it is known which rows the table has. */
    private void prepare() {
        try {
            switch (rows.prepare()) {
                case KnownRows.Readiness.Ready ready -> goOn();
                case KnownRows.Readiness.Reading r -> state = new WorkerState.Indexing(r.filesRead(), r.files(),
                        r.rows());
            }
        } catch (RuntimeException e) {
            restart();
            throw e;
        }
    }

    /** Reads on from where the chain ends. */
    private void goOn() {
        readTo.clear();
        readTo.putAll(chain.stagedTo());
        source.seek(readTo);
        rollAt = nextTick(clock.instant());
        state = new WorkerState.Staging();
    }

    /** Something was written, or there was nothing to write: the problem is gone. */
    private void recovered() {
        pause = rules.retry();
        if (recovering.isPresent()) {
            recovering = Optional.empty();
            if (known != null) {
                control.send(new SinkEvent.Unblocked(known, worker));
            }
            LOG.info("{}: staging again", name);
        }
    }

    private void stage() {
        Instant now = clock.instant();
        resend(now);
        if (!(state instanceof WorkerState.Staging)) {
            return;
        }
        if (rewritten) {
            follow();
            if (!(state instanceof WorkerState.Staging)) {
                return;
            }
        }
        try {
            rows.tidy();
        } catch (RuntimeException e) {
            restart();
            throw e;
        }
        boolean full = chain.undecided() >= rules.mostUndecided();
        source.flow(full ? Flow.PAUSED : Flow.READING);
        Duration untilRoll = Duration.between(now, rollAt);
        SourceLog.Polled polled = source
                .poll(untilRoll.isNegative()
                        ? Duration.ZERO
                        : untilRoll.compareTo(LONGEST_POLL) < 0
                                ? untilRoll
                                : LONGEST_POLL);
        if (source.assignment() != assignment) {
            // What was polled may be another worker's by now, and what is open may overlap with what it reads.
            restart();
            return;
        }
        write(polled);
        now = clock.instant();
        if (state instanceof WorkerState.Staging && chain.undecided() < rules.mostUndecided() && isDue(now)) {
            roll(now);
            if (state instanceof WorkerState.Staging) {
                recovered();
            }
        }
    }

    private boolean isDue(Instant now) {
        if (files != null && files.bytes() >= rules.mostBytes()) {
            return true;
        }
        return !now.isBefore(rollAt)
                && (files == null || !now.isBefore(rollAt.plus(rules.patience())) || !isFarBehind());
    }

    /** Whether more than half as many records wait as the open proposal has. */
    private boolean isFarBehind() {
        return source.left() > taken / 2;
    }

    /** Takes note of where rows are after a rewrite. It need not be at once: proposals of an older layout are followed too. */
    private void follow() {
        if (landing.look() instanceof TableLook.Found found && found.state().table().equals(chain.table)) {
            TableState table = found.state();
            rewritten = false;
            if (table.layout() == chain.layout()) {
                return;
            }
            if (!table.canFollowFrom(chain.layout())) {
                restart();
                return;
            }
            try {
                rows.moved(table);
            } catch (KnownRows.RowsLostException e) {
                LOG.info("{}: {}; starting from the table", name, e.getMessage());
                restart();
                return;
            } catch (RuntimeException e) {
                restart();
                throw e;
            }
            chain.inLayout(table.layout());
        }
    }

    private void write(SourceLog.Polled polled) {
        for (var partition : polled.records().entrySet()) {
            for (ConsumerRecord<byte[], byte[]> record : partition.getValue()) {
                if (files == null) {
                    open();
                }
                Appended appended = files.append(record);
                if (appended != Appended.WRITTEN && !resolve(record, appended)) {
                    readTo.put(partition.getKey(), record.offset());
                    source.seek(readTo);
                    roll(clock.instant());
                    return;
                }
            }
            taken += partition.getValue().size();
            readTo.put(partition.getKey(), polled.next().get(partition.getKey()));
        }
        polled.next().forEach((partition, next) -> readTo.merge(partition, next, Math::max));
    }

    /** Whether the record is dealt with; if not, reading stops before it and the state says why. */
    private boolean resolve(ConsumerRecord<byte[], byte[]> record, Appended appended) {
        return switch (appended) {
            case Appended.Written w -> true;
            case Appended.NeedsSchema needs -> {
                ask(needs.schemaId());
                yield false;
            }
            case Appended.Refused refused -> switch (rules.unreadable()) {
                case LAND_AS_BYTES -> {
                    files.appendUnread(record,
                            refused.problems().stream().map(Problem::message).collect(Collectors.joining("\n")));
                    yield true;
                }
                case BLOCK -> {
                    Problem first = refused.problems().get(0);
                    block(new Problem(first.code(), first.place(), name,
                            "Partition " + record.partition() + ", offset " + record.offset() + ": "
                                    + first.message(),
                            first.remedy().isEmpty() ? first.code().remedy() : first.remedy()));
                    yield false;
                }
            };
        };
    }

    private void open() {
        openId = worker + "-" + ++proposals;
        openedAt = clock.instant();
        taken = 0;
        files = factory.open(chain.table, openId);
    }

    private void roll(Instant now) {
        rollAt = nextTick(now);
        SortedMap<Integer, OffsetRange> ranges = chain.rangesTo(readTo);
        SortedMap<Integer, Long> known = Proposal.laterClocks(files == null ? Map.of() : files.clocks(),
                clocks.at(readTo));
        if (ranges.isEmpty() && (known.isEmpty() || known.equals(proposedClocks))) {
            // A writer without a row may be of a schema that has just turned out to be too old.
            abort();
            return;
        }
        if (!source.topicId().equals(chain.topicId)) {
            // What was read may be of another topic than the table's: ids never come back, so asking now is enough.
            restart();
            return;
        }
        String id = files == null ? worker + "-" + ++proposals : openId;
        List<Integer> schemas = files == null ? List.of() : List.of(files.schemaId());
        RowFiles.Closed closed = files == null ? RowFiles.Closed.NOTHING : files.close();
        Proposal proposal = new Proposal(id, worker, chain.predecessor(), chain.layout(), chain.topicId, ranges,
                schemas,
                closed.files(), closed.deletes(), known, files == null ? now : openedAt);
        files = null;
        proposedClocks = known;
        chain.proposed(proposal, now);
        rows.proposed(proposal);
        control.send(new SinkEvent.FilesStaged(chain.table, proposal));
    }

    private void resend(Instant now) {
        List<Proposal> again = chain.unanswered(rules.resend(), now);
        if (again.isEmpty()) {
            return;
        }
        // Nobody answers: perhaps the table is gone, and the committer that now serves it hears nothing of ours.
        switch (landing.look()) {
            case TableLook.Unusable unusable -> {
                roll(now);
                block(unusable.problem());
            }
            case TableLook.Found found -> {
                if (!found.state().table().equals(chain.table)) {
                    restart();
                } else {
                    again.forEach(p -> control.send(new SinkEvent.FilesStaged(chain.table, p)));
                }
            }
        }
    }

    private void ask(int schemaId) {
        if (evolvedFor.equals(OptionalInt.of(schemaId))) {
            // The committer has said that the table holds it, and it does not: asking at once again would never end.
            evolvedFor = OptionalInt.empty();
            block(SinkProblem.SCHEMA_NOT_EVOLVED, "Records bring columns that table " + name
                    + " lacks, and its committer, asked for them, has answered that they are there.");
            return;
        }
        control.send(new SinkEvent.SchemaNeeded(chain.table, worker, schemaId));
        state = new WorkerState.AwaitingSchema(schemaId, clock.instant());
    }

    private void await(WorkerState.AwaitingSchema awaiting) {
        keepMembership();
        if (state instanceof WorkerState.AwaitingSchema
                && !clock.instant().isBefore(awaiting.askedAt().plus(rules.resend()))) {
            // The answer may be lost, or someone else has changed the table: reading on will tell.
            goOn();
        }
    }

    private void blocked(WorkerState.Blocked blocked) {
        keepMembership();
        Instant now = clock.instant();
        if (!(state instanceof WorkerState.Blocked)) {
            return;
        }
        remind(blocked, now);
        if (now.isBefore(blocked.retryAt())) {
            return;
        }
        if (chain == null) {
            start();
        } else {
            switch (landing.look()) {
                case TableLook.Unusable unusable -> block(unusable.problem());
                case TableLook.Found found -> {
                    if (found.state().table().equals(chain.table)) {
                        prepare();
                    } else {
                        restart();
                    }
                }
            }
        }
    }

    private void keepMembership() {
        source.flow(Flow.PAUSED);
        source.poll(LONGEST_POLL);
        if (source.assignment() != assignment) {
            restart();
        }
    }

    private void answers() {
        for (SinkEvent.Answer answer = inbox.poll(); answer != null; answer = inbox.poll()) {
            if (chain == null || !answer.table().equals(chain.table) || answer.epoch() < epoch) {
                continue;
            }
            epoch = answer.epoch();
            switch (answer) {
                case SinkEvent.Committed committed -> {
                    if (chain.committed(committed.proposals())) {
                        committed(committed);
                        source.report(committed.position().next());
                    }
                }
                case SinkEvent.Rejected rejected -> rejected(rejected);
                case SinkEvent.Rewritten done -> rewritten |= done.layout() > chain.layout();
                case SinkEvent.RewriteRefused refused -> {}
                case SinkEvent.SchemaEvolved evolved -> {
                    if (isAwaited(evolved.schemaId())) {
                        evolvedFor = OptionalInt.of(evolved.schemaId());
                        goOn();
                    }
                }
                case SinkEvent.SchemaRefused refused -> {
                    if (isAwaited(refused.schemaId())) {
                        goOn();
                    }
                }
            }
        }
    }

    private void committed(SinkEvent.Committed committed) {
        try {
            rows.committed(committed.proposals(), committed.snapshotId(), committed.position());
        } catch (RuntimeException e) {
            restart();
            throw e;
        }
    }

    private void rejected(SinkEvent.Rejected rejected) {
        if (!chain.rejected(rejected.proposal(), rejected.snapshotId(), rejected.position(), starts)) {
            return;
        }
        LOG.info("{}: proposal {} was rejected ({}), going on from the accepted position", name, rejected.proposal(),
                rejected.reason());
        abort();
        if (rows.beginsAnewWhenRejected()) {
            restart();
            return;
        }
        switch (rejected.reason()) {
            case RANGE, PREDECESSOR -> {
                readTo.clear();
                readTo.putAll(chain.stagedTo());
                source.seek(readTo);
            }
            case LAYOUT, TOPIC, SCHEMA, AGE, FILES -> restart();
        }
    }

    private boolean isAwaited(int schemaId) {
        return state instanceof WorkerState.AwaitingSchema awaiting && awaiting.schemaId() == schemaId;
    }

    /** Forgets everything and starts from the table. */
    private void restart() {
        abort();
        chain = null;
        evolvedFor = OptionalInt.empty();
        state = new WorkerState.Starting();
    }

    private void block(SinkProblem code, String message) {
        block(Problem.of(code, name, message == null ? code.meaning() : message).withRemedy(code.remedy()));
    }

    private void block(Problem problem) {
        Instant now = clock.instant();
        boolean same = recovering.filter(b -> b.problem().code() == problem.code()).isPresent();
        Instant since = recovering.map(WorkerState.Blocked::since).orElse(now);
        var blocked = new WorkerState.Blocked(problem, since, now.plus(pause));
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(rules.longestRetry()) < 0 ? longer : rules.longestRetry();
        recovering = Optional.of(blocked);
        state = blocked;
        if (!same) {
            LOG.warn("{}", problem.toText("blocked"));
            reminded = Instant.MIN;
        }
        remind(blocked, now);
    }

    private void remind(WorkerState.Blocked blocked, Instant now) {
        if (known != null && (reminded.equals(Instant.MIN) || !now.isBefore(reminded.plus(REMIND)))) {
            reminded = now;
            Problem p = blocked.problem();
            control.send(new SinkEvent.Blocked(known, worker, p.code().name(), p.message(), p.remedy(),
                    blocked.since()));
        }
    }

    /** The next multiple of the interval, so that the proposals of a table's workers come together. */
    private Instant nextTick(Instant now) {
        long interval = Math.max(1, rules.interval().toMillis());
        return Instant.ofEpochMilli((now.toEpochMilli() / interval + 1) * interval);
    }
}

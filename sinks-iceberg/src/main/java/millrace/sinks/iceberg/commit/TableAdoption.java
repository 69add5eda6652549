package millrace.sinks.iceberg.commit;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes a blocked table go on from what it holds and what its topic holds now, at a person's word: with a recreated topic
 * from its start, after a rollback from where the table now ends (the rows behind it are landed again), after a gap
 * from the first record that is left. A change of the table like any other: fenced, and under a new epoch and a new
 * layout, so that whatever was in flight is refused and committers at work take over anew.
 */
public final class TableAdoption implements AutoCloseable {
    private static final int MOST_ATTEMPTS = 10;
    private static final Closeable NOTHING = () -> {
    };

    private final IcebergTables tables;
    private final TableSpec spec;
    private final Admin admin;
    private final Closeable own;

    private TableAdoption(IcebergTables tables, TableSpec spec, Admin admin, Closeable own) {
        this.tables = tables;
        this.spec = spec;
        this.admin = admin;
        this.own = own;
    }

    /**
     * On a catalog of its own, opened by Iceberg's properties and closed with this.
     *
     * @param admin stays the caller's to close
     */
    public static TableAdoption open(Map<String, String> catalogProperties, TableSpec spec, Admin admin) {
        Catalog catalog = Catalogs.open(catalogProperties);
        return new TableAdoption(new IcebergTables(catalog), spec, admin,
                catalog instanceof Closeable closeable ? closeable : NOTHING);
    }

    /** @param tables and {@code admin} stay the caller's to close */
    public static TableAdoption of(IcebergTables tables, TableSpec spec, Admin admin) {
        return new TableAdoption(tables, spec, admin, NOTHING);
    }

    /**
     * Where landing would go on. Changes nothing.
     *
     * @throws ProblemException if the table or its topic is missing, or the table keeps changes in the order of another
     *         topic's offsets
     */
    public Plan plan() {
        Table table = tables.load(spec).orElseThrow(() -> new ProblemException(Problem
                .of(SinkProblem.TABLE_MISSING, spec.qualifiedName(), SinkProblem.TABLE_MISSING.meaning())));
        MarkedTable.missing(table).ifPresent(problem -> {
            throw new ProblemException(problem);
        });
        Topic topic = topic();
        SourcePosition held = MarkedTable.byAncestry(table).mark().map(CommitMark::position)
                .orElse(SourcePosition.start(""));
        if (MarkedTable.look(table) instanceof TableLook.Found found && found.state().mark().isPresent()) {
            held = found.state().mark().get().position();
        }
        if (!held.topicId().equals(topic.id())) {
            TableCutOver.branchFedBy(table, spec.topic(), topic.id()).ifPresent(branch -> {
                throw new ProblemException(Problem.of(SinkProblem.CUT_OVER_AWAITED, spec.qualifiedName(),
                        "The topic feeds the branch " + branch + ", which is to take the table's place.")
                        .withRemedy(SinkProblem.CUT_OVER_AWAITED.remedy()));
            });
            if (spec.layout() == TableSpec.Layout.CHANGELOG && !held.topicId().isEmpty()) {
                throw new ProblemException(Problem.of(SinkProblem.OFFSETS_START_OVER, spec.qualifiedName(),
                        "The table holds changes from the topic of id " + held.topicId() + ", and " + spec.topic()
                                + " has id " + topic.id() + ". " + SinkProblem.OFFSETS_START_OVER.meaning())
                        .withRemedy(SinkProblem.OFFSETS_START_OVER.remedy()));
            }
            return new Plan(held, SourcePosition.start(topic.id()));
        }
        var goOn = new TreeMap<>(held.next());
        goOn.replaceAll((partition, offset) -> Math.max(offset, topic.starts().getOrDefault(partition, offset)));
        goOn.replaceAll((partition, offset) -> Math.min(offset, topic.ends().getOrDefault(partition, offset)));
        return new Plan(held, new SourcePosition(topic.id(), goOn));
    }

    /**
     * Does what {@link #plan} says; begins anew where a committer at work was first, which may claim the table at any
     * time.
     *
     * @return the position that landing goes on from
     * @throws RuntimeException what the catalog throws; nothing has changed then, or, if the reply was lost, all of it:
     *         doing it again is safe
     */
    public SourcePosition execute() {
        for (int attempt = 1;; attempt++) {
            try {
                return attempt();
            } catch (ValidationException | CommitFailedException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private SourcePosition attempt() {
        Plan plan = plan();
        Table table = tables.load(spec).orElseThrow();
        TableState ancestry = MarkedTable.byAncestry(table);
        CommitMark before = MarkedTable.inProperty(table, spec.branch()).or(ancestry::mark)
                .orElse(new CommitMark("", 0, 0, SourcePosition.start(""), new ControlPosition("", 0),
                        Collections.emptySortedMap(), Collections.emptySortedMap()));
        // After a rollback the property claims more than the table holds.
        boolean rolledBack = MarkedTable.look(table) instanceof TableLook.Unusable;
        CommitMark held = rolledBack ? ancestry.mark().orElse(before) : before;
        boolean sameTopic = held.position().topicId().equals(plan.goOnFrom().topicId());
        // Someone may have moved the table to a branch whose committers have come further.
        long epoch = Math.max(before.epoch(), ancestry.epoch());
        long layout = Math.max(before.layout(), ancestry.layout());
        CommitMark mark = new CommitMark(UUID.randomUUID().toString(), epoch + 1, layout + 1,
                plan.goOnFrom(), before.control(), Collections.emptySortedMap(),
                sameTopic && !(rolledBack && ancestry.mark().isEmpty()) ? held.clocks() : Collections.emptySortedMap());
        Transaction transaction = table.newTransaction();
        AppendFiles append = transaction.newAppend().toBranch(spec.branch())
                .validateWith(new MarkValidator(ancestry, mark, transaction::table, spec.branch(),
                        MarkedTable.inProperty(table, spec.branch()).map(CommitMark::commitId),
                        ForeignRows.DO_NOT_MATTER));
        mark.toSummary().forEach(append::set);
        append.commit();
        transaction.updateProperties()
                .set(MarkedTable.property(spec.branch()), MarkedTable.property(spec.branch(),
                        transaction.table().snapshot(spec.branch()), mark))
                .commit();
        transaction.commitTransaction();
        return plan.goOnFrom();
    }

    @Override
    public void close() {
        try {
            own.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Topic topic() {
        try {
            TopicDescription described = admin.describeTopics(List.of(spec.topic())).allTopicNames().get()
                    .get(spec.topic());
            List<TopicPartition> partitions = described.partitions().stream()
                    .map(p -> new TopicPartition(spec.topic(), p.partition())).toList();
            return new Topic(described.topicId().toString(), offsets(partitions, OffsetSpec.earliest()),
                    offsets(partitions, OffsetSpec.latest()));
        } catch (InterruptedException e) {
            throw new org.apache.kafka.common.errors.InterruptException(e);
        } catch (ExecutionException e) {
            SinkProblem code = e.getCause() instanceof UnknownTopicOrPartitionException
                    ? SinkProblem.TOPIC_MISSING
                    : SinkProblem.BROKER_UNAVAILABLE;
            throw new ProblemException(
                    Problem.of(code, spec.topic(), String.valueOf(e.getCause().getMessage()))
                            .withRemedy(code.remedy()));
        }
    }

    private Map<Integer, Long> offsets(List<TopicPartition> partitions, OffsetSpec which)
            throws InterruptedException, ExecutionException {
        Map<Integer, Long> offsets = new HashMap<>();
        admin.listOffsets(partitions.stream().collect(Collectors.toMap(tp -> tp, tp -> which))).all().get()
                .forEach((tp, result) -> offsets.put(tp.partition(), result.offset()));
        return offsets;
    }

    /**
     * @param held where the table ends
     * @param goOnFrom where landing goes on; what lies between is missing from the table, or of another topic
     */
    public record Plan(SourcePosition held, SourcePosition goOnFrom) {}

    private record Topic(String id, Map<Integer, Long> starts, Map<Integer, Long> ends) {}
}

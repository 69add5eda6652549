package millrace.ops.replay;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import millrace.replay.publish.Rivals;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.ops.deploy.Arrangement;
import millrace.ops.deploy.Deployed;
import millrace.ops.deploy.DeployedJournal;
import millrace.ops.deploy.DeployedPipelines;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.Revisions;
import millrace.ops.problem.OpsProblem;
import millrace.ops.query.TableComparison;
import millrace.ops.run.Connections;
import millrace.replay.facts.PartitionBytes;
import millrace.replay.facts.TopicFactsReader;
import millrace.replay.facts.TopicFactsReader.Bronze;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayJournal;
import millrace.replay.plan.Edge;
import millrace.replay.plan.Estimate;
import millrace.replay.plan.PlanRequest;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlanner;
import millrace.replay.plan.TopicFacts;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.run.BronzeArchive;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.audit.AuditEntry;
import millrace.sinks.iceberg.audit.AuditTable;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.read.RangeFiles;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.topology.assemble.Pipeline;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.plan.Plan;
import millrace.topology.reach.Exchanges;
import millrace.topology.run.KafkaTopics;
import millrace.topology.run.Reading;
import millrace.topology.run.RunSettings;
import millrace.topology.run.Topics;
import org.apache.kafka.clients.admin.Admin;

/** The replays of one pipeline, from a process beside those that run it. */
public final class Replays implements AutoCloseable {
    /** What the pipeline's folder says. */
    private final Deployment folder;
    /** What runs. */
    private final Deployment live;
    private final Optional<Deployed> runs;
    private final Connections connections;
    private final Path data;
    private final Clock clock;
    private final ConfluentRegistry registry;
    private final Topics topics;
    private final ReplayJournal journal;
    private final Histories histories;
    private final List<Workplace> workplaces = new ArrayList<>();
    private final List<BronzeArchive> archives = new ArrayList<>();

    /** @param data folder, where the state of replays lies while they run */
    public Replays(Deployment folder, Connections connections, Path data, Clock clock) {
        this.folder = folder;
        this.connections = connections;
        this.data = data;
        this.clock = clock;
        registry = new ConfluentRegistry(connections.registryUrl(), connections.registry());
        topics = new KafkaTopics(connections.runSettings(data));
        runs = deployed().find(folder.name());
        live = runs.map(r -> Arrangement.asFarAsKnown(folder, r)).orElse(folder);
        histories = new Histories(live, connections.catalog(), registry, topics);
        journal = new ReplayJournal(topics, connections.kafkaClient(), live.name());
    }

    /** What runs. */
    public Deployment live() {
        return live;
    }

    /** What runs, as it is written down; absent if nothing ever ran. */
    public Optional<Deployed> runs() {
        return runs;
    }

    /** What the pipeline's replays have come to. */
    public ReplayJournal journal() {
        return journal;
    }

    /**
     * Plans one.
     *
     * @param replayed the pipeline with the text that it is to be replayed with
     * @param sample partitions to be tried; empty for all
     * @throws ProblemException if it cannot be done
     */
    public ReplayPlan plan(Deployment replayed, Set<String> models, Optional<Edge> from, Optional<Edge> to,
            SortedSet<Integer> sample) {
        Map<String, TableSpec> now = tables(live);
        Map<String, TableSpec> then = tables(replayed);
        TreeSet<String> written = new TreeSet<>(models);
        written.retainAll(then.keySet());
        TableFit.requireSame(written, now, then);
        if (!revision(replayed).equals(revision(live))) {
            requireReadable(replayed);
        }
        try (TableCatalog catalog = TableCatalog.open(connections.catalog())) {
            PlanRequest request = new PlanRequest(replayed.pipeline(), revision(replayed), written,
                    from, to, sample, List.of(), clock.instant(), new Arrivals(live, connections.catalog()),
                    state -> completeThrough(catalog, state));
            ReplayPlan plan = ReplayPlanner.plan(request, facts(replayed, written, catalog));
            histories.requireAlike(plan, replayed);
            return plan;
        }
    }

    /** Plans one of all partitions under a name that none has that has ended. */
    public ReplayPlan planAnew(Deployment replayed, Set<String> models, Optional<Edge> from, Optional<Edge> to) {
        return unlikeEnded(plan(replayed, models, from, to, new TreeSet<>()));
    }

    /**
     * Plans to compute the whole history of models, so that it takes the place of what runs. Some may have no table yet.
     *
     * @throws ProblemException if it cannot be done, or a table cannot go on with what a model gives then
     */
    public ReplayPlan planOfHistory(Deployment wanted, Set<String> models) {
        TableFit.require(models, tables(live), tables(wanted));
        if (!revision(wanted).equals(revision(live))) {
            requireReadable(wanted);
        }
        try (TableCatalog catalog = TableCatalog.open(connections.catalog())) {
            PlanRequest request = new PlanRequest(wanted.pipeline(), revision(wanted), new TreeSet<>(models),
                    Optional.empty(), Optional.empty(), clock.instant(), new Arrivals(live, connections.catalog()),
                    state -> completeThrough(catalog, state));
            return unlikeEnded(ReplayPlanner.plan(request, facts(wanted, request.models(), catalog)));
        }
    }

    /** The same, or under another name if one of its name has ended. */
    ReplayPlan unlikeEnded(ReplayPlan planned) {
        ReplayPlan plan = planned;
        Set<String> taken = journal.all().stream().filter(e -> e.status() != ReplayEntry.Status.STARTED
                && e.status() != ReplayEntry.Status.PAUSED && e.status() != ReplayEntry.Status.FINISHED)
                .map(e -> e.plan().id()).collect(Collectors.toSet());
        while (taken.contains(plan.id())) {
            plan = plan.another();
        }
        return plan;
    }

    /** Plans that take late records in; as long as this is open. */
    public LatePlans late() {
        return new LatePlans(this, live, tables(live).keySet(), connections, topics, clock);
    }

    /** Takes away what those have left that come to their end by themselves, should somebody have died over it. */
    public void clearOver() {
        // Never what gives models out, as a whole history does that has taken the place of another.
        List<ReplayPlan> over = journal.all().stream().filter(e -> e.plan().kind() instanceof Kind.Bounded)
                .filter(e -> !e.plan().amends().isEmpty()
                        || e.reason().filter(r -> r.startsWith("schedule ")).isPresent())
                .filter(e -> e.status() == ReplayEntry.Status.PUBLISHED || e.status() == ReplayEntry.Status.CANCELLED)
                .map(ReplayEntry::plan).toList();
        Set<String> there = topics.describe(over.stream().map(p -> TaskWatermark.topicOf(p.application())).toList())
                .keySet();
        over.stream().filter(p -> there.contains(TaskWatermark.topicOf(p.application()))).forEach(this::clear);
    }

    /** Replays that are to take late records in, and have not come to their end; the oldest first. */
    public List<ReplayEntry> amending() {
        return begun().stream().filter(e -> !e.plan().amends().isEmpty()).toList();
    }

    /** Replays that have not come to their end; the oldest first. */
    public List<ReplayEntry> begun() {
        return journal.all().stream().filter(e -> switch (e.status()) {
            case STARTED, PAUSED, FINISHED, PUBLISHING -> true;
            case CANCELLED, PUBLISHED, ROLLING_BACK, ROLLED_BACK -> false;
        }).toList();
    }

    /** Whether what it gives can still take the place of what is there: nothing else was taken in or deployed meanwhile. */
    public boolean holds(ReplayPlan plan) {
        return isOfText(plan, live) && Rivals.ofPublication(plan, admitted().all(), journal.all()).isEmpty();
    }

    /** @throws ProblemException if a replay would undo what another one has done, or is about to */
    private void requireUnrivalled(ReplayPlan plan) {
        Rivals.ofPublication(plan, admitted().all(), journal.all()).ifPresent(p -> {
            throw new ProblemException(p);
        });
    }

    /**
     * Writes down that a replay is about to take the place of what is there, or gives way to another one.
     *
     * @param from what it was, {@code publishing} what it is then
     * @throws ProblemException if it would undo what another one does; it is what it was then
     */
    public ReplayEntry beginPublishing(ReplayEntry from, ReplayEntry publishing) {
        requireUnrivalled(from.plan());
        write(from, publishing);
        requireUnrivalled(publishing, from);
        return publishing;
    }

    /**
     * To be asked behind that something is written down.
     *
     * @param otherwise what a replay is again if it would undo what another one does
     * @throws ProblemException if it would
     */
    public void requireUnrivalled(ReplayEntry publishing, ReplayEntry otherwise) {
        try {
            requireUnrivalled(publishing.plan());
        } catch (ProblemException e) {
            write(publishing, otherwise);
            throw e;
        }
    }

    /** @throws ProblemException if something else was deployed since this was made */
    public void requireStillDeployed() {
        Optional<Deployed> now = deployed().find(folder.name());
        if (!now.map(Deployed::files).equals(runs.map(Deployed::files))) {
            throw new ProblemException(Problem.of(OpsProblem.DEPLOYED_MEANWHILE, folder.name(),
                    "Another text of " + folder.name() + " was deployed meanwhile"
                            + now.map(d -> ", by " + d.by() + " at " + d.at()).orElse("") + ".")
                    .withRemedy(OpsProblem.DEPLOYED_MEANWHILE.remedy()));
        }
    }

    /** @throws ProblemException if a later one would go with it */
    public void requireLast(ReplayEntry entry) {
        Rivals.ofRollback(entry, journal.all()).ifPresent(p -> {
            throw new ProblemException(p);
        });
    }

    /** @throws ProblemException if bronze cannot give back what a plan of what runs reads from it */
    void requireAlike(ReplayPlan plan) {
        histories.requireAlike(plan, live);
    }

    private AdmittedRecords admitted() {
        return new AdmittedRecords(topics, connections.kafkaClient(), live.name());
    }

    /** What the pipelines of the cluster run by. */
    public DeployedPipelines deployed() {
        return new DeployedPipelines(topics, connections.kafkaClient());
    }

    static String revision(Deployment deployment) {
        return Revisions.together(deployment);
    }

    /** What the tables have of what a plan writes anew. */
    public List<Estimate.Share> shares(ReplayPlan plan) {
        Optional<Instant> from = plan.kind() instanceof Kind.Bounded b ? b.from() : Optional.empty();
        Optional<Instant> to = plan.kind() instanceof Kind.Bounded b ? b.to() : Optional.empty();
        List<Estimate.Share> shares = new ArrayList<>();
        try (TableCatalog catalog = TableCatalog.open(connections.catalog())) {
            Map<String, TableSpec> tables = tables(live);
            for (ReplayPlan.Written written : plan.models()) {
                if (tables.containsKey(written.model())) {
                    String name = tables.get(written.model()).qualifiedName();
                    RangeFiles files = catalog.range(name, written.column(), from, to)
                            .orElse(new RangeFiles(0, 0, 0, 0));
                    shares.add(new Estimate.Share(written.model(), name, files.files(), files.partly(), files.rows(),
                            files.bytes()));
                }
            }
        }
        return shares;
    }

    /** The tables of the pipeline's models, by model. */
    private static Map<String, TableSpec> tables(Deployment deployment) {
        Map<String, TableSpec> tables = new HashMap<>();
        deployment.tables().stream().filter(t -> t.kind() == DeployedTable.Kind.MODEL)
                .forEach(t -> tables.put(t.source(), t.spec()));
        return tables;
    }

    /**
     * Runs one in this process, beside whichever others do; to be closed before this is.
     *
     * @param replayed the pipeline with the text that it was planned with
     */
    public ReplayRun run(ReplayEntry entry, Deployment replayed, int threads) {
        Workplace workplace = Workplace.in(folder(entry.plan()));
        workplaces.add(workplace);
        BronzeArchive archive = histories.archive(entry.plan(), replayed);
        archives.add(archive);
        SinkConfig sink = SinkConfig.of(entry.plan().application(), connections.kafkaClient()).withIndexes(
                new SinkConfig.Indexes(workplace.folder().resolve("indexes"), connections.stateMemory()));
        RunSettings stream = connections.runSettings(workplace.folder()).withThreads(threads)
                .withReading(new Reading(Map.of(), entry.mostPerSecond(), archive));
        return ReplayRun.start(entry.plan(), numbered(replayed), landed(entry.plan(), replayed),
                new ReplayRun.Setting(stream, sink, connections.catalog(), registry,
                        new CalcCompiler(replayed.functions())::compile, clock));
    }

    /** With the numbers that its contracts have, or will have when it runs. */
    private Pipeline numbered(Deployment replayed) {
        return runs.map(r -> replayed.pipeline()
                .numbered(r.next(replayed.deployed(clock.instant()), Map.of()).numbers()))
                .orElse(replayed.pipeline());
    }

    /**
     * The tables that a replay writes branches of, each fed by the replay's own topic: those of the models, and if everything
     * is replayed, what lies beside them. What the pipeline that runs does not have has nothing to be compared with.
     */
    private List<TableSpec> landed(ReplayPlan plan, Deployment replayed) {
        Set<String> there = live.tables().stream().map(DeployedTable::name).collect(Collectors.toSet());
        Map<String, String> placed = new HashMap<>();
        plan.models().forEach(m -> placed.put(m.model(), plan.application()));
        return replayed.placed(placed).tables().stream().filter(t -> placed.containsKey(t.source()))
                .filter(t -> switch (t.kind()) {
                    case BRONZE -> false;
                    case MODEL -> true;
                    case LATE, QUARANTINE -> plan.kind() instanceof Kind.Whole && plan.sample().isEmpty();
                }).filter(t -> there.contains(t.name())).map(DeployedTable::spec)
                // A model that is new has a table once the pipeline lands it, and no branch of it.
                .filter(t -> plan.kind() instanceof Kind.Bounded
                        || TableBranches.of(connections.catalog(), t.qualifiedName()).isPresent())
                .toList();
    }

    /**
     * How the history that a replay has computed takes the place of what runs.
     *
     * @param wanted the pipeline with the text that it was planned with
     */
    public CutOver cutOver(ReplayPlan plan, Deployment wanted) {
        return new CutOver(plan, runs.orElseThrow(), wanted, landed(plan, wanted), connections, topics,
                () -> requireUnrivalled(plan), () -> admitted().admit(plan.amends()), clock);
    }

    /**
     * Lets what runs go on by another text; the processes that run it take it up.
     *
     * @throws ProblemException if somebody has deployed something else meanwhile
     */
    public void deploy(Deployment wanted) {
        try (DeployedJournal deployed = new DeployedJournal(topics, connections.kafkaClient(), wanted.name())) {
            Deployed now = deployed.read().orElseThrow();
            CutOver.requireAsPlanned(now, runs.orElseThrow(), wanted);
            deployed.write(now.next(wanted.deployed(clock.instant()), Map.of()));
        }
    }

    /** Takes away what is left of histories that others have taken the place of since. */
    public void clearRetired() {
        Set<String> used = Set.copyOf(deployed().find(folder.name()).orElseThrow().applications().values());
        Set<String> there = Set.copyOf(topics.describe(journal.all().stream()
                .map(e -> TaskWatermark.topicOf(e.plan().application())).toList()).keySet());
        for (ReplayEntry entry : journal.all()) {
            if (entry.status() == ReplayEntry.Status.PUBLISHED && entry.plan().kind() instanceof Kind.Whole
                    && !used.contains(entry.plan().application())
                    && there.contains(TaskWatermark.topicOf(entry.plan().application()))) {
                clear(entry.plan());
            }
        }
    }

    /**
     * To be asked before it is written down that one runs.
     *
     * @throws ProblemException if the text is not the one that it was planned with
     */
    public static void requireSameText(ReplayPlan plan, Deployment replayed) {
        if (!plan.revision().equals(revision(replayed))) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_TEXT_CHANGED, plan.id(),
                    "The contracts or models are not those that replay " + plan.id() + " was planned with.")
                    .withRemedy(ReplayProblem.REPLAY_TEXT_CHANGED.remedy()));
        }
    }

    /** How far one has come, whoever runs it. */
    public ReplayProgress progress(ReplayPlan plan, Deployment replayed) {
        return new ReplayProgress(plan, ReplayRun.pipeline(plan, replayed.pipeline()), topics);
    }

    /**
     * How the branches differ from the tables, in the range of the replay.
     *
     * @param samples at most so many of each kind of difference
     * @throws ProblemException if a branch is not there, or cannot be read here
     */
    public List<BranchDifference> differences(ReplayPlan plan, Deployment replayed, int samples) {
        List<BranchDifference> differences = new ArrayList<>();
        try (TableCatalog catalog = TableCatalog.open(connections.catalog())) {
            for (ReplayPlan.Written written : plan.models()) {
                TableSpec spec = tables(live).get(written.model());
                if (spec != null) {
                    String branch = spec.onBranch(plan.branch()).qualifiedName();
                    if (catalog.table(branch).isEmpty()) {
                        throw new ProblemException(Problem.of(ReplayProblem.REPLAY_UNKNOWN, branch,
                                "There is no branch " + branch + ".")
                                .withRemedy(ReplayProblem.REPLAY_UNKNOWN.remedy()));
                    }
                    differences.add(new BranchDifference(spec.qualifiedName(), branch,
                            TableComparison.of(catalog, spec.qualifiedName(), branch, stretch(plan, written),
                                    key(spec, written, replayed), samples)));
                }
            }
        }
        return differences;
    }

    /**
     * How what it has given takes the place of what the tables have.
     *
     * @throws ProblemException if it is no replay of a range
     */
    public Publications publications(ReplayEntry entry) {
        return new Publications(entry, live.pipeline(), tables(live), connections,
                () -> progressOfLive(entry.plan()), admitted(), clock);
    }

    private LiveProgress progressOfLive(ReplayPlan plan) {
        List<Plan> plans = live.pipeline().models().stream().map(Pipeline.PlannedModel::plan).toList();
        Map<String, TableSpec> tables = tables(live);
        Set<String> models = plan.models().stream().map(ReplayPlan.Written::model).filter(tables::containsKey)
                .collect(Collectors.toSet());
        Passage passage = new Passage(
                models.stream().map(m -> live.applications().getOrDefault(m, live.name())).distinct().toList(),
                Exchanges.before(models, plans), models.stream().map(m -> tables.get(m).topic()).toList(), topics,
                connections.kafkaClient());
        return new LiveProgress(plan, passage, new Arrivals(live, connections.catalog()), topics);
    }

    /** Writes down what someone has let a replay come to: in the journal, and in the audit of the catalog. */
    public void write(ReplayEntry entry) {
        journal.write(entry);
        String action = entry.status().name().toLowerCase(Locale.ROOT);
        AuditTable.add(connections.catalog(), new AuditEntry(entry.plan().id() + "-" + action + "-"
                + entry.at().toEpochMilli(), entry.at(), entry.by(), live.name(), action, entry.plan().id(),
                Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), ReplayAudit.offsets(entry.plan()),
                entry.plan().revision(), entry.reason()));
    }

    /**
     * Writes down what someone has let a replay come to, unless somebody else has been quicker.
     *
     * @param from what it was
     * @param next what it is now
     * @return the same
     * @throws ProblemException if somebody has changed that meanwhile
     */
    public ReplayEntry write(ReplayEntry from, ReplayEntry next) {
        Optional<ReplayEntry> now = journal.find(from.plan().id());
        if (now.isPresent() && !now.get().equals(from)) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_MOVED_ON, from.plan().id(), "Replay "
                    + from.plan().id() + " is " + now.get().words() + " meanwhile, by "
                    + now.get().by() + ".").withRemedy(ReplayProblem.REPLAY_MOVED_ON.remedy()));
        }
        write(next);
        return next;
    }

    /**
     * The gate before a replay takes the place of anything.
     *
     * @throws ProblemException if rows that it has computed break what they promise
     */
    public void requireTested(ReplayPlan plan, ReplayProgress progress) {
        long failed = progress.look().refusedRows();
        if (failed > 0) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_GATE, plan.id(),
                    failed + " computed rows of replay " + plan.id() + " have failed and are in its quarantine.")
                    .withRemedy(ReplayProblem.REPLAY_GATE.remedy()));
        }
    }

    /** Whether it was planned with the very text that a deployment has. */
    public static boolean isOfText(ReplayPlan plan, Deployment wanted) {
        return plan.revision().equals(revision(wanted));
    }

    /** Whether what runs has the very text that one was planned with. */
    public boolean isOfRunningText(ReplayPlan plan) {
        return isOfText(plan, live);
    }

    /** Whether the pipeline's folder has the very text that one was planned with. */
    public boolean isOfLiveText(ReplayPlan plan) {
        return plan.revision().equals(revision(folder));
    }

    private static Optional<TableComparison.Stretch> stretch(ReplayPlan plan, ReplayPlan.Written written) {
        return plan.kind() instanceof Kind.Bounded b
                ? Optional.of(new TableComparison.Stretch(written.column().orElseThrow(), b.from(), b.to()))
                : Optional.empty();
    }

    /** Rows that stay have a key too, if their author says so. */
    private static List<String> key(TableSpec spec, ReplayPlan.Written written, Deployment replayed) {
        return spec.key().isEmpty()
                ? replayed.pipeline().models().stream().filter(m -> m.name().equals(written.model()))
                        .flatMap(m -> m.config().rowKey().stream()).toList()
                : spec.key();
    }

    /**
     * Takes everything away that one has made: topics, consumer groups, subjects, branches and local state. Doing it again
     * does no harm.
     *
     * @throws ProblemException if it still runs somewhere
     */
    public void clear(ReplayPlan plan) {
        try (Admin admin = Admin.create(connections.kafkaClient())) {
            new Leftovers(plan, admin, registry, connections.catalog()).clear(branched(plan), folder(plan));
        }
    }

    /** Takes the branches away, whose rows are the tables' own, and what a process has kept beside them. */
    public void clearBranches(ReplayPlan plan) {
        for (String table : branched(plan)) {
            if (TableBranches.find(connections.catalog(), table, plan.branch()).isPresent()) {
                TableBranches.drop(connections.catalog(), table, plan.branch());
            }
        }
    }

    private List<String> branched(ReplayPlan plan) {
        Set<String> models = plan.models().stream().map(ReplayPlan.Written::model).collect(Collectors.toSet());
        Set<String> tables = new TreeSet<>(models); // a table is called as its model
        Stream.of(live, folder).flatMap(d -> d.tables().stream()).filter(t -> models.contains(t.source()))
                .forEach(t -> tables.add(t.name()));
        return List.copyOf(tables);
    }

    private Path folder(ReplayPlan plan) {
        return data.resolve("replays").resolve(plan.id());
    }

    Map<String, TopicFacts> facts(Deployment replayed, Set<String> models, TableCatalog catalog) {
        List<Contract> contracts = replayed.pipeline().only(models).contracts();
        Map<String, Bronze> bronze = new HashMap<>();
        contracts.forEach(c -> live.bronzeOf(c.name())
                .ifPresent(table -> bronze.put(c.name(), histories.bronze(table, catalog))));
        try (Admin admin = Admin.create(connections.kafkaClient())) {
            Map<String, TopicFacts> facts = new TopicFactsReader(topics,
                    PartitionBytes.of(admin, contracts.stream().map(Contract::topic).toList()))
                    .read(live.name(), contracts, bronze);
            facts.replaceAll((contract, of) -> tellsTimeAlike(replayed, contract) ? of : of.withoutClocks());
            return facts;
        }
    }

    /** A clock follows from which records are taken, which a refused one is not, and from where their time is read. */
    private boolean tellsTimeAlike(Deployment replayed, String contract) {
        return live.pipeline().contract(contract).map(Replays::decidesClocks)
                .equals(replayed.pipeline().contract(contract).map(Replays::decidesClocks));
    }

    private static List<Object> decidesClocks(Contract contract) {
        return List.of(contract.kind(), contract.format(), contract.columns(), contract.key(), contract.eventTime()
                .map(e -> List.of(e.column(), e.disorder(), e.maxAhead())));
    }

    private Optional<Instant> completeThrough(TableCatalog catalog, Edge.State state) {
        Optional<Instant> ofRef = TableBranches.find(connections.catalog(), state.table(), state.ref())
                .flatMap(TableBranches.Ref::completeThrough);
        return ofRef.or(() -> catalog.snapshots(state.table()).stream()
                .filter(s -> Long.toString(s.id()).equals(state.ref())).findFirst()
                .map(s -> s.summary().get(CommitMark.COMPLETE_THROUGH)).map(Instant::parse));
    }

    /** Of contracts that are replayed with another text than the one that runs. */
    private void requireReadable(Deployment replayed) {
        List<Problem> problems = new ArrayList<>();
        for (Contract contract : replayed.pipeline().contracts()) {
            String subject = Pipeline.subjectOf(contract.topic());
            if (contract.format() == Contract.WireFormat.AVRO && registry.latest(subject).isPresent()) {
                registry.incompatibilities(subject, AvroTypes.toSchema(contract))
                        .forEach(why -> problems.add(Problem.at(ReplayProblem.REPLAY_CONTRACT_INCOMPATIBLE,
                                contract.place(), why)
                                .withRemedy(ReplayProblem.REPLAY_CONTRACT_INCOMPATIBLE.remedy())));
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }

    @Override
    public void close() {
        try {
            journal.close();
            topics.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            workplaces.forEach(Workplace::close);
            archives.forEach(BronzeArchive::close);
            registry.close();
        }
    }
}

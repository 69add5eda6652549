package millrace.ops.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.Revisions;
import millrace.replay.facts.PartitionBytes;
import millrace.replay.facts.TopicFactsReader;
import millrace.replay.facts.TopicFactsReader.Bronze;
import millrace.replay.plan.Edge;
import millrace.replay.plan.Estimate;
import millrace.replay.plan.PlanRequest;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlanner;
import millrace.replay.plan.TopicFacts;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.read.RangeFiles;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.topology.assemble.Pipeline;
import millrace.topology.run.KafkaTopics;
import millrace.topology.run.RunSettings;
import millrace.topology.run.Topics;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace replay plan}. */
@Command(name = "plan", mixinStandardHelpOptions = true, header = "Shows what a replay would read, write and cost, and which kind of replay is exact.", description = {
        "",
        "A range of event time can be recomputed alone if every model that is written looks only so far around it, sets records aside that come too late, and has the time of its rows in its key. If one does not, everything is recomputed from the first record on, up to the present, and then takes the place of the live pipeline's results; the plan says which it is, and why.",
        "",
        "Where Kafka no longer has a record, the bronze table does. Changes nothing."}, footer = {"", "Examples:",
                "  millrace replay plan --select silver.clicks+ --from 2026-11-01 --to 2026-11-08",
                "  millrace replay plan --select gold.hourly --last 7d",
                "  millrace replay plan --select gold.* --models fix-amounts",
                "  millrace replay plan --from snapshot:gold.hourly@good -o json"})
final class ReplayPlanCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;
    @Mixin
    private ReplaySubject subject;
    @Mixin
    private ReplayRange range;

    @Option(names = "--rate", paramLabel = "<n>", description = "Records a second that are read at most. Default: as many as can be; the estimate reckons with 50,000.")
    private Long rate;

    @Override
    ExitCode run() throws Exception {
        if (rate != null && rate <= 0) {
            throw new ProblemException(Problem.of(millrace.ops.problem.OpsProblem.OPTION_UNFIT, "--rate",
                    "A rate is at least 1 record a second.").withRemedy("Leave it out for as many as can be."));
        }
        ReplaySubject.Found found = subject.find(where, terminal());
        Where.Access access = where.access(terminal());
        Map<String, String> properties = Catalog.properties(where, terminal());
        try (TableCatalog catalog = TableCatalog.open(properties)) {
            if (subject.revision().isPresent()) {
                requireReadable(found.replayed(), access);
            }
            PlanRequest request = new PlanRequest(found.replayed().pipeline(),
                    String.join(",", Revisions.of(found.replayed()).values()), found.models(), range.from(),
                    range.to(), terminal().clock().instant(), state -> completeThrough(catalog, properties, state));
            ReplayPlan plan = ReplayPlanner.plan(request, facts(found, access, catalog));
            List<Estimate.Share> shares = shares(plan, found.replayed(), catalog);
            Estimate estimate = Estimate.of(plan, shares,
                    rate == null ? OptionalLong.empty() : OptionalLong.of(rate));
            if (result.isJson()) {
                terminal().out().println(Result.json(ReplayPlanView.json(plan, shares, estimate)));
            } else {
                ReplayPlanView.lines(plan, shares, estimate).forEach(terminal().out()::println);
                terminal().out().println("nothing was changed");
            }
        }
        return ExitCode.OK;
    }

    private static Map<String, TopicFacts> facts(ReplaySubject.Found found, Where.Access access,
            TableCatalog catalog) {
        Set<String> read = new HashSet<>();
        found.models().forEach(m -> read.addAll(found.replayed().contractsOf(m)));
        List<Contract> contracts = found.replayed().pipeline().contracts().stream()
                .filter(c -> read.contains(c.name())).toList();
        Map<String, Bronze> bronze = new HashMap<>();
        found.live().tables().stream().filter(t -> t.kind() == DeployedTable.Kind.BRONZE && read.contains(t.source()))
                .forEach(t -> bronze.put(t.source(),
                        new Bronze(catalog.firstOffsets(t.name()), t.spec().ages().keep().isPresent())));
        RunSettings settings = new RunSettings(access.bootstrapServers(), Path.of(""), 1, Duration.ofSeconds(1), false,
                (short) -1, access.kafka(), Map.of(), Optional.empty());
        try (Topics topics = new KafkaTopics(settings); Admin admin = Admin.create(access.clientProperties())) {
            Map<String, TopicFacts> facts = new TopicFactsReader(topics,
                    PartitionBytes.of(admin, contracts.stream().map(Contract::topic).toList()))
                    .read(found.live().name(), contracts, bronze);
            facts.replaceAll((contract, of) -> tellsTimeAlike(found, contract) ? of : withoutClocks(of));
            return facts;
        }
    }

    /** What was written down of clocks holds only for the column that they were read from. */
    private static boolean tellsTimeAlike(ReplaySubject.Found found, String contract) {
        return found.live().pipeline().contract(contract).map(ReplayPlanCommand::timeColumn)
                .equals(found.replayed().pipeline().contract(contract).map(ReplayPlanCommand::timeColumn));
    }

    private static String timeColumn(Contract contract) {
        return contract.kind() + contract.eventTime().map(EventTime::column).orElse("");
    }

    private static TopicFacts withoutClocks(TopicFacts facts) {
        return new TopicFacts(facts.topic(), facts.topicId(), facts.partitions().stream()
                .map(p -> new TopicFacts.PartitionFacts(p.partition(), p.beginning(), p.end(), p.bytes(), p.bronze(),
                        new TreeMap<>()))
                .toList(), facts.bronzeForgets());
    }

    private static Optional<Instant> completeThrough(TableCatalog catalog, Map<String, String> properties,
            Edge.State state) {
        Optional<Instant> ofRef = TableBranches.of(properties, state.table()).stream().flatMap(List::stream)
                .filter(r -> r.name().equals(state.ref())).findFirst().flatMap(TableBranches.Ref::completeThrough);
        return ofRef.or(() -> catalog.snapshots(state.table()).stream()
                .filter(s -> Long.toString(s.id()).equals(state.ref())).findFirst()
                .map(s -> s.summary().get(CommitMark.COMPLETE_THROUGH)).map(Instant::parse));
    }

    private static List<Estimate.Share> shares(ReplayPlan plan, Deployment deployment, TableCatalog catalog) {
        Optional<Instant> from = plan.kind() instanceof Kind.Bounded b ? b.from() : Optional.empty();
        Optional<Instant> to = plan.kind() instanceof Kind.Bounded b ? b.to() : Optional.empty();
        List<Estimate.Share> shares = new ArrayList<>();
        for (ReplayPlan.Written written : plan.models()) {
            Optional<DeployedTable> table = deployment.tables().stream()
                    .filter(t -> t.kind() == DeployedTable.Kind.MODEL && t.source().equals(written.model()))
                    .findFirst();
            if (table.isPresent()) {
                String name = table.get().name();
                RangeFiles files = catalog.range(name, written.column(), from, to)
                        .orElse(new RangeFiles(0, 0, 0, 0));
                shares.add(new Estimate.Share(written.model(), name, files.files(), files.partly(), files.rows(),
                        files.bytes()));
            }
        }
        return shares;
    }

    /** Of contracts that are replayed with another text than the one that runs. */
    private static void requireReadable(Deployment replayed, Where.Access access) {
        List<Problem> problems = new ArrayList<>();
        try (ConfluentRegistry registry = new ConfluentRegistry(access.registryUrl(), access.registry())) {
            for (Contract contract : replayed.pipeline().contracts()) {
                String subject = Pipeline.subjectOf(contract.topic());
                if (contract.format() == Contract.WireFormat.AVRO && registry.latest(subject).isPresent()) {
                    registry.incompatibilities(subject, AvroTypes.toSchema(contract))
                            .forEach(why -> problems.add(Problem.at(ReplayProblem.REPLAY_CONTRACT_INCOMPATIBLE,
                                    contract.place(), why)
                                    .withRemedy(ReplayProblem.REPLAY_CONTRACT_INCOMPATIBLE.remedy())));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }
}

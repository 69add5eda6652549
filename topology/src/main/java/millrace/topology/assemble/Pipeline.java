package millrace.topology.assemble;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.explain.Emission;
import millrace.topology.late.LateRow;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.reach.Lateness;

/**
 * What runs as one unit: contracts, and the models over them.
 *
 * @param name also the name of the Kafka Streams application, and what its topics start with
 * @param models each one behind those that it reads
 * @param aggregates the functions that the models were compiled with
 * @param beside how it differs if it runs beside another over the same contracts
 * @param elsewhere models over the same contracts that another runs; they only say whose times wait for each other
 * @param numbers by contract, what its records carry to say that they are of it, and operators remember; those without one
 *        are numbered by their names
 */
public record Pipeline(String name, List<Contract> contracts, List<PlannedModel> models, Aggregates aggregates,
        Optional<Beside> beside, List<PlannedModel> elsewhere, Map<String, Integer> numbers) {

    /** One that has its contracts to itself. */
    public Pipeline(String name, List<Contract> contracts, List<PlannedModel> models, Aggregates aggregates) {
        this(name, contracts, models, aggregates, Optional.empty(), List.of(), Map.of());
    }

    /** With the built-in aggregate functions. */
    public Pipeline(String name, List<Contract> contracts, List<PlannedModel> models) {
        this(name, contracts, models, Aggregates.builtIn());
    }

    /** @throws ProblemException if two contracts claim one topic, or a model's topic is a contract's */
    public Pipeline {
        contracts = List.copyOf(contracts);
        models = List.copyOf(models);
        elsewhere = List.copyOf(elsewhere);
        numbers = Map.copyOf(numbers);
        Map<String, String> owners = new HashMap<>();
        contracts.forEach(c -> claim(owners, c.topic(), "contract " + c.name()));
        for (Contract contract : contracts) {
            claim(owners, quarantineOf(name, contract, beside), "the quarantine of " + contract.name());
        }
        for (PlannedModel model : models) {
            claim(owners, name + "." + model.name(), "model " + model.name());
        }
        claim(owners, TaskWatermark.topicOf(name), "the watermarks of pipeline " + name);
        claim(owners, TimeEntry.topicOf(name), "the time journal of pipeline " + name);
    }

    /** A model with what the engine needs of its properties. */
    public record PlannedModel(Plan plan, Model.Config config) {
        public String name() {
            return plan.model();
        }

        /** Whether rows may come too late for a window of this model. */
        public boolean setsLateRowsAside() {
            return holds(plan.root(), Lateness::isMindedBy);
        }

        private static boolean holds(PlanNode node, Predicate<PlanNode> condition) {
            return condition.test(node) || node.inputs().stream().anyMatch(i -> holds(i, condition));
        }
    }

    /** The topic a model writes. */
    public String topicOf(String model) {
        return name + "." + model;
    }

    /** The topic for the records of a contract that are refused. */
    public String quarantineOf(Contract contract) {
        return quarantineOf(name, contract, beside);
    }

    private static String quarantineOf(String name, Contract contract, Optional<Beside> beside) {
        return QuarantineRecord.topicOf(beside.isPresent() ? name + "." + contract.topic() : contract.topic());
    }

    /** Which of a model's rows are given out; absent if all are. */
    public Optional<Stretch> stretchOf(PlannedModel model) {
        return beside.map(b -> b.stretches().get(model.name()));
    }

    /** The part that some models are computed by: themselves, the models that they read, and their contracts. */
    public Pipeline only(Set<String> wanted) {
        Set<String> read = new TreeSet<>();
        Set<String> needed = needed(wanted, read);
        return new Pipeline(name, contracts.stream().filter(c -> read.contains(c.name())).toList(),
                models.stream().filter(m -> needed.contains(m.name())).toList(), aggregates, beside, elsewhere,
                numbers);
    }

    /** The same with numbers that its contracts got when they came. */
    public Pipeline numbered(Map<String, Integer> byContract) {
        return new Pipeline(name, contracts, models, aggregates, beside, elsewhere, byContract);
    }

    /** The number of each contract: the same for all that runs by it, whatever contracts come and go. */
    public SortedMap<String, Integer> allNumbers() {
        return numbered(numbers, contracts.stream().map(Contract::name).toList());
    }

    /** All numbers there were, and the next free ones for contracts that have none, by their names. */
    public static SortedMap<String, Integer> numbered(Map<String, Integer> known, Collection<String> contracts) {
        SortedMap<String, Integer> all = new TreeMap<>(known);
        int next = known.values().stream().mapToInt(n -> n + 1).max().orElse(0);
        for (String contract : new TreeSet<>(contracts)) {
            if (!all.containsKey(contract)) {
                all.put(contract, next++);
            }
        }
        return all;
    }

    /**
     * All of it but some models, which another part gives out: they are computed only for those that read them. Contracts
     * stay that nobody reads then, and whose times wait for each other does not change.
     */
    public Pipeline without(Set<String> others) {
        Set<String> wanted = new TreeSet<>();
        models.stream().map(PlannedModel::name).filter(m -> !others.contains(m)).forEach(wanted::add);
        Set<String> needed = needed(wanted, new TreeSet<>());
        return new Pipeline(name, contracts, models.stream().filter(m -> needed.contains(m.name()))
                .map(m -> wanted.contains(m.name()) ? m : new PlannedModel(m.plan(), m.config().withoutTopic()))
                .toList(), aggregates, beside, models, numbers);
    }

    /** @param read takes the contracts that they are computed from */
    private Set<String> needed(Set<String> wanted, Set<String> read) {
        Set<String> needed = new TreeSet<>();
        // Each model stands behind those that it reads.
        for (int i = models.size() - 1; i >= 0; i--) {
            PlannedModel model = models.get(i);
            if (wanted.contains(model.name()) || needed.contains(model.name())) {
                needed.add(model.name());
                scans(model.plan().root(), needed, read);
            }
        }
        return needed;
    }

    /**
     * The part that computes some of the models, under a name of its own: what it writes lies beside what this one has
     * written.
     *
     * @param wanted models whose rows are given out; those that they read are computed only
     */
    public Pipeline beside(String other, Set<String> wanted, Map<String, Stretch> stretches) {
        Pipeline part = only(wanted);
        return new Pipeline(other, part.contracts, part.models.stream()
                .map(m -> wanted.contains(m.name()) ? m : new PlannedModel(m.plan(), m.config().withoutTopic()))
                .toList(),
                aggregates, Optional.of(new Beside(stretches)), List.of(), numbers);
    }

    private static void scans(PlanNode node, Set<String> models, Set<String> contracts) {
        if (node instanceof PlanNode.Scan scan) {
            switch (scan.kind()) {
                case CONTRACT -> contracts.add(scan.source());
                case MODEL -> models.add(scan.source());
            }
        }
        node.inputs().forEach(i -> scans(i, models, contracts));
    }

    /** Which steps of the models change rows that they have given out. */
    public RowChanges rowChanges() {
        return RowChanges.of(contracts, models.stream().map(PlannedModel::plan).toList());
    }

    /**
     * Whether a model has rows that were made out of several, by itself or by a model that it reads, so that one may be
     * at fault without a record being.
     */
    public boolean mayComputeRows(PlannedModel model) {
        return PlannedModel.holds(model.plan().root(), node -> switch (node) {
            case PlanNode.MergeAggregate merge -> true;
            case PlanNode.MergeSession merge -> true;
            case PlanNode.Join join -> true;
            case PlanNode.AsOfJoin join -> true;
            case PlanNode.TopN top -> top.windowEnd().isPresent();
            case PlanNode.Scan scan -> scan.kind() == PlanNode.Scan.Kind.MODEL && models.stream()
                    .filter(m -> m.name().equals(scan.source())).anyMatch(this::mayComputeRows);
            default -> false;
        });
    }

    /** The columns by which a model changes rows that it has given out; empty if it changes none. */
    public List<String> changesBy(PlannedModel model) {
        return model.config().early().isPresent() || rowChanges().in(model.plan().root())
                ? model.config().rowKey()
                : List.of();
    }

    /** How a model's rows leave it. */
    public Emission emissionOf(PlannedModel model) {
        return new Emission(changesBy(model), model.config().early());
    }

    /** The topics that a model writes beside its rows, with the types of what lies in them. */
    public Map<String, FieldType.Struct> sideTopicsOf(PlannedModel model) {
        Map<String, FieldType.Struct> topics = new TreeMap<>();
        if (mayComputeRows(model)) {
            topics.put(QuarantineRecord.topicOf(topicOf(model.name())), QuarantineRecord.ROW);
        }
        if (model.setsLateRowsAside()) {
            topics.put(LateRow.topicOf(topicOf(model.name())), LateRow.ROW);
        }
        return topics;
    }

    /** The subject under which the schema of a topic's values is registered. */
    public static String subjectOf(String topic) {
        return topic + "-value";
    }

    public String watermarksTopic() {
        return TaskWatermark.topicOf(name);
    }

    public String journalTopic() {
        return TimeEntry.topicOf(name);
    }

    /** Contracts of one number meet in some model, so that their times wait for each other. */
    public Map<String, Integer> groups() {
        Map<String, Integer> groups = new TreeMap<>();
        contracts.forEach(c -> groups.put(c.name(), groups.size()));
        Map<String, Set<String>> readBy = new HashMap<>();
        for (PlannedModel model : elsewhere.isEmpty() ? models : elsewhere) {
            Set<String> read = new TreeSet<>();
            collect(model.plan().root(), readBy, read);
            readBy.put(model.name(), read);
            Set<Integer> met = new TreeSet<>();
            read.forEach(c -> met.add(groups.get(c)));
            groups.replaceAll((contract, group) -> met.contains(group) ? met.iterator().next() : group);
        }
        return groups;
    }

    private static void collect(PlanNode node, Map<String, Set<String>> readBy, Set<String> into) {
        if (node instanceof PlanNode.Scan scan) {
            switch (scan.kind()) {
                case CONTRACT -> into.add(scan.source());
                case MODEL -> into.addAll(readBy.get(scan.source()));
            }
        }
        node.inputs().forEach(i -> collect(i, readBy, into));
    }

    public Optional<Contract> contract(String contractName) {
        return contracts.stream().filter(c -> c.name().equals(contractName)).findFirst();
    }

    private static void claim(Map<String, String> owners, String topic, String owner) {
        String other = owners.putIfAbsent(topic, owner);
        if (other != null) {
            throw new ProblemException(Problem.of(AssemblyProblem.TOPIC_CLAIMED_TWICE, topic,
                    "Both " + other + " and " + owner + " use the topic " + topic + ".")
                    .withRemedy(AssemblyProblem.TOPIC_CLAIMED_TWICE.remedy()));
        }
    }
}

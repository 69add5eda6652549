package millrace.ops.deploy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.ops.project.TableSettings;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFolder;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.sinks.iceberg.age.AgeRulesCheck;
import millrace.sinks.iceberg.table.FormerNames;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Clock;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.UserAggregates;
import millrace.topology.assemble.Pipeline;
import millrace.topology.change.ModelShape;
import millrace.topology.change.ModelShapes;
import millrace.topology.function.FunctionJars;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.late.LateRow;
import millrace.topology.model.Model;
import millrace.topology.model.ModelFolder;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.sql.SqlCompiler;

/**
 * What one project runs as. Names follow from the project's files alone, so that the same files are the same
 * application, topics and tables at every start.
 *
 * @param models in the order of their plans: each one behind those that it reads
 * @param tables in the order rows reach them: bronze, models with their late rows and quarantines, quarantines of contracts
 * @param functions that the plans were compiled with
 * @param files of its folder that it was read from, by path; empty if it was put together by hand
 * @param applications by model, the Kafka Streams application that gives out its rows, of those that the pipeline's own does
 *        not
 */
public record Deployment(Project project, Pipeline pipeline, List<Model> models, List<DeployedTable> tables,
        FunctionLibrary functions, SortedMap<String, String> files, SortedMap<String, String> applications) {
    /** Where a project's own functions lie, as jars. */
    static final String FUNCTIONS = "functions";
    static final String BRONZE = "bronze";
    static final String QUARANTINE = "quarantine";
    private static final long SMALL_TABLE_FILE_SIZE = 32L << 20;

    public Deployment {
        models = List.copyOf(models);
        tables = List.copyOf(tables);
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        applications = Collections.unmodifiableSortedMap(new TreeMap<>(applications));
    }

    /** As it is written down that it runs: with the numbers of its contracts, and models given out by other applications. */
    public Deployment as(Deployed runs) {
        return new Deployment(project, pipeline.numbered(runs.numbers()), models, tables, functions, files,
                applications)
                .placed(runs.applications());
    }

    /** The same where other applications give out the rows of some models. */
    public Deployment placed(Map<String, String> other) {
        SortedMap<String, String> known = new TreeMap<>(other);
        known.keySet().retainAll(models.stream().map(Model::qualifiedName).toList());
        List<DeployedTable> fed = new ArrayList<>();
        for (DeployedTable table : tables) {
            String was = applications.getOrDefault(table.source(), name());
            String is = known.getOrDefault(table.source(), name());
            fed.add(was.equals(is) || !table.spec().topic().startsWith(was + "." + table.source())
                    ? table
                    : new DeployedTable(table.spec().fedBy(is + table.spec().topic().substring(was.length())),
                            table.kind(), table.source(), table.freshness()));
        }
        return new Deployment(project, pipeline, models, fed, functions, files, known);
    }

    /** What runs as one application each: the pipeline's own first, which alone decides about time. */
    public List<Pipeline> parts() {
        List<Pipeline> parts = new ArrayList<>();
        parts.add(applications.isEmpty() ? pipeline : pipeline.without(applications.keySet()));
        for (String application : new TreeSet<>(applications.values())) {
            Set<String> here = new TreeSet<>();
            applications.forEach((model, in) -> {
                if (in.equals(application)) {
                    here.add(model);
                }
            });
            parts.add(pipeline.beside(application, here, Map.of()));
        }
        return parts;
    }

    /** By topic that a table is fed by, the topic that says how far it is complete. */
    public Map<String, String> watermarks() {
        Map<String, String> watermarks = new HashMap<>();
        tables.forEach(t -> watermarks.put(t.spec().topic(),
                TaskWatermark.topicOf(applications.getOrDefault(t.source(), name()))));
        return watermarks;
    }

    /**
     * Reads and compiles a project's contracts and models.
     *
     * @throws ProblemException with every mistake of every file; models are compiled only if all contracts can be read
     */
    public static Deployment read(Project project) {
        List<Problem> problems = new ArrayList<>();
        SortedMap<String, String> files = ProjectFiles.read(project);
        List<Contract> contracts = attempt(() -> ContractFolder.read(project.contractsFolder()), problems);
        List<Model> models = attempt(() -> ModelFolder.read(project.modelsFolder()), problems);
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        Path jars = project.folder().resolve(FUNCTIONS);
        ClassLoader loader = FunctionJars.loader(jars);
        FunctionLibrary functions = FunctionJars.load(loader, jars);
        Aggregates aggregates = UserAggregates.load(loader, jars.toString());
        Deployment read = of(project, contracts, models,
                SqlCompiler.compile(contracts, models, functions, aggregates), functions, aggregates);
        return new Deployment(project, read.pipeline, read.models, read.tables, functions, files, read.applications);
    }

    private static <T> List<T> attempt(Supplier<List<T>> step, List<Problem> problems) {
        try {
            return step.get();
        } catch (ProblemException e) {
            problems.addAll(e.problems());
            return List.of();
        }
    }

    /**
     * Puts together what has been read and compiled. Throws {@link ProblemException} if a column has a name that its
     * table uses itself.
     *
     * @param plans of all models, each one behind those that it reads
     * @param functions that the plans were compiled with, as {@code aggregates}
     */
    public static Deployment of(Project project, List<Contract> contracts, List<Model> models, List<Plan> plans,
            FunctionLibrary functions, Aggregates aggregates) {
        Map<String, Model> byName = new HashMap<>();
        models.forEach(m -> byName.put(m.qualifiedName(), m));
        List<Model> ordered = plans.stream().map(p -> byName.get(p.model())).toList();
        List<Pipeline.PlannedModel> planned = new ArrayList<>();
        for (Plan plan : plans) {
            planned.add(new Pipeline.PlannedModel(plan, byName.get(plan.model()).config()));
        }
        Pipeline pipeline = new Pipeline(project.name(), contracts, planned, aggregates);
        List<DeployedTable> tables = new ArrayList<>();
        contracts.forEach(c -> tables.add(bronze(project, c)));
        for (Pipeline.PlannedModel model : planned) {
            if (model.config().topic()) {
                tables.add(model(project, pipeline, model));
            }
            pipeline.sideTopicsOf(model).forEach((topic, row) -> tables.add(side(project, model, topic, row)));
        }
        contracts.forEach(c -> tables.add(quarantine(project, c)));
        List<Problem> problems = new ArrayList<>(unknownTables(project, tables));
        problems.addAll(ScheduleCheck.problems(project.schedules(), tables, plans));
        tables.replaceAll(t -> asSet(project, t));
        for (DeployedTable table : tables) {
            problems.addAll(TableSchemas.reserved(table.spec(), table.spec().columns()));
            problems.addAll(AgeRulesCheck.problems(table.spec()));
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return new Deployment(project, pipeline, ordered, tables, functions, new TreeMap<>(), new TreeMap<>());
    }

    /** With what the project says of this table alone. */
    private static DeployedTable asSet(Project project, DeployedTable table) {
        TableSettings settings = project.tables().get(table.name());
        return settings == null
                ? table
                : new DeployedTable(table.spec().withProperties(settings.properties()).aging(settings.ages()),
                        table.kind(), table.source(), table.freshness());
    }

    private static List<Problem> unknownTables(Project project, List<DeployedTable> tables) {
        Set<String> names = new TreeSet<>();
        tables.forEach(t -> names.add(t.name()));
        return project.tables().entrySet().stream().filter(e -> !names.contains(e.getKey()))
                .map(e -> Problem.at(OpsProblem.TABLE_UNKNOWN, e.getValue().place(), "The pipeline has no table \""
                        + e.getKey() + "\"." + Nearest.hint(e.getKey(), names)).withRemedy(
                                "Its tables are " + String.join(", ", names) + "."))
                .toList();
    }

    /** The same text as that of another folder. */
    Deployment of(Path folder) {
        return new Deployment(project.at(folder), pipeline, models, tables, functions, files, applications);
    }

    public String name() {
        return project.name();
    }

    /** The table that keeps every record of a contract; empty if there is no such contract. */
    public Optional<DeployedTable> bronzeOf(String contract) {
        return tables.stream().filter(t -> t.kind() == DeployedTable.Kind.BRONZE && t.source().equals(contract))
                .findFirst();
    }

    /** The contracts whose records a model is computed from, directly or through other models. */
    public Set<String> contractsOf(String model) {
        Set<String> contracts = new TreeSet<>();
        pipeline.models().stream().filter(m -> m.name().equals(model))
                .forEach(m -> collect(m.plan().root(), contracts));
        return contracts;
    }

    /** As it is written down when it runs, with nothing left behind by other texts. */
    public Deployed deployed(Instant now) {
        SortedMap<String, ModelShape> shapes = ModelShapes.of(pipeline);
        SortedMap<String, Deployed.Reads> reads = new TreeMap<>();
        for (Contract contract : pipeline.contracts()) {
            SortedSet<String> columns = new TreeSet<>();
            shapes.values().stream().filter(s -> s.reads().containsKey(contract.name()))
                    .forEach(s -> columns.addAll(s.reads().get(contract.name()).columns().keySet()));
            reads.put(contract.topic(), new Deployed.Reads(contract.name(), columns));
        }
        return new Deployed(name(), files, shapes, new TreeMap<>(), reads, applications,
                pipeline.allNumbers(), List.of(), now,
                System.getProperty("user.name", ""));
    }

    private void collect(PlanNode node, Set<String> into) {
        if (node instanceof PlanNode.Scan scan) {
            switch (scan.kind()) {
                case CONTRACT -> into.add(scan.source());
                case MODEL -> into.addAll(contractsOf(scan.source()));
            }
        }
        node.inputs().forEach(i -> collect(i, into));
    }

    /**
     * Several pipelines in one process share a cluster and a catalog.
     *
     * @throws ProblemException if two have one name, or claim one table
     */
    public static void refuseOverlap(List<Deployment> deployments) {
        Map<String, String> owners = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (Deployment deployment : deployments) {
            claim(owners, "the name \"" + deployment.name() + "\"", deployment, problems);
            deployment.tables().forEach(t -> claim(owners, "the table " + t.name(), deployment, problems));
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }

    private static void claim(Map<String, String> owners, String thing, Deployment deployment,
            List<Problem> problems) {
        String folder = deployment.project().folder().toString();
        String other = owners.putIfAbsent(thing, folder);
        if (other != null) {
            problems.add(Problem.of(OpsProblem.PIPELINES_OVERLAP, deployment.name(),
                    "Both " + other + " and " + folder + " use " + thing + ".")
                    .withRemedy(OpsProblem.PIPELINES_OVERLAP.remedy()));
        }
    }

    private static DeployedTable bronze(Project project, Contract contract) {
        Optional<Clock> clock = contract.eventTime().map(e -> new Clock(e.column(), e.disorder()));
        // By arrival: it is never null, and a replay that reads bronze asks for a stretch of it.
        TableSpec spec = new TableSpec(BRONZE, contract.name(), contract.topic(), contract.rowType(),
                layout(contract), clock,
                List.of("day(_timestamp)"), List.of(), project.defaults().commitInterval(),
                project.defaults().targetFileSize(), project.defaults().tableProperties())
                .formerly(FormerNames.of(contract.columns()));
        TableSpec asWritten = switch (contract.format()) {
            case AVRO -> spec;
            case JSON -> spec.ofJson(contract.columns());
        };
        return new DeployedTable(asWritten, DeployedTable.Kind.BRONZE, contract.name(), contract.freshness());
    }

    private static Layout layout(Contract contract) {
        return contract.raw().map(raw -> switch (raw.form()) {
            case BYTES -> Layout.BRONZE_RAW;
            case VARIANT -> Layout.BRONZE_VARIANT;
        }).orElse(Layout.BRONZE);
    }

    private static DeployedTable model(Project project, Pipeline pipeline, Pipeline.PlannedModel model) {
        Model.Config config = model.config();
        String[] name = model.name().split("\\.", 2);
        Map<String, String> properties = new HashMap<>(project.defaults().tableProperties());
        properties.putAll(config.tableProperties());
        TableSpec spec = new TableSpec(name[0], name[1], pipeline.topicOf(model.name()), model.plan().rowType(),
                Layout.ENGINE, Optional.empty(), config.partitionBy(), config.sortBy(),
                project.defaults().commitInterval(),
                config.targetFileSize().orElse(project.defaults().targetFileSize()), properties);
        List<String> changesBy = pipeline.changesBy(model);
        TableSpec asKept = changesBy.isEmpty()
                ? spec
                : config.keepsAll() ? spec.ofChanges(changesBy) : spec.ofNewest(changesBy);
        return new DeployedTable(asKept, DeployedTable.Kind.MODEL, model.name(), Optional.empty());
    }

    /** Late rows lie beside their model's table, refused ones with the others. */
    private static DeployedTable side(Project project, Pipeline.PlannedModel model, String topic,
            FieldType.Struct row) {
        String[] name = model.name().split("\\.", 2);
        boolean late = topic.equals(LateRow.topicOf(project.name() + "." + model.name()));
        TableSpec spec = new TableSpec(late ? name[0] : QUARANTINE,
                late ? LateRow.tableOf(name[1]) : name[0] + "_" + name[1], topic, row, Layout.ENGINE,
                Optional.empty(), List.of(), List.of(), project.defaults().commitInterval(), SMALL_TABLE_FILE_SIZE,
                project.defaults().tableProperties());
        return new DeployedTable(spec, late ? DeployedTable.Kind.LATE : DeployedTable.Kind.QUARANTINE, model.name(),
                Optional.empty());
    }

    private static DeployedTable quarantine(Project project, Contract contract) {
        TableSpec spec = new TableSpec(QUARANTINE, contract.name(), QuarantineRecord.topicOf(contract.topic()),
                QuarantineRecord.ROW, Layout.ENGINE, Optional.empty(), List.of(), List.of(),
                project.defaults().commitInterval(), SMALL_TABLE_FILE_SIZE, project.defaults().tableProperties());
        return new DeployedTable(spec, DeployedTable.Kind.QUARANTINE, contract.name(), Optional.empty());
    }
}

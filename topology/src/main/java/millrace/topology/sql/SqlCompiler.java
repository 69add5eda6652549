package millrace.topology.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.check.Checks;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.model.ModelProblem;
import millrace.topology.plan.DeepStack;
import millrace.topology.plan.EventTimeColumns;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;
import millrace.topology.rewrite.KeepVersions;
import millrace.topology.rewrite.OneRowPerKey;
import org.apache.calcite.sql.SqlNode;

/**
 * Compiles the models of a pipeline to plans.
 *
 * <p>In FROM a contract is called by its name, or as {@code bronze.name} like its table; a model by {@code layer.name}.
 * Names are found in any case.
 */
public final class SqlCompiler {
    /** The namespace of the tables that hold the topics of contracts. */
    private static final String BRONZE = "bronze";

    private final Map<String, Contract> contracts = new TreeMap<>();
    private final Map<String, Model> models = new TreeMap<>();
    private final FunctionLibrary functions;
    private final Aggregates aggregates;
    private final List<Problem> problems = new ArrayList<>();

    private SqlCompiler(Collection<Contract> contracts, Collection<Model> models, FunctionLibrary functions,
            Aggregates aggregates) {
        contracts.forEach(c -> this.contracts.put(c.name(), c));
        models.forEach(m -> this.models.put(m.qualifiedName(), m));
        this.functions = functions;
        this.aggregates = aggregates;
    }

    /**
     * One plan per model; a model stands after those that it reads.
     *
     * @throws ProblemException with one problem per model that cannot be compiled; a model that reads a broken one is
     *         not complained about
     */
    public static List<Plan> compile(Collection<Contract> contracts, Collection<Model> models,
            FunctionLibrary functions) {
        return compile(contracts, models, functions, Aggregates.builtIn());
    }

    /** The same with a user's own aggregate functions among the built-in ones. */
    public static List<Plan> compile(Collection<Contract> contracts, Collection<Model> models,
            FunctionLibrary functions, Aggregates aggregates) {
        return DeepStack.call("sql-compiler",
                () -> new SqlCompiler(contracts, models, functions, aggregates).compile());
    }

    private List<Plan> compile() {
        for (Model model : models.values()) {
            if (model.layer().equalsIgnoreCase(BRONZE)
                    && contracts.keySet().stream().anyMatch(c -> c.equalsIgnoreCase(model.name()))) {
                problems.add(Problem.at(ModelProblem.MODEL_NAME_TAKEN, Place.file(model.sqlFile()),
                        model.qualifiedName() + " is the table of the contract " + model.name() + " already."));
            }
        }
        Set<String> called = new TreeSet<>(functions.names());
        called.addAll(aggregates.names());
        called.remove("COUNT"); // the parser's own, for its star
        Map<String, SqlNode> trees = new LinkedHashMap<>();
        models.forEach((name, model) -> {
            SqlSource source = source(model);
            attempt(() -> {
                SqlNode tree = SqlReading.parse(source, called);
                FirstSlice.check(source, tree, aggregates.names());
                trees.put(name, tree);
            });
        });
        Map<String, Set<String>> reads = new HashMap<>();
        trees.forEach((name, tree) -> reads.put(name, readModels(tree)));
        Map<String, Plan> plans = new LinkedHashMap<>();
        for (String name : order(trees.keySet(), reads)) {
            // One that cannot even be parsed has been complained about, and those that read it wait for it.
            if (trees.containsKey(name) && plans.keySet().containsAll(reads.get(name))) {
                attempt(() -> {
                    Landmarks landmarks = Landmarks.of(source(models.get(name)), trees.get(name));
                    List<Plan> below = List.copyOf(plans.values());
                    Plan plan = OneRowPerKey.apply(models.get(name), KeepVersions.apply(models.get(name),
                            pointing(landmarks, () -> plan(models.get(name), trees.get(name), plans))),
                            RowChanges.of(contracts.values(), below), below);
                    problems.addAll(landmarks.pointAt(Checks.of(models.get(name), plan, below, contracts.values(),
                            functions, aggregates)));
                    plans.put(name, plan);
                });
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems.stream().sorted(Comparator.comparing(
                    (Problem p) -> p.place().map(Place::file).orElse(""))).toList());
        }
        return List.copyOf(plans.values());
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
    }

    private static Plan pointing(Landmarks landmarks, Supplier<Plan> planning) {
        try {
            return planning.get();
        } catch (ProblemException e) {
            throw new ProblemException(landmarks.pointAt(e.problems()));
        }
    }

    private static SqlSource source(Model model) {
        return new SqlSource(model.sqlFile(), model.sql());
    }

    private Set<String> readModels(SqlNode tree) {
        Set<String> names = SqlReading.qualifiedNames(tree);
        Set<String> found = new TreeSet<>();
        models.keySet().stream().filter(m -> names.contains(m.toLowerCase(Locale.ROOT))).forEach(found::add);
        return found;
    }

    /** Models behind those that they read; models in a circle are complained about and left out. */
    private List<String> order(Set<String> names, Map<String, Set<String>> reads) {
        List<String> done = new ArrayList<>();
        Set<String> inCircle = new TreeSet<>();
        for (String name : names) {
            visit(name, reads, new ArrayList<>(), done, inCircle);
        }
        done.removeAll(inCircle);
        return done;
    }

    private void visit(String name, Map<String, Set<String>> reads, List<String> path, List<String> done,
            Set<String> inCircle) {
        if (done.contains(name)) {
            return;
        }
        int at = path.indexOf(name);
        if (at >= 0) {
            List<String> circle = new ArrayList<>(path.subList(at, path.size()));
            if (inCircle.addAll(circle)) {
                circle.add(name);
                problems.add(Problem.at(SqlProblem.SQL_MODEL_CYCLE, Place.file(models.get(name).sqlFile()),
                        "Models read each other in a circle: " + String.join(" -> ", circle) + "."));
            }
            return;
        }
        path.add(name);
        reads.getOrDefault(name, Set.of()).forEach(below -> visit(below, reads, path, done, inCircle));
        path.remove(path.size() - 1);
        done.add(name);
    }

    private Plan plan(Model model, SqlNode tree, Map<String, Plan> plans) {
        SqlCatalog catalog = new SqlCatalog();
        contracts.forEach((name, contract) -> {
            SqlTable table = SqlTable.of(contract);
            catalog.add(Optional.empty(), name, table);
            catalog.add(Optional.of(BRONZE), name, table);
        });
        plans.forEach((name, plan) -> {
            Model read = models.get(name);
            catalog.add(Optional.of(read.layer()), read.name(), SqlTable.of(plan));
        });
        EventTimeColumns times = EventTimeColumns.of(contracts.values(), List.copyOf(plans.values()));
        return new ModelPlanner(model, source(model), catalog, functions, aggregates, times).plan(tree);
    }
}

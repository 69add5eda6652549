package millrace.ops.bench.nexmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.ops.bench.BenchFiles;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFolder;
import millrace.schemas.problem.ProblemException;
import millrace.topology.assemble.Pipeline;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.model.ModelFolder;
import millrace.topology.sql.SqlCompiler;

/**
 * The project {@code nexmark} that comes with the program: one contract for all events, views that sort them into
 * persons, auctions and bids, and a model for each query. The views have no topics of their own.
 */
public final class NexmarkProject {
    private static final String VIEWS = "silver";
    private static final List<String> FILES = List.of("millrace.yaml", "contracts/nexmark.odcs.yaml",
            "contracts/side_input.odcs.yaml", "models/silver/person.sql", "models/silver/auction.sql",
            "models/silver/bid.sql", "models/silver/silver.yml", "models/gold/gold.yml");

    private final List<Contract> contracts;
    private final List<Model> models;

    private NexmarkProject(List<Contract> contracts, List<Model> models) {
        this.contracts = contracts;
        this.models = models;
    }

    /**
     * Writes the project's files into a folder and reads them.
     *
     * @throws IOException if they cannot be written
     */
    public static NexmarkProject in(Path folder) throws IOException {
        List<String> files = new ArrayList<>(FILES);
        Stream.of(NexmarkQuery.values()).forEach(q -> files.add("models/gold/" + q.shortName() + ".sql"));
        BenchFiles.copy("/bench/nexmark", files, folder);
        return new NexmarkProject(ContractFolder.read(folder.resolve("contracts")),
                ModelFolder.read(folder.resolve("models")).stream().map(NexmarkProject::asRun).toList());
    }

    private static Model asRun(Model model) {
        Model.Config c = model.config();
        return model.layer().equals(VIEWS)
                ? new Model(model.layer(), model.name(), model.sqlFile(), model.sql(), model.description(),
                        model.columns(),
                        new Model.Config(c.uniqueKey(), c.materialized(), c.retention(), c.partitionBy(), c.sortBy(),
                                c.targetFileSize(), c.serve(), false, c.tableProperties(), c.places()))
                : model;
    }

    public Contract contract(String name) {
        return contracts.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    /**
     * Some of the queries, with the views and contracts that they read.
     *
     * @param name of the pipeline
     * @throws ProblemException if one of them cannot be compiled
     */
    public Pipeline pipeline(String name, Collection<NexmarkQuery> queries) {
        Set<String> wanted = queries.stream().map(NexmarkQuery::model).collect(Collectors.toSet());
        List<Model> chosen = models.stream().filter(m -> wanted.contains(m.qualifiedName())).toList();
        List<Model> views = models.stream().filter(m -> m.layer().equals(VIEWS) && isRead(m.qualifiedName(), chosen))
                .toList();
        List<Model> all = Stream.concat(views.stream(), chosen.stream()).toList();
        List<Contract> read = contracts.stream().filter(c -> isRead(c.name(), all)).toList();
        Map<String, Model> byName = new HashMap<>();
        all.forEach(m -> byName.put(m.qualifiedName(), m));
        return new Pipeline(name, read, SqlCompiler.compile(read, all, FunctionLibrary.builtIn()).stream()
                .map(p -> new Pipeline.PlannedModel(p, byName.get(p.model()).config())).toList());
    }

    private static boolean isRead(String source, List<Model> models) {
        return models.stream().anyMatch(m -> m.sql().matches("(?s).*\\b(FROM|JOIN|TABLE) " + source + "\\b.*"));
    }
}

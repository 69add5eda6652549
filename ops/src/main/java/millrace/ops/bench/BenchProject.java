package millrace.ops.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFolder;
import millrace.schemas.problem.ProblemException;
import millrace.topology.assemble.Pipeline;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.model.ModelFolder;
import millrace.topology.sql.SqlCompiler;

/**
 * A project that comes with the program, of which only some models are run at a time. Models of the layer {@code silver}
 * are views: they have no topics, so that a query is measured without them.
 */
public final class BenchProject {
    private static final String VIEWS = "silver";

    private final List<Contract> contracts;
    private final List<Model> models;

    private BenchProject(List<Contract> contracts, List<Model> models) {
        this.contracts = contracts;
        this.models = models;
    }

    /**
     * Writes files of the program's resources under the same names into a folder, and reads them.
     *
     * @param resources their folder, such as {@code /bench/windows}
     * @throws IOException if one cannot be written
     */
    public static BenchProject copy(String resources, List<String> files, Path folder) throws IOException {
        writeFiles(resources, files, folder);
        return new BenchProject(ContractFolder.read(folder.resolve("contracts")),
                ModelFolder.read(folder.resolve("models")).stream().map(BenchProject::asRun).toList());
    }

    static void writeFiles(String resources, List<String> files, Path folder) throws IOException {
        for (String file : files) {
            Path written = folder.resolve(file);
            Files.createDirectories(written.getParent());
            try (InputStream in = BenchProject.class.getResourceAsStream(resources + "/" + file)) {
                Files.write(written, in.readAllBytes());
            }
        }
    }

    private static Model asRun(Model model) {
        return model.layer().equals(VIEWS)
                ? new Model(model.layer(), model.name(), model.sqlFile(), model.sql(), model.description(),
                        model.columns(), model.config().withoutTopic())
                : model;
    }

    public Contract contract(String name) {
        return contracts.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    /**
     * Some of the models, with the views and contracts that they read.
     *
     * @param name of the pipeline
     * @param wanted names with their layers
     * @throws ProblemException if one of them cannot be compiled
     */
    public Pipeline pipeline(String name, Collection<String> wanted) {
        Set<Model> chosen = new LinkedHashSet<>();
        models.stream().filter(m -> wanted.contains(m.qualifiedName())).forEach(chosen::add);
        for (List<Model> next = List.copyOf(chosen); !next.isEmpty();) {
            List<Model> readers = next;
            next = models.stream().filter(m -> isRead(m.qualifiedName(), readers)).filter(chosen::add).toList();
        }
        List<Contract> read = contracts.stream().filter(c -> isRead(c.name(), chosen)).toList();
        Map<String, Model> byName = new HashMap<>();
        chosen.forEach(m -> byName.put(m.qualifiedName(), m));
        List<Pipeline.PlannedModel> planned = new ArrayList<>();
        SqlCompiler.compile(read, chosen, FunctionLibrary.builtIn())
                .forEach(p -> planned.add(new Pipeline.PlannedModel(p, byName.get(p.model()).config())));
        return new Pipeline(name, read, planned);
    }

    private static boolean isRead(String source, Collection<Model> models) {
        return models.stream().anyMatch(m -> m.sql().matches("(?s).*\\b(FROM|JOIN|TABLE) " + source + "\\b.*"));
    }
}

package millrace.topology.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.YamlNode;

/**
 * Reads {@code models/<layer>/<name>.sql} and the properties beside them, {@code models/<layer>/*.yml}; what ends in
 * {@code .test.yml} are tests of models, which are read elsewhere.
 */
public final class ModelFolder {
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

    private final Path folder;
    private final String shownAs;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Model> models = new LinkedHashMap<>();
    private final Map<String, Place> described = new LinkedHashMap<>();

    private ModelFolder(Path folder, String shownAs) {
        this.folder = folder;
        this.shownAs = shownAs;
    }

    /**
     * The models of a folder in the order of their names; none if the folder does not exist. Messages name files by
     * the folder's own name, such as {@code models/gold/sessions.sql}.
     *
     * @throws ProblemException with every mistake of every file
     */
    public static List<Model> read(Path folder) {
        return new ModelFolder(folder, folder.getFileName().toString()).read();
    }

    /** Whether a file among the models holds tests of them. */
    public static boolean isTest(Path file) {
        return file.toString().matches(".*\\.test\\.ya?ml");
    }

    private List<Model> read() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.stream().filter(f -> f.toString().endsWith(".sql")).forEach(this::readSql);
        files.stream().filter(f -> f.toString().matches(".*\\.ya?ml") && !isTest(f)).forEach(this::readProperties);
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return models.values().stream().sorted(java.util.Comparator.comparing(Model::qualifiedName)).toList();
    }

    private void readSql(Path file) {
        Path relative = folder.relativize(file);
        String shown = shown(relative);
        if (relative.getNameCount() != 2) {
            problems.add(Problem.at(ModelProblem.MODEL_MISPLACED, Place.file(shown), "Expected " + shownAs
                    + "/<layer>/<name>.sql: the folder is the model's layer, and layers do not nest."));
            return;
        }
        String layer = relative.getName(0).toString();
        String name = relative.getName(1).toString().replaceFirst("\\.sql$", "");
        for (String word : List.of(layer, name)) {
            if (!word.matches(NAME)) {
                problems.add(Problem.at(ModelProblem.MODEL_BAD_NAME, Place.file(shown), "\"" + word
                        + "\" cannot name a table and a topic. Use letters, digits and _, not starting with a digit."));
                return;
            }
        }
        Model model = Model.of(layer, name, shown, text(file));
        models.put(model.qualifiedName(), model);
    }

    private void readProperties(Path file) {
        Path relative = folder.relativize(file);
        String shown = shown(relative);
        if (relative.getNameCount() != 2) {
            problems.add(Problem.at(ModelProblem.MODEL_MISPLACED, Place.file(shown),
                    "Expected " + shownAs + "/<layer>/*.yml: properties stand beside the models they describe."));
            return;
        }
        String layer = relative.getName(0).toString();
        YamlNode root;
        try {
            root = YamlNode.parse(shown, text(file));
        } catch (ProblemException e) {
            problems.addAll(e.problems());
            return;
        }
        root.allow("version", "models");
        root.get("models").map(YamlNode::asList).orElse(List.of()).stream().filter(YamlNode::isMap)
                .forEach(m -> readModel(layer, m));
        problems.addAll(root.problems());
    }

    private void readModel(String layer, YamlNode node) {
        node.allow("name", "description", "config", "columns");
        var nameNode = node.require("name");
        var name = nameNode.flatMap(YamlNode::asText);
        ModelProperties properties = ModelProperties.read(node);
        if (name.isEmpty()) {
            return;
        }
        String qualified = layer + "." + name.get();
        Model model = models.get(qualified);
        if (model == null) {
            nameNode.get().problem(ModelProblem.MODEL_UNKNOWN, "There is no " + shownAs + "/" + layer + "/" + name.get()
                    + ".sql." + Nearest.hint(name.get(), models.values().stream().filter(m -> m.layer().equals(layer))
                            .map(Model::name).toList()));
            return;
        }
        Place first = described.putIfAbsent(qualified, nameNode.get().place());
        if (first != null) {
            nameNode.get().problem(ModelProblem.MODEL_DESCRIBED_TWICE, qualified + " is described in " + first
                    + " already.");
            return;
        }
        models.put(qualified, new Model(layer, model.name(), model.sqlFile(), model.sql(), properties.description(),
                properties.columns(), properties.config()));
    }

    private String shown(Path relative) {
        return shownAs + "/" + relative.toString().replace('\\', '/');
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}

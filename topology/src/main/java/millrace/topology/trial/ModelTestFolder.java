package millrace.topology.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.yaml.YamlNode;
import millrace.schemas.yaml.YamlProblem;
import millrace.topology.assemble.Pipeline;
import millrace.topology.late.LateRow;
import millrace.topology.model.ModelFolder;
import millrace.topology.quarantine.QuarantineRecord;

/** Reads model tests, {@code models/<layer>/*.test.yml}, against the pipeline that they are about. */
public final class ModelTestFolder {
    /** Keys of a given row that are no columns. */
    private static final String END = "_end";
    private static final String DELETE = "_delete";
    private static final String TIMESTAMP = "_timestamp";
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);

    private final Path folder;
    private final Pipeline pipeline;
    private final List<ModelTest> tests = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    private ModelTestFolder(Path folder, Pipeline pipeline) {
        this.folder = folder;
        this.pipeline = pipeline;
    }

    /**
     * The tests below a folder of models, in the order of files and lines.
     *
     * @throws ProblemException with every mistake of every file
     */
    public static List<ModelTest> read(Path folder, Pipeline pipeline) {
        return new ModelTestFolder(folder, pipeline).read();
    }

    private List<ModelTest> read() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            walk.filter(ModelFolder::isTest).sorted().forEach(this::readFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return tests;
    }

    private void readFile(Path file) {
        Path relative = folder.relativize(file);
        String layer = relative.getNameCount() == 2 ? relative.getName(0).toString() : "";
        String shown = folder.getFileName() + "/" + relative.toString().replace('\\', '/');
        YamlNode root;
        try {
            root = YamlNode.parse(shown, Files.readString(file, StandardCharsets.UTF_8));
        } catch (ProblemException e) {
            problems.addAll(e.problems());
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(shown, e);
        }
        root.allow("version", "tests");
        Set<String> names = new HashSet<>();
        root.require("tests").map(YamlNode::asList).orElse(List.of()).stream()
                .flatMap(n -> n.asMap().stream()).forEach(n -> readTest(layer, n, names));
        problems.addAll(root.problems());
    }

    private void readTest(String layer, YamlNode node, Set<String> names) {
        node.allow("name", "description", "model", "given", "expect", "expect_late", "expect_quarantine");
        Optional<YamlNode> nameNode = node.require("name");
        Optional<String> name = nameNode.flatMap(YamlNode::asText);
        name.filter(n -> !names.add(n)).ifPresent(n -> nameNode.get().problem(YamlProblem.YAML_BAD_VALUE,
                "Another test of this file is called \"" + n + "\" too."));
        Optional<Pipeline.PlannedModel> model = node.require("model").flatMap(n -> model(layer, n));
        Optional<YamlNode> given = node.require("given").flatMap(YamlNode::asMap);
        if (node.get("expect").isEmpty() && node.get("expect_late").isEmpty()
                && node.get("expect_quarantine").isEmpty()) {
            node.problem(YamlProblem.YAML_MISSING_KEY,
                    "Expected the key \"expect\", \"expect_late\" or \"expect_quarantine\" here.");
        }
        if (name.isEmpty() || model.isEmpty() || given.isEmpty()) {
            return;
        }
        tests.add(new ModelTest(name.get(), model.get().name(), nameNode.get().place(),
                given(model.get(), given.get()),
                node.get("expect").map(n -> expected(model.get().plan().rowType(), n)),
                node.get("expect_late").map(n -> expected(LateRow.ROW, n)),
                node.get("expect_quarantine").map(n -> expected(QuarantineRecord.ROW, n))));
    }

    /** A model of the layer that the file stands in, or one named with its layer. */
    private Optional<Pipeline.PlannedModel> model(String layer, YamlNode node) {
        return node.asText().flatMap(text -> {
            String name = text.contains(".") ? text : layer + "." + text;
            Optional<Pipeline.PlannedModel> found = pipeline.models().stream().filter(m -> m.name().equals(name))
                    .findFirst();
            if (found.isEmpty()) {
                node.problem(TrialProblem.TEST_MODEL_UNKNOWN, "There is no model \"" + name + "\"." + Nearest.hint(name,
                        pipeline.models().stream().map(Pipeline.PlannedModel::name).toList()));
            }
            return found;
        });
    }

    private List<ModelTest.Given> given(Pipeline.PlannedModel model, YamlNode node) {
        Map<String, Contract> sources = new LinkedHashMap<>();
        pipeline.only(Set.of(model.name())).contracts().forEach(c -> sources.put(c.name(), c));
        List<ModelTest.Given> given = new ArrayList<>();
        node.entries().forEach((source, rows) -> {
            Contract contract = sources.get(source);
            if (contract == null) {
                node.problem(Problem.at(TrialProblem.TEST_SOURCE_UNKNOWN, node.placeOfKey(source), model.name()
                        + " is not computed from \"" + source + "\"." + Nearest.to(source, sources.keySet())
                                .map(n -> " Did you mean \"" + n + "\"?")
                                .orElse(" It is computed from " + String.join(", ", sources.keySet()) + ".")));
                return;
            }
            rows.asList().stream().flatMap(r -> r.asMap().stream())
                    .forEach(r -> row(contract, r).ifPresent(given::add));
        });
        return given;
    }

    private static Optional<ModelTest.Given> row(Contract contract, YamlNode node) {
        if (node.keys().contains(END)) {
            node.allow(END);
            return node.get(END).flatMap(YamlNode::asBoolean).filter(b -> b)
                    .map(b -> new ModelTest.Given.End(contract));
        }
        if (node.keys().contains(DELETE)) {
            return delete(contract, node);
        }
        FieldType.Struct type = contract.rowType();
        return Optional.of(new ModelTest.Given.Row(contract, values(contract, type, List.of(TIMESTAMP), node),
                timestamp(node)));
    }

    private static Optional<ModelTest.Given> delete(Contract contract, YamlNode node) {
        if (contract.kind() != Contract.Kind.CHANGELOG) {
            node.problem(Problem.at(YamlProblem.YAML_BAD_VALUE, node.placeOfKey(DELETE), contract.name()
                    + " is a contract of kind event: its records delete nothing. Only those of kind changelog do."));
            return Optional.empty();
        }
        FieldType.Struct type = contract.keyType();
        Object[] key = values(contract, type, List.of(TIMESTAMP, DELETE), node);
        return node.get(DELETE).flatMap(YamlNode::asBoolean).filter(b -> b)
                .map(b -> new ModelTest.Given.Delete(contract, key, timestamp(node)));
    }

    private static OptionalLong timestamp(YamlNode node) {
        return node.get(TIMESTAMP).flatMap(n -> TestValues.read(INSTANT, n))
                .map(micros -> OptionalLong.of(Math.floorDiv((Long) micros, 1000L))).orElse(OptionalLong.empty());
    }

    /** @param others keys that are no columns */
    private static Object[] values(Contract contract, FieldType.Struct type, List<String> others, YamlNode node) {
        List<String> columns = new ArrayList<>(type.fields().stream().map(Field::name).toList());
        columns.addAll(others);
        refuseUnknown(node, columns);
        Object[] row = new Object[type.fields().size()];
        for (int i = 0; i < row.length; i++) {
            Field field = type.fields().get(i);
            Optional<YamlNode> value = node.get(field.name());
            if (value.isPresent()) {
                row[i] = TestValues.read(field.type(), value.get()).orElse(null);
            } else if (!field.nullable()) {
                node.problem(TrialProblem.TEST_COLUMN_MISSING,
                        "This row of " + contract.name() + " needs a value for \"" + field.name() + "\".");
            }
        }
        return row;
    }

    private static ModelTest.Expected expected(FieldType.Struct type, YamlNode node) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (YamlNode row : node.asList()) {
            row.asMap().ifPresent(map -> {
                refuseUnknown(map, type.fields().stream().map(Field::name).toList());
                Map<String, Object> values = new LinkedHashMap<>();
                map.entries().forEach((column, value) -> {
                    int at = type.indexOf(column);
                    if (at >= 0) {
                        values.put(column, value.isNull()
                                ? null
                                : TestValues.read(type.fields().get(at).type(), value).orElse(null));
                    }
                });
                rows.add(values);
            });
        }
        return new ModelTest.Expected(type, rows);
    }

    private static void refuseUnknown(YamlNode row, List<String> columns) {
        row.keys().stream().filter(k -> !columns.contains(k)).forEach(k -> row.problem(Problem.at(
                TrialProblem.TEST_COLUMN_UNKNOWN, row.placeOfKey(k), "There is no column \"" + k + "\"."
                        + Nearest.to(k, columns).map(n -> " Did you mean \"" + n + "\"?")
                                .orElse(" There are: " + String.join(", ", columns) + "."))));
    }
}

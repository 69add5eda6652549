package millrace.topology.model;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.yaml.Durations;
import millrace.schemas.yaml.YamlNode;
import millrace.schemas.yaml.YamlProblem;
import millrace.topology.model.Model.Config;
import millrace.topology.model.Model.Materialized;
import millrace.topology.model.Model.Merge;
import millrace.topology.model.Model.ModelColumn;

/** What one block of {@code models:} says. Mistakes are noted in the file's list of problems. */
record ModelProperties(String description, List<ModelColumn> columns, Config config) {
    private static final List<String> TESTS = List.of("not_null", "accepted_values", "accepted_range");
    private static final List<String> LATER_TESTS = List.of("unique", "relationships");
    private static final int MOST_PIECES = 256;
    private static final Pattern EARLY = Pattern.compile("early\\s*\\((.*)\\)");
    private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*([KMG]i?B|B)?", Pattern.CASE_INSENSITIVE);

    static ModelProperties read(YamlNode node) {
        String description = node.get("description").flatMap(YamlNode::asText).orElse("");
        List<ModelColumn> columns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (YamlNode column : node.get("columns").map(YamlNode::asList).orElse(List.of())) {
            column.asMap().flatMap(ModelProperties::column).ifPresent(c -> {
                if (seen.add(c.name().toLowerCase(Locale.ROOT))) {
                    columns.add(c);
                } else {
                    column.problem(YamlProblem.YAML_BAD_VALUE, "The column \"" + c.name() + "\" is described twice.");
                }
            });
        }
        return new ModelProperties(description, columns,
                node.get("config").flatMap(YamlNode::asMap).map(ModelProperties::config).orElse(Config.DEFAULT));
    }

    private static Optional<ModelColumn> column(YamlNode node) {
        node.allow("name", "description", "data_type", "data_tests");
        Optional<YamlNode> name = node.require("name");
        List<DataTest> tests = new ArrayList<>();
        for (YamlNode test : node.get("data_tests").map(YamlNode::asList).orElse(List.of())) {
            dataTest(test).ifPresent(tests::add);
        }
        Optional<String> dataType = node.get("data_type").flatMap(YamlNode::asText);
        return name.flatMap(YamlNode::asText).map(n -> new ModelColumn(n,
                node.get("description").flatMap(YamlNode::asText).orElse(""), dataType, tests, name.get().place()));
    }

    /** {@code not_null}, or a mapping of one test's name to its arguments. */
    private static Optional<DataTest> dataTest(YamlNode node) {
        if (!node.isMap()) {
            return node.asText().flatMap(name -> named(name, node, Optional.empty()));
        }
        if (node.entries().size() != 1) {
            node.problem(YamlProblem.YAML_BAD_VALUE,
                    "Expected one test per item: its name, or a mapping of its name to its arguments.");
            return Optional.empty();
        }
        var entry = node.entries().entrySet().iterator().next();
        Optional<YamlNode> arguments = entry.getValue().asMap();
        return named(entry.getKey(), node, arguments.map(a -> a.get("arguments").orElse(a)));
    }

    private static Optional<DataTest> named(String name, YamlNode node, Optional<YamlNode> arguments) {
        YamlNode given = arguments.orElse(node);
        switch (name) {
            case "not_null" -> {
                arguments.ifPresent(a -> a.allow(List.of()));
                return Optional.of(new DataTest.NotNull());
            }
            case "accepted_values" -> {
                if (arguments.isPresent()) {
                    given.allow("values");
                }
                return given.require("values").map(v -> new DataTest.AcceptedValues(v.asTexts()));
            }
            case "accepted_range" -> {
                if (arguments.isPresent()) {
                    given.allow("min_value", "max_value", "inclusive");
                }
                Optional<BigDecimal> min = given.get("min_value").flatMap(YamlNode::asNumber);
                Optional<BigDecimal> max = given.get("max_value").flatMap(YamlNode::asNumber);
                if (given.get("min_value").isEmpty() && given.get("max_value").isEmpty()) {
                    node.problem(YamlProblem.YAML_MISSING_KEY, "Expected \"min_value\" or \"max_value\" here.");
                    return Optional.empty();
                }
                return Optional.of(new DataTest.AcceptedRange(min, max,
                        given.get("inclusive").flatMap(YamlNode::asBoolean).orElse(true)));
            }
            default -> {
                String expected = " Expected one of " + String.join(", ", TESTS) + ".";
                if (LATER_TESTS.contains(name)) {
                    node.problem(ModelProblem.MODEL_NOT_SUPPORTED_YET, "The test \"" + name
                            + "\" needs more than one row, which is not supported yet." + expected);
                } else {
                    node.problem(YamlProblem.YAML_BAD_VALUE, "Unknown test \"" + name + "\"."
                            + Nearest.to(name, TESTS).map(n -> " Did you mean \"" + n + "\"?").orElse(expected));
                }
                return Optional.empty();
            }
        }
    }

    private static Config config(YamlNode node) {
        Map<String, String> properties = new LinkedHashMap<>();
        List<String> allowed = new ArrayList<>(ModelKey.names());
        Map<String, Place> places = new LinkedHashMap<>();
        node.entries().forEach((key, value) -> {
            places.put(key, value.place());
            if (key.startsWith("iceberg.") && key.length() > "iceberg.".length()) {
                allowed.add(key);
                value.asText().ifPresent(text -> properties.put(key.substring("iceberg.".length()), text));
            }
        });
        node.allow(allowed);
        node.get("table_properties").flatMap(YamlNode::asMap).ifPresent(
                m -> m.entries().forEach((k, v) -> v.asText().ifPresent(text -> properties.put(k, text))));
        only(node, "publish", "continuous", "audited");
        boolean serve = flag(node, "serve", false);
        boolean topic = flag(node, "topic", true);
        Optional<Duration> retention = node.get("retention").flatMap(
                n -> n.isScalar() && n.asText().filter("forever"::equals).isPresent()
                        ? Optional.of(Config.FOREVER)
                        : n.asDuration());
        return new Config(texts(node, "unique_key"), node.get("materialized").flatMap(ModelProperties::materialized),
                node.get("emit").flatMap(ModelProperties::early), salt(node),
                node.get("merge").flatMap(n -> n.asOneOf("latest_non_null")).map(word -> Merge.LATEST_NON_NULL),
                retention,
                texts(node, "partition_by"), texts(node, "sort_by"), node.get("target_file_size")
                        .flatMap(ModelProperties::size),
                serve, topic, properties, places);
    }

    private static Optional<Materialized> materialized(YamlNode node) {
        return node.asOneOf("append", "upsert", "scd2").map(word -> switch (word) {
            case "append" -> Materialized.APPEND;
            case "upsert" -> Materialized.UPSERT;
            default -> Materialized.SCD2;
        });
    }

    private static OptionalInt salt(YamlNode config) {
        Optional<YamlNode> node = config.get("salt");
        Optional<Long> pieces = node.flatMap(YamlNode::asInteger);
        if (pieces.isEmpty()) {
            return OptionalInt.empty();
        }
        if (pieces.get() < 2 || pieces.get() > MOST_PIECES) {
            node.get().problem(YamlProblem.YAML_BAD_VALUE,
                    "Found " + pieces.get() + ", expected from 2 to " + MOST_PIECES
                            + ": how many tasks share the rows of one key.");
            return OptionalInt.empty();
        }
        return OptionalInt.of(pieces.get().intValue());
    }

    /** How often results are given out early; empty for {@code final}. */
    private static Optional<Duration> early(YamlNode node) {
        Optional<String> text = node.asText();
        Matcher m = EARLY.matcher(text.orElse("").strip());
        Optional<Duration> every = m.matches() ? Durations.parse(m.group(1)) : Optional.empty();
        if (every.filter(Duration::isPositive).isEmpty() && text.filter("final"::equals).isEmpty()) {
            node.problem(YamlProblem.YAML_BAD_VALUE,
                    "Found \"" + text.orElse("") + "\", expected final, or early(d) with "
                            + "how often results are given out before they are final, such as early(30s)."
                            + Nearest.hint(text.orElse(""), List.of("final")));
        }
        return every.filter(Duration::isPositive);
    }

    /** Notes a value that is not the first of the known ones: the others are for later versions. */
    private static void only(YamlNode config, String key, String supported, String... later) {
        config.get(key).ifPresent(node -> {
            String[] words = Stream.concat(Stream.of(supported), Stream.of(later)).toArray(String[]::new);
            node.asOneOf(words).filter(word -> !word.equals(supported))
                    .ifPresent(word -> later(node, key, word, supported));
        });
    }

    private static boolean flag(YamlNode config, String key, boolean supported) {
        config.get(key).ifPresent(node -> node.asBoolean().filter(b -> b != supported)
                .ifPresent(b -> later(node, key, String.valueOf(b), String.valueOf(supported))));
        return supported;
    }

    private static void later(YamlNode node, String key, String value, String supported) {
        node.problem(Problem.at(ModelProblem.MODEL_NOT_SUPPORTED_YET, node.place(),
                key + ": " + value + " is not supported yet. Supported: " + supported + "."));
    }

    /** A list of texts, or one text alone, as dbt allows. */
    private static List<String> texts(YamlNode config, String key) {
        return config.get(key).map(YamlNode::asTextOrTexts).orElse(List.of());
    }

    private static Optional<Long> size(YamlNode node) {
        Optional<String> text = node.asText();
        Matcher m = SIZE.matcher(text.orElse("").strip());
        if (text.isPresent() && m.matches() && m.group(1).length() < 13) {
            String unit = m.group(2) == null ? "B" : m.group(2).toUpperCase(Locale.ROOT);
            long factor = switch (unit.charAt(0)) {
                case 'K' -> 1L << 10;
                case 'M' -> 1L << 20;
                case 'G' -> 1L << 30;
                default -> 1L;
            };
            long bytes = Long.parseLong(m.group(1)) * factor;
            if (bytes >= 1 << 20) {
                return Optional.of(bytes);
            }
        }
        node.problem(YamlProblem.YAML_BAD_VALUE,
                "Found \"" + text.orElse("") + "\", expected a size of at least 1MiB, such as 128MiB.");
        return Optional.empty();
    }
}

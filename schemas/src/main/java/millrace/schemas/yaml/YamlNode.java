package millrace.schemas.yaml;

import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemCode;
import millrace.schemas.problem.ProblemException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A node of a YAML file that knows where it stands. Reading never throws for a user's mistake: what does not fit is
 * noted in the file's list of problems and read as absent, so that one run shows every mistake of a file.
 */
public final class YamlNode {
    private final Source source;
    private final Node node;

    private record Source(String file, String text, List<Problem> problems) {}

    private YamlNode(Source source, Node node) {
        this.source = source;
        this.node = node;
    }

    /**
     * The root mapping of a file; an empty file is an empty mapping.
     *
     * @throws ProblemException if the text is not YAML or its root is not a mapping
     */
    public static YamlNode parse(String file, String text) {
        Source source = new Source(file, text, new ArrayList<>());
        Node root;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            throw new ProblemException(Problem.at(YamlProblem.YAML_SYNTAX,
                    Place.in(file, text, mark.getLine() + 1, mark.getColumn() + 1, 1),
                    "Expected well-formed YAML, but " + e.getProblem() + "."));
        } catch (org.yaml.snakeyaml.error.YAMLException e) {
            throw new ProblemException(Problem.at(YamlProblem.YAML_SYNTAX, Place.file(file), e.getMessage()));
        }
        if (root == null) {
            root = new MappingNode(Tag.MAP, List.of(), org.yaml.snakeyaml.DumperOptions.FlowStyle.BLOCK);
        }
        YamlNode result = new YamlNode(source, root);
        if (!result.isMap()) {
            throw new ProblemException(Problem.at(YamlProblem.YAML_WRONG_TYPE, result.place(),
                    "Expected a mapping of keys to values, found " + result.kind() + "."));
        }
        return result;
    }

    /** Every problem noted so far in this file, in the order of the lines. */
    public List<Problem> problems() {
        return source.problems().stream().sorted(java.util.Comparator.comparingInt(
                (Problem p) -> p.place().map(Place::line).orElse(0))).toList();
    }

    /** @throws ProblemException if any problem was noted */
    public void throwProblems() {
        if (!source.problems().isEmpty()) {
            throw new ProblemException(problems());
        }
    }

    public void problem(ProblemCode code, String message) {
        source.problems().add(Problem.at(code, place(), message));
    }

    public void problem(Problem problem) {
        source.problems().add(problem);
    }

    public boolean isMap() {
        return node instanceof MappingNode;
    }

    public boolean isList() {
        return node instanceof SequenceNode;
    }

    public boolean isScalar() {
        return node instanceof ScalarNode;
    }

    /** Whether nothing stands here, or {@code null}. */
    public boolean isNull() {
        return node.getTag().equals(Tag.NULL);
    }

    public Place place() {
        return place(node);
    }

    private Place place(Node n) {
        var mark = n.getStartMark();
        if (mark == null) {
            return Place.file(source.file());
        }
        int length = n instanceof ScalarNode s && n.getEndMark().getLine() == mark.getLine()
                ? n.getEndMark().getColumn() - mark.getColumn()
                : 1;
        return Place.in(source.file(), source.text(), mark.getLine() + 1, mark.getColumn() + 1, length);
    }

    private String kind() {
        return isMap()
                ? "a mapping"
                : isList()
                        ? "a list"
                        : node.getTag().equals(Tag.NULL) ? "nothing" : "\"" + ((ScalarNode) node).getValue() + "\"";
    }

    /** The keys of a mapping, in the order of the file. */
    public Set<String> keys() {
        return entries().keySet();
    }

    /** The entries of a mapping, in the order of the file; empty for anything else. */
    public Map<String, YamlNode> entries() {
        Map<String, YamlNode> out = new LinkedHashMap<>();
        if (node instanceof MappingNode m) {
            for (NodeTuple t : m.getValue()) {
                if (t.getKeyNode() instanceof ScalarNode k) {
                    out.putIfAbsent(k.getValue(), new YamlNode(source, t.getValueNode()));
                }
            }
        }
        return out;
    }

    /** Where a key of this mapping stands; the mapping itself where it has no such key. */
    public Place placeOfKey(String key) {
        if (node instanceof MappingNode m) {
            for (NodeTuple t : m.getValue()) {
                if (t.getKeyNode() instanceof ScalarNode k && k.getValue().equals(key)) {
                    return place(k);
                }
            }
        }
        return place();
    }

    /** Notes every key that is not among the known ones, with the nearest known key, and every key that stands twice. */
    public YamlNode allow(Collection<String> known) {
        Set<String> seen = new java.util.HashSet<>();
        if (node instanceof MappingNode m) {
            for (NodeTuple t : m.getValue()) {
                String key = t.getKeyNode() instanceof ScalarNode k ? k.getValue() : "?";
                if (!seen.add(key)) {
                    source.problems().add(Problem.at(YamlProblem.YAML_DUPLICATE_KEY, place(t.getKeyNode()),
                            "The key \"" + key + "\" stands twice here."));
                } else if (!known.contains(key)) {
                    source.problems().add(Problem.at(YamlProblem.YAML_UNKNOWN_KEY, place(t.getKeyNode()),
                            "Unknown key \"" + key + "\"." + Nearest.to(key, known)
                                    .map(n -> " Did you mean \"" + n + "\"?")
                                    .orElse(" Expected one of " + String.join(", ", known) + ".")));
                }
            }
        }
        return this;
    }

    public YamlNode allow(String... known) {
        return allow(Arrays.asList(known));
    }

    /** The value of a key; absent if the key is missing or its value is null. */
    public Optional<YamlNode> get(String key) {
        return Optional.ofNullable(entries().get(key)).filter(n -> !n.node.getTag().equals(Tag.NULL));
    }

    /** The value of a key that must be there: notes a problem if it is not. */
    public Optional<YamlNode> require(String key) {
        Optional<YamlNode> value = get(key);
        if (value.isEmpty()) {
            source.problems().add(
                    Problem.at(YamlProblem.YAML_MISSING_KEY, place(), "Expected the key \"" + key + "\" here."));
        }
        return value;
    }

    public Optional<String> asText() {
        return node instanceof ScalarNode s && !node.getTag().equals(Tag.NULL)
                ? Optional.of(s.getValue())
                : wrong("text");
    }

    public Optional<Long> asInteger() {
        return scalar("a whole number", t -> Long.valueOf(t.replace("_", "")));
    }

    public Optional<java.math.BigDecimal> asNumber() {
        return scalar("a number", t -> new java.math.BigDecimal(t.replace("_", "")));
    }

    public Optional<Boolean> asBoolean() {
        return scalar("true or false", t -> switch (t.toLowerCase(java.util.Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException(t);
        });
    }

    public Optional<Duration> asDuration() {
        return scalar("a duration such as 30s, 5m, 24h or 7d", t -> Durations.parse(t).orElseThrow(
                () -> new IllegalArgumentException(t)));
    }

    /** The items of a list; anything else is noted and read as an empty list. */
    public List<YamlNode> asList() {
        if (node instanceof SequenceNode s) {
            return s.getValue().stream().map(n -> new YamlNode(source, n)).toList();
        }
        wrong("a list");
        return List.of();
    }

    public List<String> asTexts() {
        return asList().stream().flatMap(n -> n.asText().stream()).toList();
    }

    /** A text, or the texts of a list. */
    public List<String> asTextOrTexts() {
        return isScalar() ? asText().stream().toList() : asTexts();
    }

    /** This node if it is a mapping; anything else is noted and read as absent. */
    public Optional<YamlNode> asMap() {
        return isMap() ? Optional.of(this) : wrong("a mapping");
    }

    /** One of the given words, ignoring case; anything else is noted with the nearest one. */
    public Optional<String> asOneOf(String... words) {
        return asText().flatMap(t -> {
            Optional<String> match = Arrays.stream(words).filter(w -> w.equalsIgnoreCase(t)).findFirst();
            if (match.isEmpty()) {
                problem(YamlProblem.YAML_BAD_VALUE, "Found \"" + t + "\", expected one of "
                        + String.join(", ", words) + "." + Nearest.hint(t, Arrays.asList(words)));
            }
            return match;
        });
    }

    /** The value as plain Java: maps, lists, strings, {@link Long}, {@link java.math.BigDecimal}, {@link Boolean}, null. */
    public Object plain() {
        if (isMap()) {
            Map<String, Object> out = new LinkedHashMap<>();
            entries().forEach((k, v) -> out.put(k, v.plain()));
            return out;
        }
        if (node instanceof SequenceNode s) {
            List<Object> out = new ArrayList<>();
            s.getValue().forEach(n -> out.add(new YamlNode(source, n).plain()));
            return out;
        }
        String value = ((ScalarNode) node).getValue();
        try {
            if (node.getTag().equals(Tag.NULL)) {
                return null;
            } else if (node.getTag().equals(Tag.BOOL)) {
                return asBoolean().orElse(null);
            } else if (node.getTag().equals(Tag.INT)) {
                return Long.valueOf(value.replace("_", ""));
            } else if (node.getTag().equals(Tag.FLOAT)) {
                return new java.math.BigDecimal(value.replace("_", ""));
            }
        } catch (NumberFormatException e) {
            return value; // octal, sexagesimal, infinity: what the user wrote is the value
        }
        return value;
    }

    private <T> Optional<T> scalar(String expected, Function<String, T> read) {
        if (node instanceof ScalarNode s) {
            try {
                return Optional.of(read.apply(s.getValue().strip()));
            } catch (IllegalArgumentException e) {
                return wrong(expected);
            }
        }
        return wrong(expected);
    }

    private <T> Optional<T> wrong(String expected) {
        problem(YamlProblem.YAML_WRONG_TYPE, "Expected " + expected + ", found " + kind() + ".");
        return Optional.empty();
    }
}

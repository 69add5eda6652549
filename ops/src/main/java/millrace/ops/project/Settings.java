package millrace.ops.project;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.yaml.YamlNode;
import millrace.schemas.yaml.YamlProblem;

/** A mapping read against a list of keys: nested and dotted spellings are one, unknown keys are noted. */
final class Settings {
    private final Map<String, YamlNode> values = new LinkedHashMap<>();
    private final YamlNode root;

    private Settings(YamlNode root) {
        this.root = root;
    }

    static Settings read(YamlNode root, List<ConfigKey> keys) {
        Settings settings = new Settings(root);
        settings.flatten("", root, keys);
        return settings;
    }

    private void flatten(String prefix, YamlNode node, List<ConfigKey> keys) {
        node.entries().forEach((key, value) -> {
            String name = prefix.isEmpty() ? key : prefix + "." + key;
            if (value.isMap() && !isLeaf(name, keys)) {
                if (known(name, keys) || leadsTo(name, keys)) {
                    flatten(name, value, keys);
                } else {
                    unknown(node, prefix, key, keys);
                }
            } else if (!known(name, keys)) {
                if (leadsTo(name, keys) && node.get(key).isEmpty()) {
                    return; // "defaults:" with nothing below it
                }
                unknown(node, prefix, key, keys);
            } else if (values.putIfAbsent(name, value) != null) {
                node.problem(Problem.at(YamlProblem.YAML_DUPLICATE_KEY, node.placeOfKey(key),
                        "The key \"" + name + "\" stands twice: once nested and once with dots."));
            }
        });
        node.allow(node.keys()); // notes keys that stand twice
    }

    private static boolean isLeaf(String name, List<ConfigKey> keys) {
        return keys.stream().anyMatch(k -> !k.kind().isPrefix() && k.name().equals(name));
    }

    private static boolean known(String name, List<ConfigKey> keys) {
        return keys.stream().anyMatch(k -> k.kind().isPrefix()
                ? name.startsWith(k.name() + ".")
                : name.equals(k.name()));
    }

    private static boolean leadsTo(String name, List<ConfigKey> keys) {
        return keys.stream().anyMatch(k -> k.name().startsWith(name + ".") || k.name().equals(name));
    }

    private void unknown(YamlNode node, String prefix, String key, List<ConfigKey> keys) {
        String lead = prefix.isEmpty() ? "" : prefix + ".";
        Set<String> here = new LinkedHashSet<>();
        for (ConfigKey k : keys) {
            if (k.name().startsWith(lead)) {
                String rest = k.name().substring(lead.length());
                here.add(rest);
                here.add(rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest);
            }
        }
        node.problem(Problem.at(YamlProblem.YAML_UNKNOWN_KEY, node.placeOfKey(key), "Unknown key \"" + key + "\"."
                + Nearest.to(key, here).map(n -> " Did you mean \"" + n + "\"?").orElse(" Expected one of "
                        + String.join(", ", here.stream().filter(h -> !prefixOfAnother(h, here)).toList()) + ".")));
    }

    private static boolean prefixOfAnother(String word, Set<String> words) {
        return words.stream().anyMatch(w -> w.startsWith(word + "."));
    }

    YamlNode root() {
        return root;
    }

    Optional<YamlNode> node(String name) {
        return Optional.ofNullable(values.get(name));
    }

    Optional<String> text(String name) {
        return node(name).flatMap(YamlNode::asText);
    }

    Optional<Duration> duration(String name) {
        return node(name).flatMap(YamlNode::asDuration);
    }

    Optional<Long> size(String name) {
        return node(name).flatMap(n -> n.asText().flatMap(t -> {
            Optional<Long> size = Sizes.parse(t).filter(s -> s > 0);
            if (size.isEmpty()) {
                n.problem(YamlProblem.YAML_WRONG_TYPE,
                        "Expected a size such as 64MB or 1GB, found \"" + t + "\".");
            }
            return size;
        }));
    }

    /** A whole number between bounds; anything else is noted. */
    Optional<Integer> integer(String name, int min, int max) {
        return node(name).flatMap(n -> n.asInteger().flatMap(v -> {
            if (v < min || v > max) {
                n.problem(YamlProblem.YAML_BAD_VALUE,
                        "Found " + v + ", expected a number from " + min + " to " + max + ".");
                return Optional.empty();
            }
            return Optional.of(v.intValue());
        }));
    }

    Optional<String> oneOf(String name, String... words) {
        return node(name).flatMap(n -> n.asOneOf(words));
    }

    /** What was given under a passed-through prefix, by the names without it. */
    Map<String, YamlNode> under(String prefix) {
        Map<String, YamlNode> out = new LinkedHashMap<>();
        values.forEach((name, node) -> {
            if (name.startsWith(prefix + ".")) {
                out.put(name.substring(prefix.length() + 1), node);
            }
        });
        return out;
    }
}

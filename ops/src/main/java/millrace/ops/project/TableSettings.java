package millrace.ops.project;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.yaml.YamlNode;
import millrace.schemas.yaml.YamlProblem;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.Tier;

/**
 * What {@code millrace.yaml} says of one table.
 *
 * @param place where it begins
 * @param properties Iceberg's, by their own names
 */
public record TableSettings(Place place, AgeRules ages, Map<String, String> properties) {
    static final String KEEP = "keep";
    static final String TIERS = "tiers";
    static final String ICEBERG = "iceberg";
    /** The keys of one tier. */
    static final List<String> TIER = List.of("after", "partition_by", "compression", "compression_level", "location");

    private static final Pattern NAME = Pattern.compile("([^.]+\\.[^.]+)\\.(.+)");
    private static final Pattern OF_TIER = Pattern.compile(TIERS + "\\.([^.]+)\\.([^.]+)");
    private static final Pattern TIER_NAME = Pattern.compile("[a-z][a-z0-9_]{0,30}");

    public TableSettings {
        properties = Map.copyOf(properties);
    }

    /** Reads what stands below {@code tables}, by the tables' names. What is wrong is noted at its place. */
    static Map<String, TableSettings> read(Map<String, YamlNode> below) {
        Map<String, Map<String, YamlNode>> byTable = new LinkedHashMap<>();
        below.forEach((name, node) -> {
            Matcher table = NAME.matcher(name);
            if (table.matches()) {
                byTable.computeIfAbsent(table.group(1), t -> new LinkedHashMap<>()).put(table.group(2), node);
            } else {
                node.problem(YamlProblem.YAML_BAD_VALUE, "Found tables." + name
                        + ", expected the name of a table and a key of it, such as tables.bronze.clicks." + KEEP + ".");
            }
        });
        Map<String, TableSettings> settings = new LinkedHashMap<>();
        byTable.forEach((table, keys) -> settings.put(table, table(keys)));
        return settings;
    }

    private static TableSettings table(Map<String, YamlNode> keys) {
        Map<String, String> properties = new LinkedHashMap<>();
        Map<String, Map<String, YamlNode>> tiers = new LinkedHashMap<>();
        Optional<Duration> keep = Optional.empty();
        YamlNode first = keys.values().iterator().next();
        for (Map.Entry<String, YamlNode> key : keys.entrySet()) {
            Matcher ofTier = OF_TIER.matcher(key.getKey());
            if (key.getKey().equals(KEEP)) {
                keep = positive(key.getValue());
            } else if (key.getKey().startsWith(ICEBERG + ".")) {
                key.getValue().asText()
                        .ifPresent(t -> properties.put(key.getKey().substring(ICEBERG.length() + 1), t));
            } else if (ofTier.matches() && TIER.contains(ofTier.group(2))) {
                tiers.computeIfAbsent(ofTier.group(1), t -> new LinkedHashMap<>()).put(ofTier.group(2),
                        key.getValue());
            } else {
                unknown(key.getKey(), ofTier, key.getValue());
            }
        }
        List<Tier> read = new ArrayList<>();
        tiers.forEach((name, of) -> tier(name, of).ifPresent(read::add));
        return new TableSettings(first.place(), ages(keep, read, first), properties);
    }

    private static void unknown(String key, Matcher ofTier, YamlNode node) {
        String word = ofTier.matches() ? ofTier.group(2) : key;
        List<String> known = ofTier.matches() ? TIER : List.of(KEEP, TIERS, ICEBERG);
        node.problem(YamlProblem.YAML_UNKNOWN_KEY, "Unknown key \"" + word + "\"." + Nearest.to(word, known)
                .map(n -> " Did you mean \"" + n + "\"?").orElse(ofTier.matches()
                        ? " A tier has " + String.join(", ", TIER) + "."
                        : " A table has " + KEEP + ", " + TIERS + ".<name>.<key> and " + ICEBERG + ".<property>."));
    }

    private static Optional<Duration> positive(YamlNode node) {
        Optional<Duration> duration = node.asDuration();
        if (duration.filter(d -> d.isNegative() || d.isZero()).isPresent()) {
            node.problem(YamlProblem.YAML_BAD_VALUE, "Expected an age of more than nothing, such as 90d.");
            return Optional.empty();
        }
        return duration;
    }

    private static Optional<Tier> tier(String name, Map<String, YamlNode> keys) {
        YamlNode any = keys.values().iterator().next();
        if (!TIER_NAME.matcher(name).matches()) {
            any.problem(YamlProblem.YAML_BAD_VALUE, "Found the tier \"" + name
                    + "\", expected a name of lower-case letters, digits and _ that begins with a letter.");
            return Optional.empty();
        }
        if (!keys.containsKey("after")) {
            any.problem(YamlProblem.YAML_MISSING_KEY, "Tier \"" + name + "\" does not say at what age it begins: "
                    + "expected after, such as after: 30d.");
            return Optional.empty();
        }
        if (text(keys, "location").filter(l -> !Tier.isAbsolute(l)).isPresent()) {
            keys.get("location").problem(YamlProblem.YAML_BAD_VALUE,
                    "Expected a location that is the same from everywhere, such as /archive/shop or s3://archive/shop.");
            return Optional.empty();
        }
        Optional<Duration> after = positive(keys.get("after"));
        return after.map(age -> new Tier(name, age,
                Optional.ofNullable(keys.get("partition_by")).map(YamlNode::asTextOrTexts).orElse(List.of()),
                text(keys, "compression"), text(keys, "compression_level"), text(keys, "location")));
    }

    private static Optional<String> text(Map<String, YamlNode> keys, String key) {
        return Optional.ofNullable(keys.get(key)).flatMap(YamlNode::asText);
    }

    private static AgeRules ages(Optional<Duration> keep, List<Tier> tiers, YamlNode node) {
        Optional<String> wrong = AgeRules.wrong(keep, tiers);
        wrong.ifPresent(why -> node.problem(YamlProblem.YAML_BAD_VALUE, why));
        return wrong.isPresent() ? AgeRules.NONE : new AgeRules(keep, tiers);
    }
}

package millrace.ops.project;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import millrace.ops.project.Schedule.Action;
import millrace.schemas.problem.Nearest;
import millrace.schemas.yaml.YamlNode;
import millrace.schemas.yaml.YamlProblem;

/** Reads the {@code schedules} of {@code millrace.yaml}; what is wrong is noted at its place. */
final class SchedulesReader {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,62}");
    private static final Cron MIDNIGHT = new Cron("0 0 * * *");
    private static final int MOST_RETRIES = 100;
    /** By action, what it is to be told; it must be. */
    private static final Map<String, String> TOLD = Map.of("amend", "last", "cut", "tables", "compact", "tables",
            "replay", "select");

    private SchedulesReader() {}

    static List<Schedule> read(YamlNode list) {
        List<Schedule> schedules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlNode node : list.asList()) {
            schedule(node).ifPresent(s -> {
                if (!names.add(s.name())) {
                    node.problem(YamlProblem.YAML_BAD_VALUE, "Two schedules are called \"" + s.name()
                            + "\": expected a name of its own.");
                }
                schedules.add(s);
            });
        }
        requireOrder(list, schedules, names);
        return schedules;
    }

    /** Those that wait for others wait for earlier ones, so that none waits for itself. */
    private static void requireOrder(YamlNode list, List<Schedule> schedules, Set<String> names) {
        Set<String> before = new HashSet<>();
        for (Schedule schedule : schedules) {
            for (String other : schedule.after()) {
                if (!names.contains(other)) {
                    list.problem(YamlProblem.YAML_BAD_VALUE, "Schedule \"" + schedule.name() + "\" comes after \""
                            + other + "\", which is not there." + Nearest.hint(other, names));
                } else if (!before.contains(other)) {
                    list.problem(YamlProblem.YAML_BAD_VALUE, "Schedule \"" + schedule.name() + "\" comes after \""
                            + other + "\": expected that to stand before it.");
                }
            }
            before.add(schedule.name());
        }
    }

    private static Optional<Schedule> schedule(YamlNode node) {
        if (node.asMap().isEmpty()) {
            return Optional.empty();
        }
        node.allow(ConfigKey.names(ConfigKey.SCHEDULE));
        Optional<String> word = node.require("action").flatMap(n -> n.asOneOf("amend", "cut", "compact", "replay"));
        Optional<Action> action = word.flatMap(w -> action(w, node));
        Optional<String> complete = text(node, "complete");
        Optional<Cron> cron = node.get("cron").isPresent() || complete.isEmpty()
                ? node.require("cron").flatMap(SchedulesReader::cron)
                : Optional.of(MIDNIGHT);
        String name = text(node, "name").or(() -> word).orElse("");
        if (!NAME.matcher(name).matches() && word.isPresent()) {
            node.problem(YamlProblem.YAML_BAD_VALUE, "Found the schedule \"" + name
                    + "\", expected a name of lower-case letters, digits, - and _ that begins with a letter.");
        }
        return action.flatMap(a -> cron.map(c -> new Schedule(name, a, c,
                node.get("zone").flatMap(SchedulesReader::zone).orElse(ZoneOffset.UTC), complete,
                node.get("after").map(YamlNode::asTextOrTexts).orElse(List.of()), retries(node),
                node.get("backoff").flatMap(YamlNode::asDuration).orElse(Duration.ofMinutes(1)),
                node.get("deadline").flatMap(SchedulesReader::time))));
    }

    private static Optional<Action> action(String word, YamlNode node) {
        String told = TOLD.get(word);
        for (String other : Set.copyOf(TOLD.values())) {
            if (!other.equals(told)) {
                node.get(other).ifPresent(n -> n.problem(YamlProblem.YAML_BAD_VALUE,
                        "The action " + word + " has no " + other + "; it is told " + told + "."));
            }
        }
        Optional<YamlNode> of = node.require(told);
        return switch (word) {
            case "amend" -> of.flatMap(YamlNode::asDuration).map(Action.Amend::new);
            case "cut" -> of.flatMap(SchedulesReader::names).map(Action.Cut::new);
            case "compact" -> of.flatMap(SchedulesReader::names).map(Action.Compact::new);
            default -> of.flatMap(SchedulesReader::names).map(Action.Replay::new);
        };
    }

    private static Optional<List<String>> names(YamlNode node) {
        List<String> names = node.asTextOrTexts();
        if (names.isEmpty()) {
            node.problem(YamlProblem.YAML_BAD_VALUE, "Expected a name, or a list of them.");
            return Optional.empty();
        }
        return Optional.of(names);
    }

    private static int retries(YamlNode node) {
        Optional<Long> retries = node.get("retries").flatMap(YamlNode::asInteger);
        if (retries.filter(r -> r < 0 || r > MOST_RETRIES).isPresent()) {
            node.get("retries").orElseThrow().problem(YamlProblem.YAML_BAD_VALUE, "Found " + retries.get()
                    + ", expected a number from 0 to " + MOST_RETRIES + ".");
        }
        return retries.orElse(3L).intValue();
    }

    private static Optional<Cron> cron(YamlNode node) {
        Optional<String> text = node.asText();
        Optional<Cron> cron = text.flatMap(Cron::parse);
        if (text.isPresent() && cron.isEmpty()) {
            node.problem(YamlProblem.YAML_BAD_VALUE, "Found \"" + text.get()
                    + "\", expected minute, hour, day of the month, month and day of the week, such as \"30 2 * * *\".");
        }
        return cron;
    }

    private static Optional<ZoneId> zone(YamlNode node) {
        return node.asText().flatMap(text -> {
            try {
                return Optional.of(ZoneId.of(text));
            } catch (DateTimeException e) {
                node.problem(YamlProblem.YAML_BAD_VALUE, "Found \"" + text
                        + "\", expected a zone such as Europe/Berlin or UTC.");
                return Optional.empty();
            }
        });
    }

    private static Optional<LocalTime> time(YamlNode node) {
        return node.asText().flatMap(text -> {
            try {
                return Optional.of(LocalTime.parse(text));
            } catch (DateTimeException e) {
                node.problem(YamlProblem.YAML_BAD_VALUE, "Found \"" + text
                        + "\", expected a time of the day such as \"07:00\".");
                return Optional.empty();
            }
        });
    }

    private static Optional<String> text(YamlNode node, String key) {
        return node.get(key).flatMap(YamlNode::asText);
    }
}

package millrace.schemas.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.FieldType;
import millrace.schemas.yaml.Durations;
import millrace.schemas.yaml.YamlNode;

/** Reads a contract from an ODCS file, versions 3.0 to 3.2. */
public final class ContractFile {
    /** How file names end, so that editors know what they hold. */
    public static final String SUFFIX = ".odcs.yaml";

    /** Enough for the small differences in delay between producers. */
    static final Duration DISORDER = Duration.ofSeconds(10);
    static final Duration MAX_AHEAD = Duration.ofHours(1);
    static final Duration IDLE_TIMEOUT = Duration.ofMinutes(15);
    static final int PARTITIONS = 4;

    private static final Pattern API_VERSION = Pattern.compile("v3\\.[012](\\.\\d+)?");
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final Pattern AVRO_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final YamlNode root;
    private final Place file;

    private ContractFile(String fileName, String text) {
        this.root = YamlNode.parse(fileName, text);
        this.file = Place.file(fileName);
    }

    /**
     * The contract of a file.
     *
     * @param fileName as messages name it
     * @throws ProblemException with every mistake of the file, in the order of its lines
     */
    public static Contract read(String fileName, String text) {
        return new ContractFile(fileName, text).read();
    }

    private Contract read() {
        root.allow(OdcsKeys.CONTRACT);
        readHeader();
        Map<String, YamlNode> ours = CustomProperties.read(root, OdcsKeys.OURS);
        Optional<String> id = root.require("id").flatMap(YamlNode::asText);
        Optional<String> version = root.require("version").flatMap(YamlNode::asText);
        Optional<YamlNode> element = element();
        element.ifPresent(e -> {
            e.allow(OdcsKeys.SCHEMA);
            CustomProperties.read(e, OdcsKeys.OURS).forEach(ours::putIfAbsent);
        });
        ColumnReader reader = new ColumnReader();
        List<Column> columns = element.flatMap(e -> e.require("properties")).map(reader::columns).orElse(List.of());
        Optional<YamlNode> nameNode = element.flatMap(e -> e.require("name"));
        String name = nameNode.flatMap(YamlNode::asText).orElse("");
        String topic = topic(element, name);
        Contract.WireFormat format = format(ours);
        if (format == Contract.WireFormat.AVRO) {
            requireAvroNames(columns);
        }
        List<String> key = key(ours, columns, element);
        Contract.Kind kind = kind(ours, key);
        Optional<EventTime> eventTime = eventTime(ours, columns);
        List<Map<String, Object>> quality = new ArrayList<>(
                element.flatMap(e -> e.get("quality")).map(ContractFile::qualityRules).orElse(List.of()));
        quality.addAll(reader.quality());
        Contract contract = new Contract(id.orElse(""), name, version.orElse(""),
                root.get("status").flatMap(YamlNode::asText).orElse("active"), topic,
                Optional.ofNullable(ours.get("avroName")).flatMap(YamlNode::asText).orElse(topic + "." + name),
                description(element), owner(), columns, key, eventTime, partitions(ours), format,
                kind,
                raw(ours, format), freshness(), quality, file);
        root.throwProblems();
        return contract;
    }

    private void readHeader() {
        root.require("apiVersion").ifPresent(n -> n.asText().filter(v -> !API_VERSION.matcher(v).matches())
                .ifPresent(v -> n.problem(ContractProblem.CONTRACT_VERSION,
                        "Found apiVersion \"" + v + "\", expected v3.0, v3.1 or v3.2 of the standard.")));
        root.require("kind").ifPresent(n -> n.asOneOf("DataContract"));
    }

    private Optional<YamlNode> element() {
        Optional<YamlNode> schema = root.require("schema");
        List<YamlNode> elements = schema.map(YamlNode::asList).orElse(List.of());
        if (schema.isPresent() && schema.get().isList() && elements.size() != 1) {
            schema.get().problem(ContractProblem.CONTRACT_ONE_TOPIC,
                    "Expected one element, the topic, found " + elements.size() + ".");
        }
        return elements.stream().findFirst().flatMap(YamlNode::asMap);
    }

    private static String topic(Optional<YamlNode> element, String name) {
        Optional<YamlNode> physical = element.flatMap(e -> e.get("physicalName"));
        String topic = physical.flatMap(YamlNode::asText).orElse(name);
        if (!topic.isEmpty() && !TOPIC.matcher(topic).matches()) {
            physical.or(() -> element.flatMap(e -> e.get("name"))).ifPresent(n -> n.problem(
                    ContractProblem.CONTRACT_OPTION, "\"" + topic + "\" cannot be the name of a Kafka topic: expected "
                            + "up to 249 letters, digits, dots, dashes and underscores."));
        }
        return topic;
    }

    private Contract.WireFormat format(Map<String, YamlNode> ours) {
        Optional<YamlNode> ofServer = Optional.empty();
        for (YamlNode server : root.get("servers").map(YamlNode::asList).orElse(List.of())) {
            if (server.asMap().isPresent()) {
                server.allow(OdcsKeys.SERVER);
                server.require("server");
                boolean kafka = server.require("type").flatMap(YamlNode::asText).map("kafka"::equals).orElse(false);
                if (kafka && ofServer.isEmpty()) {
                    ofServer = server.get("format");
                }
            }
        }
        return Optional.ofNullable(ours.getOrDefault("format", ofServer.orElse(null)))
                .flatMap(f -> f.asOneOf("avro", "json"))
                .map(f -> Contract.WireFormat.valueOf(f.toUpperCase(Locale.ROOT))).orElse(Contract.WireFormat.AVRO);
    }

    private static Contract.Kind kind(Map<String, YamlNode> ours, List<String> key) {
        Optional<YamlNode> node = Optional.ofNullable(ours.get("kind"));
        Contract.Kind kind = node.flatMap(k -> k.asOneOf("event", "changelog"))
                .map(k -> Contract.Kind.valueOf(k.toUpperCase(Locale.ROOT))).orElse(Contract.Kind.EVENT);
        if (kind == Contract.Kind.CHANGELOG && key.isEmpty()) {
            node.get().problem(ContractProblem.CONTRACT_OPTION, "Records of kind changelog replace and delete rows by "
                    + "their key, but the contract names none. Name its columns in key, or mark them with primaryKey.");
        }
        return kind;
    }

    private static Optional<Contract.Raw> raw(Map<String, YamlNode> ours, Contract.WireFormat format) {
        Optional<Duration> retention = duration(ours, "rawRetention");
        Optional<YamlNode> node = Optional.ofNullable(ours.get("rawForm"));
        Contract.RawForm form = node.flatMap(f -> f.asOneOf("bytes", "variant"))
                .map(f -> Contract.RawForm.valueOf(f.toUpperCase(Locale.ROOT))).orElse(Contract.RawForm.BYTES);
        if (form == Contract.RawForm.VARIANT && format != Contract.WireFormat.JSON) {
            node.get().problem(ContractProblem.CONTRACT_RAW,
                    "rawForm variant is for a topic of format json, and this one is avro.");
        } else if (node.isPresent() && !ours.containsKey("rawRetention")) {
            node.get().problem(ContractProblem.CONTRACT_RAW,
                    "rawForm says how originals are kept, but without rawRetention none are.");
        }
        return retention.map(r -> new Contract.Raw(r, form));
    }

    private void requireAvroNames(List<Column> columns) {
        for (Column c : columns) {
            if (!AVRO_NAME.matcher(c.name()).matches()) {
                root.problem(Problem.at(ContractProblem.CONTRACT_OPTION, c.place(), "\"" + c.name()
                        + "\" cannot be the name of an Avro field: expected letters, digits and underscores."));
            }
            if (c.field().type() instanceof FieldType.Struct || !c.nested().isEmpty()) {
                requireAvroNames(c.nested());
            }
        }
    }

    private List<String> key(Map<String, YamlNode> ours, List<Column> columns, Optional<YamlNode> element) {
        YamlNode node = ours.get("key");
        if (node == null) {
            return primaryKey(element);
        }
        List<YamlNode> parts = node.isScalar() ? List.of(node) : node.asList();
        List<String> key = new ArrayList<>();
        for (YamlNode part : parts) {
            part.asText().flatMap(name -> column(part, name, columns)).ifPresent(c -> {
                if (!c.nested().isEmpty()) {
                    part.problem(ContractProblem.CONTRACT_OPTION,
                            "The key column \"" + c.name() + "\" is not a plain value.");
                }
                key.add(c.name());
            });
        }
        return key;
    }

    private static List<String> primaryKey(Optional<YamlNode> element) {
        record Part(String name, long position) {}
        List<Part> parts = new ArrayList<>();
        for (YamlNode p : element.flatMap(e -> e.get("properties")).filter(YamlNode::isList).map(YamlNode::asList)
                .orElse(List.of())) {
            if (p.isMap() && p.get("primaryKey").flatMap(YamlNode::asBoolean).orElse(false)) {
                parts.add(new Part(p.get("name").flatMap(YamlNode::asText).orElse(""),
                        p.get("primaryKeyPosition").flatMap(YamlNode::asInteger).orElse(Long.MAX_VALUE)));
            }
        }
        return parts.stream().sorted(Comparator.comparingLong(Part::position)).map(Part::name).toList();
    }

    private static Optional<Column> column(YamlNode at, String name, List<Column> columns) {
        Optional<Column> found = columns.stream().filter(c -> c.name().equals(name)).findFirst();
        if (found.isEmpty()) {
            at.problem(ContractProblem.CONTRACT_UNKNOWN_COLUMN, "There is no column \"" + name + "\"."
                    + Nearest.hint(name, columns.stream().map(Column::name).toList()));
        }
        return found;
    }

    private Optional<EventTime> eventTime(Map<String, YamlNode> ours, List<Column> columns) {
        Duration disorder = duration(ours, "disorder").orElse(DISORDER);
        Optional<Duration> lateness = duration(ours, "allowedLateness");
        Duration maxAhead = duration(ours, "maxAhead").orElse(MAX_AHEAD);
        Duration idleTimeout = duration(ours, "idleTimeout").orElse(IDLE_TIMEOUT);
        YamlNode node = ours.get("eventTime");
        if (lateness.isPresent() && lateness.get().compareTo(disorder) < 0) {
            ours.get("allowedLateness").problem(ContractProblem.CONTRACT_LATENESS, "allowedLateness "
                    + shown(lateness.get()) + " is less than disorder " + shown(disorder) + ".");
            lateness = Optional.empty();
        }
        if (node == null) {
            return Optional.empty();
        }
        Optional<Column> column = node.asText().flatMap(name -> column(node, name, columns));
        column.filter(c -> !(c.field().type() instanceof FieldType.Timestamp)).ifPresent(c -> node.problem(
                ContractProblem.CONTRACT_EVENT_TIME, "The column \"" + c.name() + "\" is of type "
                        + PhysicalTypes.word(c.field().type()) + ", expected a timestamp."));
        Duration allowed = lateness.orElse(disorder);
        return column.map(c -> new EventTime(c.name(), disorder, allowed, maxAhead, idleTimeout));
    }

    private static String shown(Duration d) {
        return Durations.format(d);
    }

    private static Optional<Duration> duration(Map<String, YamlNode> ours, String key) {
        return Optional.ofNullable(ours.get(key)).flatMap(YamlNode::asDuration);
    }

    private static int partitions(Map<String, YamlNode> ours) {
        return Optional.ofNullable(ours.get("partitions")).flatMap(n -> n.asInteger().filter(i -> {
            if (i < 1 || i > 100_000) {
                n.problem(ContractProblem.CONTRACT_OPTION, "Expected 1 to 100000 partitions, found " + i + ".");
            }
            return i >= 1 && i <= 100_000;
        })).map(Long::intValue).orElse(PARTITIONS);
    }

    private String description(Optional<YamlNode> element) {
        Optional<YamlNode> whole = root.get("description");
        Optional<String> purpose = whole.flatMap(d -> {
            if (d.isScalar()) {
                return d.asText();
            }
            d.asMap().ifPresent(m -> m.allow(OdcsKeys.DESCRIPTION));
            return d.get("purpose").flatMap(YamlNode::asText);
        });
        return element.flatMap(e -> e.get("description")).flatMap(YamlNode::asText).or(() -> purpose).orElse("");
    }

    /** The team's name; of the older form, a list of people, the owner or else the first. */
    private String owner() {
        Optional<YamlNode> team = root.get("team");
        if (team.isEmpty()) {
            return "";
        }
        if (team.get().isList()) {
            return person(team.get().asList());
        }
        return team.get().asMap().map(t -> {
            t.allow(OdcsKeys.TEAM);
            String someone = person(t.get("members").map(YamlNode::asList).orElse(List.of()));
            return t.get("name").flatMap(YamlNode::asText).orElse(someone);
        }).orElse("");
    }

    private static String person(List<YamlNode> members) {
        String chosen = "";
        for (YamlNode m : members) {
            if (m.asMap().isPresent()) {
                m.allow(OdcsKeys.TEAM_MEMBER);
                String who = m.get("username").or(() -> m.get("name")).flatMap(YamlNode::asText).orElse("");
                boolean owner = m.get("role").flatMap(YamlNode::asText).map(r -> r.equalsIgnoreCase("owner"))
                        .orElse(false);
                chosen = chosen.isEmpty() || owner ? who : chosen;
            }
        }
        return chosen;
    }

    private Optional<Duration> freshness() {
        Optional<Duration> found = Optional.empty();
        for (YamlNode sla : root.get("slaProperties").map(YamlNode::asList).orElse(List.of())) {
            if (sla.asMap().isEmpty()) {
                continue;
            }
            sla.allow(OdcsKeys.SLA);
            Optional<String> property = sla.require("property").flatMap(YamlNode::asText);
            Optional<YamlNode> value = sla.require("value");
            if (property.isPresent() && property.get().equals("freshness")) {
                found = value.flatMap(v -> freshness(sla, v));
            }
        }
        return found;
    }

    private static Optional<Duration> freshness(YamlNode sla, YamlNode value) {
        Optional<YamlNode> unit = sla.get("unit");
        if (unit.isEmpty()) {
            return value.asDuration();
        }
        return value.asNumber().flatMap(n -> unit.get()
                .asOneOf("ms", "s", "second", "seconds", "m", "min", "minute", "minutes", "h", "hour", "hours", "d",
                        "day", "days")
                .map(u -> n.multiply(BigDecimal.valueOf(switch (u) {
                    case "ms" -> 1L;
                    case "s", "second", "seconds" -> 1000L;
                    case "h", "hour", "hours" -> 3_600_000L;
                    case "d", "day", "days" -> 86_400_000L;
                    default -> 60_000L;
                })))).map(ms -> Duration.ofMillis(ms.longValue()));
    }

    /** Rules over the whole topic, as read. */
    static List<Map<String, Object>> qualityRules(YamlNode rules) {
        List<Map<String, Object>> out = new ArrayList<>();
        for (YamlNode rule : rules.asList()) {
            if (rule.asMap().isPresent()) {
                rule.allow(OdcsKeys.QUALITY);
                Map<String, Object> kept = new LinkedHashMap<>();
                rule.entries().forEach((k, v) -> kept.put(k, v.plain()));
                out.add(kept);
            }
        }
        return out;
    }
}

package millrace.ops.project;

import java.util.List;
import java.net.URISyntaxException;
import java.net.URI;
import millrace.ops.problem.OpsProblem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.ops.project.Profile.Cluster;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.YamlNode;
import millrace.schemas.yaml.YamlProblem;
import millrace.topology.run.RunSettings;

/** {@code profiles.yaml}: a mapping from profile names to profiles. */
final class ProfilesFile {
    private final String file;
    private final Path folder;
    private final SecretSource secrets;

    ProfilesFile(String file, Path folder, SecretSource secrets) {
        this.file = file;
        this.folder = folder;
        this.secrets = secrets;
    }

    /**
     * The profile asked for. Keys are checked in all profiles, secrets resolved only in this one.
     *
     * @throws ProblemException with every problem of the file
     */
    Profile read(String text, String wanted) {
        try {
            return readAll(text, wanted);
        } catch (ProblemException e) {
            throw new ProblemException(e.problems().stream().map(SecretSource::withoutSecretLine).toList());
        }
    }

    private Profile readAll(String text, String wanted) {
        YamlNode root = YamlNode.parse(file, text);
        root.allow(root.keys());
        Map<String, Settings> all = new LinkedHashMap<>();
        root.entries().forEach((name, node) -> node.asMap()
                .ifPresent(map -> all.put(name, Settings.read(map, ConfigKey.PROFILE))));
        Settings chosen = all.get(wanted);
        if (chosen == null && !(wanted.equals(Project.DEFAULT_PROFILE) && all.isEmpty())) {
            root.problem(unknown(wanted, all.keySet()));
        }
        Profile profile = chosen == null
                ? Profile.embedded(folder.resolve("data"), Profile.Ports.USUAL)
                : profile(wanted, chosen);
        root.throwProblems();
        return profile;
    }

    private Problem unknown(String wanted, Set<String> names) {
        return Problem.at(OpsProblem.PROFILE_UNKNOWN, Place.file(file), "No profile \"" + wanted + "\"."
                + Nearest.to(wanted, names).map(n -> " Did you mean \"" + n + "\"?")
                        .orElse(" There are: " + String.join(", ", names) + "."));
    }

    private Profile profile(String name, Settings s) {
        Path data = folder.resolve(s.text("data").orElse("data")).toAbsolutePath().normalize();
        ClientSettings kafka = passed("kafka", s, Set.of("bootstrap.servers", "principal"));
        Optional<String> bootstrap = s.node("kafka.bootstrap.servers")
                .flatMap(n -> secrets.resolve("kafka.bootstrap.servers", n)).map(Secret::reveal);
        Optional<String> registryUrl = s.node("registry.url").flatMap(n -> secrets.resolve("registry.url", n))
                .map(Secret::reveal);
        Cluster cluster = cluster(name, s, bootstrap, registryUrl);
        boolean embedded = cluster instanceof Cluster.Embedded;
        int replication = s.integer("topics.replication.factor", 1, 32).orElse(embedded ? 1 : 3);
        int inSync = s.integer("topics.min.insync.replicas", 1, 32).orElse(embedded ? 1 : Math.min(2, replication));
        if (inSync > replication) {
            s.root().problem(Problem.at(OpsProblem.PROFILE_INCOMPLETE, s.root().place(),
                    "min.insync.replicas " + inSync + " is more than the replication factor " + replication
                            + ": nothing could ever be written."));
        }
        var ports = new Profile.Ports(s.integer("ports.kafka", 0, 65535).orElse(Profile.Ports.USUAL.kafka()),
                s.integer("ports.registry", 0, 65535).orElse(Profile.Ports.USUAL.registry()),
                s.integer("ports.http", 0, 65535).orElse(Profile.Ports.USUAL.http()));
        var logs = new Profile.Logs(s.oneOf("log.format", "text", "json").orElse("text").equals("json")
                ? Profile.LogFormat.JSON
                : Profile.LogFormat.TEXT, s.oneOf("log.level", "error", "warn", "info", "debug").orElse("info"));
        return new Profile(name, data, cluster, kafka, passed("streams", s, Set.of()), stateMemory(s),
                passed("registry", s, Set.of("url")), passed("iceberg.catalog", s, Set.of()),
                new Profile.TopicSettings(replication, inSync, s.text("kafka.principal").orElse("User:millrace")),
                ports, logs, webhook(s));
    }

    /** Its value may hold a secret, and is not shown. */
    private Optional<Secret> webhook(Settings s) {
        return s.node("alerts.webhook").flatMap(n -> secrets.resolve("alerts.webhook", n).filter(secret -> {
            boolean fits;
            try {
                URI address = new URI(secret.reveal());
                fits = address.getHost() != null && List.of("http", "https").contains(address.getScheme());
            } catch (URISyntaxException e) {
                fits = false;
            }
            if (!fits) {
                n.problem(YamlProblem.YAML_BAD_VALUE,
                        "alerts.webhook is no address that can be posted to: expected one that "
                                + "begins with http:// or https:// and has a host.");
            }
            return fits;
        }));
    }

    private static long stateMemory(Settings s) {
        long wanted = s.size("state.memory").orElse(RunSettings.STATE_MEMORY);
        if (wanted < RunSettings.LEAST_STATE_MEMORY) {
            s.node("state.memory").ifPresent(n -> n.problem(YamlProblem.YAML_BAD_VALUE, "Found "
                    + Sizes.format(wanted) + ", expected " + Sizes.format(RunSettings.LEAST_STATE_MEMORY)
                    + " or more: stores cannot do with less."));
        }
        return wanted;
    }

    private Cluster cluster(String name, Settings s, Optional<String> bootstrap, Optional<String> registryUrl) {
        boolean askedFor = s.node("kafka.bootstrap.servers").isPresent();
        if (askedFor && s.node("registry.url").isEmpty()) {
            s.root().problem(Problem.at(OpsProblem.PROFILE_INCOMPLETE, s.root().place(), "Profile \"" + name
                    + "\" has kafka.bootstrap.servers but no registry.url: with a real cluster both are needed."));
        } else if (!askedFor && s.node("registry.url").isPresent()) {
            s.root().problem(Problem.at(OpsProblem.PROFILE_INCOMPLETE, s.root().place(), "Profile \"" + name
                    + "\" has registry.url but no kafka.bootstrap.servers: the embedded broker has its own registry."));
        }
        return bootstrap.isPresent() && registryUrl.isPresent()
                ? new Cluster.External(bootstrap.get(), registryUrl.get())
                : new Cluster.Embedded();
    }

    private ClientSettings passed(String prefix, Settings s, Set<String> notPassed) {
        Map<String, Secret> out = new LinkedHashMap<>();
        s.under(prefix).forEach((key, node) -> {
            if (!notPassed.contains(key)) {
                secrets.resolve(prefix + "." + key, node).ifPresent(value -> out.put(key, value));
            }
        });
        return new ClientSettings(out);
    }
}

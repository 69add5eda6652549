package millrace.ops.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.YamlNode;
import millrace.schemas.yaml.YamlProblem;

/**
 * A pipeline folder under one profile.
 *
 * @param folder absolute
 * @param defaults what models and tables get that say nothing themselves
 * @param tables what is said of single tables, by their names
 * @param schedules what is done again and again
 */
public record Project(String name, String description, Path folder, Defaults defaults,
        Map<String, TableSettings> tables, List<Schedule> schedules, Profile profile) {
    public static final String FILE = "millrace.yaml";
    public static final String PROFILES = "profiles.yaml";
    public static final String DEFAULT_PROFILE = "dev";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    /**
     * The {@code defaults} block.
     *
     * @param targetFileSize in bytes
     * @param tableProperties Iceberg's, by their own names
     */
    public record Defaults(Duration commitInterval, Optional<Duration> retention, long targetFileSize,
            Map<String, String> tableProperties) {
        public static final Defaults STANDARD = new Defaults(Duration.ofSeconds(10), Optional.empty(), 256L << 20,
                Map.of());

        public Defaults {
            tableProperties = Map.copyOf(tableProperties);
        }
    }

    /** Without schedules. */
    public Project(String name, String description, Path folder, Defaults defaults, Map<String, TableSettings> tables,
            Profile profile) {
        this(name, description, folder, defaults, tables, List.of(), profile);
    }

    /** Where contracts lie. */
    public Path contractsFolder() {
        return folder.resolve("contracts");
    }

    /** Where models lie, one folder per layer. */
    public Path modelsFolder() {
        return folder.resolve("models");
    }

    public Project withProfile(Profile other) {
        return new Project(name, description, folder, defaults, tables, schedules, other);
    }

    /** The same text, as that of another folder. */
    public Project at(Path other) {
        return new Project(name, description, other, defaults, tables, schedules, profile);
    }

    /** Whether a folder holds a project. */
    public static boolean isProject(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /** The folder that is meant by itself or by the {@code millrace.yaml} in it; absolute. */
    public static Path folderOf(Path path) {
        Path given = path.toAbsolutePath().normalize();
        return given.endsWith(FILE) && !Files.isDirectory(given) ? given.getParent() : given;
    }

    /**
     * Reads {@code millrace.yaml} and the profile.
     *
     * @param path the folder, or the file in it
     * @throws ProblemException with every problem of both files
     */
    public static Project read(Path path, String profile, Map<String, String> environment) {
        Path root = folderOf(path);
        if (!isProject(root)) {
            String found = Files.isRegularFile(root)
                    ? root + " is a file; expected a folder with " + FILE + ", or that file."
                    : "There is no " + FILE + " in " + root + ".";
            throw new ProblemException(Problem.of(OpsProblem.PROJECT_MISSING, path.toString(), found)
                    .withRemedy(OpsProblem.PROJECT_MISSING.remedy()));
        }
        List<Problem> problems = new ArrayList<>();
        Project project = null;
        Profile chosen = null;
        try {
            project = readProject(root);
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
        try {
            chosen = readProfile(root, profile, environment);
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
        if (project == null || chosen == null) {
            throw new ProblemException(problems);
        }
        return project.withProfile(chosen);
    }

    private static Project readProject(Path folder) {
        YamlNode root = YamlNode.parse(FILE, text(folder.resolve(FILE)));
        Settings s = Settings.read(root, ConfigKey.PROJECT);
        String name = s.text("name").orElse("");
        if (s.node("name").isEmpty()) {
            root.require("name");
        } else if (!NAME.matcher(name).matches()) {
            s.node("name").orElseThrow().problem(YamlProblem.YAML_BAD_VALUE, "Found \"" + name
                    + "\", expected a name of lower-case letters, digits, - and _ that begins with a letter.");
        }
        Map<String, String> table = new java.util.LinkedHashMap<>();
        s.under("defaults.iceberg.table").forEach((k, v) -> v.asText().ifPresent(t -> table.put(k, t)));
        Defaults defaults = new Defaults(
                s.duration("defaults.commit.interval").orElse(Defaults.STANDARD.commitInterval()),
                s.duration("defaults.retention"),
                s.size("defaults.target_file_size").orElse(Defaults.STANDARD.targetFileSize()), table);
        if (defaults.commitInterval().toMillis() < 100) {
            s.node("defaults.commit.interval").orElseThrow().problem(YamlProblem.YAML_BAD_VALUE,
                    "A commit interval under 100ms would make a snapshot per handful of rows; expected 100ms or more.");
        }
        Map<String, TableSettings> tables = TableSettings.read(s.under("tables"));
        String description = s.text("description").orElse("");
        List<Schedule> schedules = s.node("schedules").map(SchedulesReader::read).orElse(List.of());
        root.throwProblems();
        return new Project(name, description, folder, defaults, tables, schedules, null);
    }

    private static Profile readProfile(Path folder, String profile, Map<String, String> environment) {
        Path file = folder.resolve(PROFILES);
        var profiles = new ProfilesFile(PROFILES, folder, new SecretSource(environment, folder));
        if (!Files.exists(file) && !profile.equals(DEFAULT_PROFILE)) {
            throw new ProblemException(Problem.at(OpsProblem.PROFILE_UNKNOWN, Place.file(PROFILES), "No profile \""
                    + profile + "\": there is no " + PROFILES + ", so only \"" + DEFAULT_PROFILE + "\" is known."));
        }
        return profiles.read(Files.exists(file) ? text(file) : "", profile);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package millrace.mend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.process.ChildJvm;
import millrace.process.Folders;
import millrace.process.Installation;
import millrace.process.Patience;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;

/** One of the examples, run by a process for each role; commands about it are processes too. */
final class Mill implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("(?m)^plan ([0-9a-f]{6})$");

    private final Path folder;
    private final Installation installation;
    private final Path project;
    private final ChildJvm stream;
    private final ChildJvm stage;
    private final ChildJvm commit;
    private final Tables tables;
    private int commands;

    /** @param change to a file of the example, before anything runs */
    Mill(Path folder, String example, String file, UnaryOperator<String> change) {
        this(folder, example, project -> edit(project, file, change));
    }

    /** @param change to the copy of the example's folder, before anything runs */
    Mill(Path folder, String example, Consumer<Path> change) {
        this.folder = folder;
        installation = new Installation(folder);
        project = copy(example, folder.resolve("project"));
        change.accept(project);
        edit(project, "profiles.yaml", text -> installation.profiles());
        // Commits come often, so that there is much to be published into.
        edit(project, "millrace.yaml", text -> text.replaceAll("commit.interval: .*", "commit.interval: 1s"));
        run("topics", "apply");
        stream = role("stream", "stream");
        stage = role("stage", "stage");
        commit = role("commit", "commit,maintain");
        tables = new Tables(installation.catalog(), installation.warehouse());
    }

    private ChildJvm role(String name, String roles) {
        return installation.program(name, "run", "--project", project.toString(), "--profile", "test", "--roles", roles,
                "--data", folder.resolve("data-" + name).toString());
    }

    static Path example(String name) {
        return Path.of(System.getProperty("basedir", "."), "../examples", name).normalize();
    }

    private static Path copy(String example, Path to) {
        return Folders.copy(example(example), to);
    }

    static void edit(Path project, String file, UnaryOperator<String> change) {
        try {
            String text = Files.readString(project.resolve(file));
            Files.writeString(project.resolve(file), change.apply(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of the example with another text of a file, beside the one that runs. */
    Path copyWith(String name, String example, String file, UnaryOperator<String> change) {
        Path other = copy(example, folder.resolve(name));
        edit(other, file, change);
        edit(other, "profiles.yaml", text -> installation.profiles());
        return other;
    }

    /** The process that runs the models ends, and goes on with another text of a file. */
    void mend(String file, UnaryOperator<String> change) {
        stream.stop("TERM");
        edit(project, file, change);
        stream.restart();
    }

    /** Another text of a file in the folder; what runs goes on by the one that is deployed. */
    void write(String file, UnaryOperator<String> change) {
        edit(project, file, change);
    }

    /** The same example from the beginning, under another name and into a catalog of its own. */
    Tables fromScratch(String example, List<String> await) {
        Path other = copy(example, folder.resolve("scratch"));
        Path catalog = folder.resolve("scratch.db");
        Path warehouse = folder.resolve("scratch-warehouse");
        edit(other, "profiles.yaml", text -> installation.profiles(catalog, warehouse));
        edit(other, "millrace.yaml", text -> text.replaceFirst("(?m)^name: .*$", "name: scratch"));
        installation.run("scratch-topics", "topics", "apply", "--project", other.toString(), "--profile", "test");
        installation.program("scratch", "run", "--project", other.toString(), "--profile", "test", "--roles",
                "stream,stage,commit", "--data", folder.resolve("data-scratch").toString());
        Patience.until("the catalog is made", Duration.ofMinutes(2), () -> Files.exists(catalog), this::output);
        Tables scratch = new Tables(catalog, warehouse);
        awaitEnd(scratch, await);
        return scratch;
    }

    void awaitEnd(Tables of, List<String> names) {
        Patience.until(names + " have everything", Duration.ofMinutes(5),
                () -> names.stream().allMatch(t -> of.has(t) && of.isComplete(t, Tables.THE_END)), this::output);
    }

    void awaitRows(String table, long rows) {
        Patience.until(table + " has " + rows + " rows", Duration.ofMinutes(3),
                () -> tables.has(table) && tables.number("SELECT count(*) FROM " + table) >= rows, this::output);
    }

    Contract contract(String name) {
        String file = name + ".odcs.yaml";
        try {
            return ContractFile.read(file, Files.readString(project.resolve("contracts").resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Tables tables() {
        return tables;
    }

    String bootstrapServers() {
        return installation.bootstrapServers();
    }

    String registryUrl() {
        return installation.registryUrl();
    }

    /** Kills a process, and lets it go on. */
    static void restart(ChildJvm process) {
        process.kill();
        process.restart();
    }

    ChildJvm stream() {
        return stream;
    }

    /** Starts a process that keeps the schedules. */
    ChildJvm control(String name) {
        return role(name, "control");
    }

    ChildJvm commit() {
        return commit;
    }

    ChildJvm stage() {
        return stage;
    }

    /** Runs a command about this pipeline, which is to end well. */
    String run(String... command) {
        return installation.run("command-" + ++commands, about(command));
    }

    /** Begins a command about this pipeline. */
    ChildJvm begin(String... command) {
        return installation.program("command-" + ++commands, about(command));
    }

    private String[] about(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--project", project.toString(), "--profile", "test"));
        if (command[0].equals("replay") || command[0].equals("apply")) {
            all.addAll(List.of("--data", folder.resolve("data-replay").toString()));
        }
        return all.toArray(String[]::new);
    }

    /** Plans until the range can be replayed alone; returns the plan's id. */
    String planned(String... plan) {
        String[] id = new String[1];
        Patience.until("a plan of a range", Duration.ofMinutes(3), () -> {
            ChildJvm command = begin(plan);
            int code = command.end(Duration.ofMinutes(2));
            Matcher found = ID.matcher(command.output());
            if (code == 0 && found.find()) {
                id[0] = found.group(1);
                return true;
            } else if (!command.output().contains("REPLAY_RANGE_OPEN")) {
                throw new AssertionError(command.output());
            }
            return false;
        }, this::output);
        return id[0];
    }

    String output() {
        return installation.output();
    }

    @Override
    public void close() {
        if (tables != null) {
            tables.close();
        }
        installation.close();
    }
}

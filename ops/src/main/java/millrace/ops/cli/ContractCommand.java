package millrace.ops.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.contract.ContractFolder;
import millrace.schemas.contract.ContractProblem;
import millrace.schemas.contract.ContractWriter;
import millrace.schemas.evolve.Change;
import millrace.schemas.evolve.Compatibility;
import millrace.schemas.evolve.Evolution;
import millrace.schemas.evolve.Verdict;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.registry.IncompatibleSchemaException;
import millrace.schemas.registry.SchemaRegistry.Registered;
import millrace.schemas.registry.SubjectImport;
import millrace.schemas.wire.AvroTypes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace contract ...}: what producers run in their own build, and how contracts come and go. */
@Command(name = "contract", mixinStandardHelpOptions = true, header = "Validates, compares, imports and registers contracts.", synopsisSubcommandLabel = "<command>", subcommands = {
        ContractCommand.Validate.class, ContractCommand.Check.class, ContractCommand.Avro.class,
        ContractCommand.Import.class, ContractCommand.Register.class})
final class ContractCommand extends Main.Group {

    /** Reads one file as a contract. */
    private static Contract read(Terminal terminal, Path file) throws IOException {
        try {
            return ContractFile.read(file.toString(), Files.readString(terminal.resolve(file)));
        } catch (NoSuchFileException e) {
            throw new ProblemException(Problem.of(OpsProblem.CONTRACT_NOT_FOUND, file.toString(),
                    "There is no file " + file + ".").withRemedy(OpsProblem.CONTRACT_NOT_FOUND.remedy()));
        }
    }

    private static String subject(Contract c) {
        return c.topic() + "-value";
    }

    private static Map<String, Object> summary(Contract c) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", c.name());
        out.put("version", c.version());
        out.put("topic", c.topic());
        out.put("columns", c.columns().size());
        return out;
    }

    /** {@code contract validate}. */
    @Command(name = "validate", mixinStandardHelpOptions = true, header = "Checks contract files, and tells every mistake with its line.", footer = {
            "", "Examples:", "  millrace contract validate contracts",
            "  millrace contract validate contracts/clicks.odcs.yaml -o json"})
    static final class Validate extends Main.Subcommand {
        @Mixin
        private Result result;

        @Parameters(arity = "1..*", paramLabel = "<file or folder>", description = "Contract files, or folders of them.")
        private List<Path> paths;

        @Override
        ExitCode run() throws IOException {
            List<Contract> contracts = new ArrayList<>();
            List<Problem> problems = new ArrayList<>();
            for (Path path : paths) {
                try {
                    Path at = terminal().resolve(path);
                    contracts.addAll(Files.isDirectory(at)
                            ? ContractFolder.read(at)
                            : List.of(read(terminal(), path)));
                } catch (ProblemException e) {
                    problems.addAll(e.problems());
                }
            }
            if (result.isJson()) {
                terminal().out().println(Result.json(Map.of("valid", problems.isEmpty(), "contracts",
                        contracts.stream().map(ContractCommand::summary).toList(), "problems",
                        Result.json(problems))));
            } else {
                Main.show(terminal(), problems);
                TextTable table = new TextTable("contract", "version", "topic", "columns>");
                contracts.forEach(c -> table.row(c.name(), c.version(), c.topic(), c.columns().size()));
                table.lines().forEach(terminal().out()::println);
            }
            return problems.isEmpty() ? ExitCode.OK : ExitCode.of(problems);
        }
    }

    /** {@code contract check}. */
    @Command(name = "check", mixinStandardHelpOptions = true, header = "Judges a new version of a contract by an older one.", description = {
            "",
            "Tells every change, whether the compatibility mode allows it, and which models of a pipeline it breaks. Touches no cluster."}, footer = {
                    "", "Examples:", "  millrace contract check old.odcs.yaml contracts/clicks.odcs.yaml",
                    "  millrace contract check old.odcs.yaml new.odcs.yaml --mode FULL --project shop"})
    static final class Check extends Main.Subcommand {
        @Mixin
        private Result result;

        @Parameters(index = "0", paramLabel = "<old>", description = "The contract as it is.")
        private Path older;

        @Parameters(index = "1", paramLabel = "<new>", description = "The contract as it should become.")
        private Path newer;

        @Option(names = "--mode", paramLabel = "<mode>", defaultValue = "BACKWARD", description = "What must stay readable: ${COMPLETION-CANDIDATES}. Default: BACKWARD.")
        private Compatibility mode;

        @Option(names = {"-p",
                "--project",
                "--config"}, paramLabel = "<folder>", description = "Pipeline folder, or the millrace.yaml in it, whose models are looked at too.")
        private Path project;

        @Override
        ExitCode run() throws IOException {
            Contract before = read(terminal(), older);
            Contract after = read(terminal(), newer);
            List<Change> changes = Evolution.changes(before, after);
            Verdict verdict = Evolution.verdict(mode, List.of(before), after);
            List<Problem> problems = new ArrayList<>();
            verdict.breaks().forEach(b -> problems.add(incompatible(before, after, b)));
            if (project != null) {
                BrokenModels.of(Project.folderOf(terminal().resolve(project)), before, changes)
                        .forEach((change, models) -> problems.add(
                                breaksModel(before, after, change, models)));
            }
            if (result.isJson()) {
                terminal().out().println(Result.json(Map.of("mode", mode, "compatible", verdict.isCompatible(),
                        "changes", changes.stream().map(Change::describe).toList(), "problems",
                        Result.json(problems))));
            } else {
                text(before, after, changes, verdict);
                Main.show(terminal(), problems);
            }
            return problems.isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
        }

        private void text(Contract before, Contract after, List<Change> changes, Verdict verdict) {
            terminal().out().println(after.name() + " " + before.version() + " -> " + after.version() + " is "
                    + (verdict.isCompatible() ? "" : "not ") + "allowed by " + mode + " compatibility.");
            if (changes.isEmpty()) {
                terminal().out().println("  Nothing changed that readers or writers notice.");
            }
            changes.forEach(c -> terminal().out().println("  " + c.describe()));
        }

        private static Problem incompatible(Contract before, Contract after, Verdict.Break b) {
            return Problem.at(ContractProblem.CONTRACT_INCOMPATIBLE, after.place(),
                    before.version() + " -> " + after.version() + " " + b.describe() + ".")
                    .withRemedy(ContractProblem.CONTRACT_INCOMPATIBLE.remedy());
        }

        private Problem breaksModel(Contract before, Contract after, Change change, List<String> models) {
            boolean allowed = Evolution.verdict(mode, List.of(before), after).breaks().stream()
                    .noneMatch(b -> b.change().equals(change));
            return Problem.at(ContractProblem.CONTRACT_BREAKS_MODEL, after.place(),
                    before.version() + " -> " + after.version() + " " + change.describe()
                            + (allowed ? " (allowed by " + mode + " compatibility)" : "") + ", but "
                            + String.join(" and ", models) + (models.size() == 1 ? " reads it." : " read it."))
                    .withRemedy(ContractProblem.CONTRACT_BREAKS_MODEL.remedy());
        }
    }

    /** {@code contract avro}. */
    @Command(name = "avro", mixinStandardHelpOptions = true, header = "Prints the Avro schema that a contract stands for.", footer = {
            "", "Example:", "  millrace contract avro contracts/clicks.odcs.yaml > clicks.avsc"})
    static final class Avro extends Main.Subcommand {
        @Mixin
        private Result result;

        @Parameters(index = "0", paramLabel = "<file>", description = "Contract file.")
        private Path file;

        @Override
        ExitCode run() throws IOException {
            Contract contract = read(terminal(), file);
            String schema = AvroTypes.text(contract);
            terminal().out().println(result.isJson()
                    ? Result.json(Map.of("subject", subject(contract), "schemaType", "AVRO", "schema", schema))
                    : schema);
            return ExitCode.OK;
        }
    }

    /** {@code contract import}. */
    @Command(name = "import", mixinStandardHelpOptions = true, header = "Drafts a contract from a subject of the registry.", description = {
            "",
            "Prints the file, or writes it with --to. Look at the event time, the key and the disorder before you rely on it."}, footer = {
                    "", "Example:",
                    "  millrace contract import web.clicks.v1-value --to contracts/clicks.odcs.yaml"})
    static final class Import extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private RegistryAddress address;

        @Parameters(index = "0", paramLabel = "<subject>", description = "Subject, usually the topic and -value.")
        private String subject;

        @Option(names = "--to", paramLabel = "<file>", description = "File to write; it must not exist. Default: standard output.")
        private Path to;

        @Override
        ExitCode run() throws IOException {
            Contract draft;
            try (ConfluentRegistry registry = address.open(terminal())) {
                Registered latest = registry.latest(subject)
                        .orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.CONTRACT_NOT_FOUND, subject,
                                "The registry has no subject \"" + subject + "\"."
                                        + millrace.schemas.problem.Nearest.hint(subject, registry.subjects()))));
                draft = SubjectImport.draft(subject, latest.schema());
            }
            String text = ContractWriter.write(draft);
            if (to == null) {
                terminal().out().print(result.isJson()
                        ? Result.json(Map.of("subject", subject, "contract", text)) + "\n"
                        : text);
                return ExitCode.OK;
            }
            Path target = terminal().resolve(to);
            if (Files.exists(target)) {
                throw new ProblemException(Problem.of(OpsProblem.FOLDER_NOT_EMPTY, to.toString(),
                        to + " is there already; nothing was written.")
                        .withRemedy("Name another file with --to."));
            }
            Files.createDirectories(target.getParent());
            Files.write(target, text.getBytes(StandardCharsets.UTF_8));
            terminal().out().println(result.isJson()
                    ? Result.json(Map.of("subject", subject, "file", to.toString()))
                    : "Wrote " + to + ".");
            return ExitCode.OK;
        }
    }

    /** {@code contract register}. */
    @Command(name = "register", mixinStandardHelpOptions = true, header = "Registers the Avro schemas of contracts.", footer = {
            "", "Example:", "  millrace contract register contracts/clicks.odcs.yaml --registry http://registry:8081"})
    static final class Register extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private RegistryAddress address;

        @Parameters(arity = "1..*", paramLabel = "<file>", description = "Contract files.")
        private List<Path> files;

        @Override
        ExitCode run() throws IOException {
            List<Contract> contracts = new ArrayList<>();
            for (Path file : files) {
                contracts.add(read(terminal(), file));
            }
            List<Map<String, Object>> done = new ArrayList<>();
            List<Problem> problems = new ArrayList<>();
            try (ConfluentRegistry registry = address.open(terminal())) {
                for (Contract c : contracts) {
                    try {
                        int id = registry.register(subject(c), AvroTypes.toSchema(c));
                        done.add(Map.of("contract", c.name(), "subject", subject(c), "id", id));
                    } catch (IncompatibleSchemaException e) {
                        problems.add(Problem.at(ContractProblem.CONTRACT_INCOMPATIBLE, c.place(), e.getMessage())
                                .withRemedy(ContractProblem.CONTRACT_INCOMPATIBLE.remedy()));
                    }
                }
            }
            if (result.isJson()) {
                terminal().out()
                        .println(Result.json(Map.of("registered", done, "problems", Result.json(problems))));
            } else {
                TextTable table = new TextTable("contract", "subject", "id>");
                done.forEach(d -> table.row(d.get("contract"), d.get("subject"), d.get("id")));
                table.lines().forEach(terminal().out()::println);
                Main.show(terminal(), problems);
            }
            return problems.isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
        }
    }

    /** Which registry: the one named, else the profile's or that of the instance running here. */
    static final class RegistryAddress {
        @Option(names = "--registry", paramLabel = "<url>", description = "Address of the registry. Default: the profile's, or that of the instance running here.")
        private String url;
        @Mixin
        private Where where;

        ConfluentRegistry open(Terminal terminal) {
            Optional<Where.Access> access = url == null ? Optional.of(where.access(terminal)) : Optional.empty();
            return new ConfluentRegistry(access.map(Where.Access::registryUrl).orElse(url),
                    access.map(Where.Access::registry).orElse(Map.of()));
        }
    }
}
